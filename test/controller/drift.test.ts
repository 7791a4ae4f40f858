import { beforeEach, describe, expect, it } from 'vitest';
import type { MachineId } from '../../src/model/ids.ts';
import type { Member } from '../../src/model/observed.ts';
import type { SpecWish } from '../support/builders.ts';
import { createKeeper } from '../support/keeper.ts';

const WISH = { managers: 3, workers: { web: { count: 2, nodeLabels: { tier: 'web' } } } } as const satisfies SpecWish;

describe('a living cluster', () => {
  let keeper: ReturnType<typeof createKeeper>;
  let worker: MachineId;

  const members = async (): Promise<readonly Member[]> => (await keeper.world()).swarm?.members ?? [];
  const member = async (hostname: string = worker): Promise<Member> => {
    const found = (await members()).find((m) => m.hostname === hostname);
    if (!found) throw new Error(`no member ${hostname}`);
    return found;
  };
  const options = async () => (await keeper.world()).swarm?.options;
  const told = (code: string): readonly string[] =>
    keeper.events.flatMap((event) => (event.code === code ? [event.data?.what ?? ''] : []));
  const relabelled = (): number => told('SKP302').filter((what) => what.startsWith('label ')).length;
  const drift = () => keeper.status().status.drift;
  const record = () => keeper.worlds.read(keeper.cluster)?.record;

  beforeEach(async () => {
    keeper = createKeeper();
    keeper.declare(WISH);
    await keeper.keep();
    worker = (await keeper.world()).machines.find((m) => m.pool === 'web')?.id as MachineId;
    keeper.events.length = 0;
  });

  describe('whose labels were changed by hand', () => {
    it('gets them back, keeps what people added, and says what differed', async () => {
      await keeper.acts.labelByHand(keeper.cluster, worker, { tier: 'db', 'skep.zone': null, rack: '7' });
      const { zone } = (await keeper.world()).machines.find((m) => m.id === worker) ?? {};
      const passes = await keeper.keep();
      expect(await member()).toMatchObject({
        availability: 'active',
        labels: { tier: 'web', rack: '7', 'skep.zone': zone },
      });
      expect(passes[0]?.status.drift).toMatchObject([
        {
          what: `node ${worker}`,
          difference: `skep.zone is missing, declared ${zone}, tier is db, declared web`,
          count: 0,
        },
      ]);
      expect(told('SKP208')).toEqual([expect.stringContaining('tier is db, declared web')]);
      expect([relabelled(), drift()]).toEqual([1, []]);
    });

    it('gets back the pool label of a node that works, without a moment of pause', async () => {
      await keeper.acts.labelByHand(keeper.cluster, worker, { 'skep.pool': null });
      await keeper.keep();
      expect(await member()).toMatchObject({ availability: 'active', labels: { 'skep.pool': 'web' } });
      expect(told('SKP208')).toHaveLength(1);
    });

    it('is put right at once though a clock that was ahead noted when it was last', async () => {
      await keeper.acts.labelByHand(keeper.cluster, worker, { tier: 'db' });
      await keeper.keep();
      const before = relabelled();
      keeper.ports.clock = { ...keeper.clock, now: () => keeper.clock.now() - 3_600_000 };
      await keeper.acts.labelByHand(keeper.cluster, worker, { tier: 'db' });
      await keeper.pass();
      expect(relabelled()).toBe(before + 1);
    });

    it('is not fought over: ever rarer, told, and right at last', async () => {
      const fight = async (ms: number, everyMs: number): Promise<number> => {
        const before = relabelled();
        for (const end = keeper.clock.now() + ms; keeper.clock.now() < end; await keeper.clock.step(everyMs)) {
          await keeper.acts.labelByHand(keeper.cluster, worker, { tier: 'db' });
          await keeper.pass();
        }
        return relabelled() - before;
      };
      expect(await fight(60_000, 500)).toBeLessThanOrEqual(7); // after 0, 1, 3, 7, 15, 31 s
      expect(await fight(600_000, 5_000)).toBeLessThanOrEqual(5);
      expect(told('SKP209').length).toBeGreaterThan(0);
      expect(keeper.status().status.because).toMatch(/it came back \d+ times/);
      expect(drift()[0]?.answer).toMatch(/put right again at \d{4}-/);
      await keeper.keep(400_000);
      expect((await member()).labels.tier).toBe('web');
      // Long quiet, and the next hand is an accident again.
      await keeper.clock.step(1_200_000);
      await keeper.keep();
      expect(record()?.corrections).toEqual({});
    });

    it('is put right at once when the document changes, whatever was fought over before', async () => {
      for (let i = 0; i < 20; i++) {
        await keeper.acts.labelByHand(keeper.cluster, worker, { tier: 'db' });
        await keeper.pass();
      }
      expect((await member()).labels.tier).toBe('db');
      keeper.declare({ ...WISH, workers: { web: { count: 2, nodeLabels: { tier: 'front' } } } });
      for (let i = 0; i < 3; i++) await keeper.pass();
      expect((await member()).labels.tier).toBe('front');
    });

    it('keeps a node that carries skep.hold as it is, and says so', async () => {
      await keeper.acts.labelByHand(keeper.cluster, worker, { tier: 'db', 'skep.hold': 'mine' });
      await keeper.keep();
      expect((await member()).labels).toMatchObject({ tier: 'db', 'skep.hold': 'mine' });
      expect(keeper.status().status.holds).toMatchObject([{ reason: 'Paused', what: `change ${worker}` }]);
    });
  });

  it('follows the labels of its document, and takes off only those that came from it', async () => {
    await keeper.acts.labelByHand(keeper.cluster, worker, { disk: 'mine' });
    keeper.declare({ ...WISH, workers: { web: { count: 2, nodeLabels: { tier: 'front', ssd: 'yes' } } } });
    await keeper.keep();
    expect((await member()).labels).toMatchObject({ tier: 'front', ssd: 'yes', disk: 'mine' });
    keeper.declare({ ...WISH, workers: { web: { count: 2 } } });
    await keeper.keep();
    const { labels } = await member();
    expect([labels.tier, labels.ssd, labels.disk]).toEqual([undefined, undefined, 'mine']);
    expect([told('SKP208'), keeper.status().status.phase]).toEqual([[], 'Ready']);
    // What a person puts there afterwards is theirs, though it was ours once.
    await keeper.acts.labelByHand(keeper.cluster, worker, { ssd: 'mine' });
    await keeper.clock.step(60_000);
    await keeper.keep();
    expect((await member()).labels.ssd).toBe('mine');
  });

  it('takes off what came from a document that was overtaken before it was all applied', async () => {
    keeper.declare({ ...WISH, workers: { web: { count: 2, nodeLabels: { half: 'way' } } } });
    for (let i = 0; i < 3; i++) await keeper.pass();
    expect((await member()).labels.half).toBe('way');
    keeper.declare(WISH);
    await keeper.keep();
    expect((await members()).filter((m) => m.labels.half !== undefined)).toEqual([]);
  });

  describe('whose swarm options were changed', () => {
    it('by hand, has them put right and told', async () => {
      await keeper.acts.setOptionsByHand(keeper.cluster, { taskHistoryLimit: 1, certExpiryMs: 3_600_000 });
      await keeper.keep();
      expect(await options()).toEqual({
        taskHistoryLimit: 5,
        dispatcherHeartbeatMs: 5_000,
        certExpiryMs: 7_776_000_000,
      });
      expect(told('SKP208')).toEqual([
        'swarm options: taskHistoryLimit is 1, declared 5, certExpiry is 1h, declared 90d; put right',
      ]);
    });

    it('in the document, follows it, which is no drift', async () => {
      const before = (await keeper.world()).swarm;
      keeper.declare({
        ...WISH,
        spec: { swarm: { taskHistoryLimit: 3, dispatcherHeartbeat: '7s', certExpiry: '30d' } },
      });
      await keeper.keep();
      expect(await options()).toEqual({
        taskHistoryLimit: 3,
        dispatcherHeartbeatMs: 7_000,
        certExpiryMs: 2_592_000_000,
      });
      expect([told('SKP208'), keeper.status().status.phase]).toEqual([[], 'Ready']);
      expect((await keeper.world()).swarm?.id).toBe(before?.id);
    });

    it('is born with those of its document, in no second step', async () => {
      const other = createKeeper(2);
      other.declare({ spec: { swarm: { taskHistoryLimit: 9 } } });
      await other.keep();
      expect((await other.world()).swarm?.options.taskHistoryLimit).toBe(9);
      expect(other.events.filter((e) => e.data?.what?.includes('options of the swarm'))).toEqual([]);
    });
  });

  describe('one of whose nodes somebody drained or paused', () => {
    it.each(['drain', 'pause'] as const)('keeps the %s and shows it with what releases it', async (availability) => {
      await keeper.acts.editMember(keeper.cluster, worker, { availability });
      await keeper.keep();
      expect((await member()).availability).toBe(availability);
      const { status } = keeper.status();
      expect(status.drift).toMatchObject([
        {
          what: `node ${worker}`,
          difference: `availability is ${availability} by hand`,
          answer: expect.stringContaining(worker),
        },
      ]);
      expect(status.phase).toBe('Ready');
      expect(status.because).toContain(`availability is ${availability} by hand`);
      expect(status.pools.find((p) => p.name === 'web')).toMatchObject({ declared: 2, ready: 1 });
      const since = status.drift[0]?.since;
      await keeper.clock.step(60_000);
      await keeper.pass();
      expect(drift()[0]?.since).toBe(since);
      expect(told('SKP208')).toHaveLength(1);
    });

    it('makes it active again under undoManualDrain, for that pool', async () => {
      const manager = (await keeper.world()).machines.find((m) => m.pool === 'managers')?.id as MachineId;
      for (const id of [worker, manager]) await keeper.acts.drainByHand(keeper.cluster, id);
      keeper.declare({ ...WISH, workers: { web: { ...WISH.workers.web, health: { undoManualDrain: true } } } });
      await keeper.keep();
      expect([(await member()).availability, (await member(manager)).availability]).toEqual(['active', 'drain']);
    });
  });

  describe('whose managers are to be drained', () => {
    const drained = { ...WISH, spec: { managers: { count: 3, availability: 'Drain' } } } as const;
    const availabilities = async () => (await members()).filter((m) => m.manager !== null).map((m) => m.availability);

    it('drains them, counts them as ready, and undoes it when the document does', async () => {
      keeper.declare(drained);
      await keeper.keep();
      expect(await availabilities()).toEqual(['drain', 'drain', 'drain']);
      expect(keeper.status().status.pools[0]).toMatchObject({ name: 'managers', ready: 3 });
      expect([drift(), told('SKP208')]).toEqual([[], []]);
      keeper.declare(WISH);
      await keeper.keep();
      expect(await availabilities()).toEqual(['active', 'active', 'active']);
      expect((await members()).filter((m) => m.labels['skep.availability'] !== undefined)).toEqual([]);
    });

    it('drains one again that somebody made active', async () => {
      keeper.declare(drained);
      await keeper.keep();
      const manager = (await keeper.world()).machines.find((m) => m.pool === 'managers')?.id as MachineId;
      await keeper.acts.editMember(keeper.cluster, manager, { availability: 'active' });
      await keeper.keep();
      expect(await availabilities()).toEqual(['drain', 'drain', 'drain']);
      expect(told('SKP208')).toEqual([expect.stringContaining('availability is active, declared drain')]);
    });
  });

  it('whose carriers were damaged has them mended, and says what was missing', async () => {
    await keeper.acts.damageCarriers(keeper.cluster, 'the forwarder is missing');
    const passes = await keeper.keep();
    expect(passes[0]?.status.drift).toMatchObject([{ what: 'carriers', difference: 'the forwarder is missing' }]);
    expect(told('SKP208')).toEqual(['carriers: the forwarder is missing; put right']);
    expect(keeper.status().status.infrastructure.state).toBe('ready');
  });

  it('calls nothing drift before it was once as declared', async () => {
    const other = createKeeper(2);
    other.declare(WISH);
    while (other.worlds.read(other.cluster)?.carriers == null) await other.pass();
    await other.acts.damageCarriers(other.cluster, 'the forwarder is missing');
    await other.keep();
    expect(other.events.filter(({ code }) => code === 'SKP208')).toEqual([]);
  });

  it('shows a member that joined by hand, and never touches it', async () => {
    await keeper.acts.joinByHand(keeper.cluster, 'laptop');
    await keeper.clock.step(60_000);
    await keeper.keep();
    expect(keeper.status().status.strangers).toEqual([
      { what: 'member laptop', why: 'no machine of this cluster stands behind it' },
    ]);
    keeper.declare({ ...WISH, workers: {} });
    await keeper.keep();
    expect(await member('laptop')).toMatchObject({ state: 'ready', availability: 'active', labels: {} });
  });

  it('has the same machine hash without engine.config as before there was one, and another with it', () => {
    const hash = (spec: object) => keeper.declare({ ...WISH, spec: { ...spec } }).pools.map((p) => p.machineHash);
    const [plain] = hash({});
    expect(hash({ engine: { config: {} } })[0]).toBe(plain);
    expect(hash({ engine: { config: { debug: true } } })[0]).not.toBe(plain);
    expect(hash({ swarm: { taskHistoryLimit: 1 }, health: { undoManualDrain: true } })[0]).toBe(plain);
  });
});
