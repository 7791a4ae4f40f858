import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterName } from '../../src/model/ids.ts';
import type { ClusterRef, Infrastructure } from '../../src/providers/provider.ts';
import {
  BOOT_LIMIT_MS,
  grow,
  kindOf,
  type MakeSubject,
  machinesOf,
  must,
  type Subject,
  signal,
  TEST_LIMIT_MS,
  tearDown,
  whenUp,
  wish,
} from './subject.ts';

/** What the `Infrastructure` port promises. The tests share one cluster and follow each other: the first failure counts. */
export function infrastructureConformance(name: string, makeSubject: MakeSubject): void {
  describe(`infrastructure of ${name}`, { timeout: TEST_LIMIT_MS }, () => {
    let subject: Subject;
    let infra: Infrastructure;
    let ref: ClusterRef;
    const [one, two, three] = ['one1', 'two2', 'thr3'] as const;
    const machine = (suffix: string) => wish(ref, suffix);
    const look = async () => must(await infra.observe(ref, signal));

    beforeAll(async () => {
      subject = await makeSubject();
      infra = subject.provider.infrastructure;
      ref = subject.ref('infra');
    }, TEST_LIMIT_MS);
    afterAll(() => subject.cleanup(), TEST_LIMIT_MS);

    it('sees nothing of a cluster that was never made', async () => {
      const { machines, carriers, strangers } = await look();
      expect({ machines, strangers }).toEqual({ machines: [], strangers: [] });
      expect(carriers).toMatchObject({ state: 'absent', leftovers: 0 });
    });

    it('removes what is not there, and cannot start it', async () => {
      expect(kindOf(await infra.removeMachine(ref, machine(one).id, signal))).toBe('ok');
      expect(kindOf(await infra.destroy(ref, signal))).toBe('ok');
      expect(kindOf(await infra.startMachine(ref, machine(one).id, signal))).toBe('gone');
    });

    it('makes what carries the machines, and has nothing to do the second time', async () => {
      for (let i = 0; i < 2; i += 1) {
        expect(kindOf(await infra.ensure(ref, { forwardTo: [] }, signal))).toBe('ok');
        expect((await look()).carriers).toMatchObject({ state: 'ready', differences: [] });
      }
    });

    it('makes machines with the facts fixed on them, each with an address of its own', async () => {
      const wishes = [machine(one), { ...machine(two), zone: 'b', hash: 'v1:two' }];
      expect(kindOf(await grow(subject.provider, ref, wishes))).toBe('ok');
      const up = await whenUp(
        subject,
        ref,
        wishes.map(({ id }) => id),
      );
      expect(up).toMatchObject(wishes);
      expect(new Set(up.map(({ address }) => address)).size).toBe(2);
      for (const { address, neverStarted, engine } of up) {
        expect(address).not.toBeNull();
        expect({ neverStarted, swarm: engine?.swarm, node: engine?.nodeId }).toEqual({
          neverStarted: false,
          swarm: 'inactive',
          node: null,
        });
      }
    });

    it('leaves a machine that is there as it is', async () => {
      const before = await machinesOf(subject.provider, ref);
      expect(kindOf(await grow(subject.provider, ref, [{ ...machine(one), zone: 'c', hash: 'v1:other' }]))).toBe('ok');
      const facts = ({ id, zone, hash, address, createdAt }: (typeof before)[number]) => ({
        id,
        zone,
        hash,
        address,
        createdAt,
      });
      expect((await machinesOf(subject.provider, ref)).map(facts)).toEqual(before.map(facts));
    });

    it('makes one machine when two ask for it at the same time', async () => {
      const other = subject.newProvider('same');
      const results = await Promise.all([subject.provider, other].map((p) => grow(p, ref, [machine(three)])));
      expect(results.map(kindOf)).toEqual(['ok', 'ok']);
      await whenUp(subject, ref, [machine(three).id]);
      expect((await machinesOf(other, ref)).filter(({ id }) => id === machine(three).id)).toHaveLength(1);
    });

    it('hints when a machine dies, and shows it stopped', async () => {
      const hinted: ClusterName[] = [];
      const stop = new AbortController();
      infra.hints((cluster) => hinted.push(cluster), stop.signal);
      await look(); // a subscription may take a moment to stand
      await subject.eventually(async () => {
        await subject.killMachine(ref, machine(one).id);
      }, 0);
      await subject.eventually(async () => {
        expect((await look()).machines.find(({ id }) => id === machine(one).id)).toMatchObject({
          state: 'stopped',
          engine: null,
          neverStarted: false,
        });
        expect(hinted).toContain(ref.cluster);
      }, BOOT_LIMIT_MS);
      stop.abort();
    });

    it('starts a stopped machine with the same address, and starting a running one succeeds', async () => {
      const before = (await look()).machines.find(({ id }) => id === machine(one).id);
      expect(kindOf(await infra.startMachine(ref, machine(one).id, signal))).toBe('ok');
      const [after] = await whenUp(subject, ref, [machine(one).id]);
      expect(after?.address).toBe(before?.address ?? after?.address);
      expect(kindOf(await infra.startMachine(ref, machine(one).id, signal))).toBe('ok');
    });

    it('stops a machine, again too; it is started with the same address', async () => {
      const before = (await look()).machines.find(({ id }) => id === machine(one).id);
      for (let i = 0; i < 2; i += 1) expect(kindOf(await infra.stopMachine(ref, machine(one).id, signal))).toBe('ok');
      const stopped = (await look()).machines.find(({ id }) => id === machine(one).id);
      expect(stopped).toMatchObject({ state: 'stopped', engine: null, neverStarted: false, address: before?.address });
      must(await infra.startMachine(ref, machine(one).id, signal));
      const [after] = await whenUp(subject, ref, [machine(one).id]);
      expect(after?.address).toBe(before?.address);
    });

    it('neither reads nor writes the swarm state of a machine that runs', async () => {
      expect(kindOf(await infra.readSwarmState(ref, machine(one).id, signal))).toBe('refused');
      expect(kindOf(await infra.writeSwarmState(ref, machine(one).id, Readable.from([]), signal))).toBe('refused');
    });

    it('shows another instance of the same owner the same', async () => {
      const seen = await machinesOf(subject.newProvider('same'), ref);
      expect(new Set(seen.map(({ id }) => id))).toEqual(new Set([one, two, three].map((s) => machine(s).id)));
    });

    it('shows another owner a stranger only, and lets it change nothing', async () => {
      const other = subject.newProvider('other');
      const view = must(await other.infrastructure.observe(ref, signal));
      expect(view.machines).toEqual([]);
      expect(view.strangers.length).toBeGreaterThan(0);
      expect(kindOf(await grow(other, ref, [machine(one)]))).not.toBe('ok');
      await other.infrastructure.removeMachine(ref, machine(one).id, signal);
      await other.infrastructure.destroy(ref, signal);
      expect((await look()).machines).toHaveLength(3);
      expect((await look()).carriers.state).toBe('ready');
    });

    it('lists what has no record as a stranger to its own owner', async () => {
      const mine = must(await subject.provider.strangers(signal));
      expect(mine.filter(({ what }) => what.includes(ref.cluster))).not.toEqual([]);
      const others = must(await subject.newProvider('other').strangers(signal));
      expect(others.filter(({ what }) => what.includes(ref.cluster))).toEqual([]);
    });

    it('removes a machine, also one that has just been asked for, and again', async () => {
      expect(kindOf(await infra.removeMachine(ref, machine(three).id, signal))).toBe('ok');
      expect(kindOf(await grow(subject.provider, ref, [machine('fou4')]))).toBe('ok');
      for (const suffix of ['fou4', three, 'fou4', three]) {
        expect(kindOf(await infra.removeMachine(ref, machine(suffix).id, signal))).toBe('ok');
      }
      await subject.eventually(async () => expect((await look()).machines).toHaveLength(2), BOOT_LIMIT_MS);
    });

    it('makes a machine at the address that it must have, unless another has it', async () => {
      const address = (await look()).machines.find(({ id }) => id === machine(two).id)?.address ?? '';
      expect(kindOf(await grow(subject.provider, ref, [{ ...machine('fiv5'), address }]))).toBe('no-capacity');
      must(await infra.removeMachine(ref, machine(two).id, signal));
      expect(kindOf(await grow(subject.provider, ref, [{ ...machine('fiv5'), address }]))).toBe('ok');
      const [made] = await whenUp(subject, ref, [machine('fiv5').id]);
      expect(made?.address).toBe(address);
    });

    it('destroys what is left once the machines are gone', async () => {
      await tearDown(subject, ref);
      expect(await look()).toMatchObject({ machines: [], carriers: { state: 'absent', leftovers: 0 } });
      expect(kindOf(await infra.destroy(ref, signal))).toBe('ok');
    });

    it('rejects when the signal is aborted', async () => {
      const aborted = AbortSignal.abort(new Error('shutdown'));
      await expect(infra.observe(ref, aborted)).rejects.toThrow('shutdown');
      await expect(infra.ensure(ref, { forwardTo: [] }, aborted)).rejects.toThrow('shutdown');
      await expect(infra.removeMachine(ref, machine(one).id, aborted)).rejects.toThrow('shutdown');
    });
  });
}
