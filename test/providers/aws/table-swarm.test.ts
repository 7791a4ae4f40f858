import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/base/random.ts';
import { ok } from '../../../src/base/result.ts';
import type { ClusterName, MachineId, NodeId, SwarmId } from '../../../src/model/ids.ts';
import { DOCKERS_OPTIONS } from '../../../src/model/observed.ts';
import { createLooks } from '../../../src/providers/aws/swarm/looks.ts';
import { TABLE_SWARM_TIMES } from '../../../src/providers/aws/swarm/swarm-options.ts';
import { createTableSwarm } from '../../../src/providers/aws/swarm/table-swarm.ts';
import { type Founding, publish, readFounding } from '../../../src/providers/aws/table/founding.ts';
import { beginLook, readLook } from '../../../src/providers/aws/table/look.ts';
import { claim, type Order, place, readOrder, settle } from '../../../src/providers/aws/table/order.ts';
import { writeReport } from '../../../src/providers/aws/table/report.ts';
import { readRequest } from '../../../src/providers/aws/table/request.ts';
import { readHead, writeView } from '../../../src/providers/aws/table/view.ts';
import { kindOf, must, signal } from '../../conformance/subject.ts';
import { aMachine, aRef, aSwarm } from '../../support/builders.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { createMemoryTable } from '../../support/memory-table.ts';
import { aReport } from './items.ts';

const CLUSTER = 'demo' as ClusterName;
const [ONE, TWO] = ['i-one' as MachineId, 'i-two' as MachineId];
const OPTIONS = { ...DOCKERS_OPTIONS, addressPools: [], subnetSize: 24, dataPathPort: 4789 };
const NODE = { id: 'n-1' as NodeId, version: 12 };
const { beginMs, doMs, lookMs } = TABLE_SWARM_TIMES;

/** What the port does when agents do not answer, or other controllers were there. */
describe('the swarm in a table', () => {
  let clock: FakeClock;
  let table: ReturnType<typeof createMemoryTable>;
  let stop: boolean;
  let time: Promise<void>;
  const ref = (term?: number) => ({ ...aRef({ name: CLUSTER }), ...(term === undefined ? {} : { term }) });

  /** A controller. */
  function open() {
    const arnOf = (_: string, id: MachineId): string => `arn/${id}`;
    const options = { table, arnOf, clock, random: seededRandom(1), times: TABLE_SWARM_TIMES };
    const looks = createLooks(options);
    return { looks, swarm: createTableSwarm(options, looks) };
  }
  /** Time that goes on whenever everybody waits. */
  beforeEach(() => {
    clock = createFakeClock();
    table = createMemoryTable();
    stop = false;
    time = (async () => {
      while (!stop) if (!(await clock.next())) await new Promise((go) => setTimeout(go, 1));
    })();
  });
  afterEach(async () => {
    stop = true;
    await time;
  });
  const order = async (): Promise<Order> => must(await readOrder(table, CLUSTER, signal)) as Order;
  const founding = async (): Promise<Founding> => must(await readFounding(table, CLUSTER, signal)) as Founding;
  const report = async (id: MachineId, look: number, over = {}) =>
    must(
      await writeReport(
        table,
        CLUSTER,
        { arn: `arn/${id}`, now: clock.now() },
        { ...aReport, machine: id, look, ...over },
        signal,
      ),
    );

  describe('orders', () => {
    it('that nobody takes are given up, and never begun', async () => {
      const began = clock.monotonic();
      expect(kindOf(await open().swarm.promote(ref(4), ONE, NODE, signal))).toBe('unreachable');
      expect(clock.monotonic() - began).toBeGreaterThanOrEqual(beginMs + doMs);
      const left = await order();
      expect(left).toMatchObject({ state: 'given-up', claim: null });
      expect(kindOf(await claim(table, CLUSTER, left, 'late', signal))).toBe('conflict');
    });

    it('of an earlier controller are waited for, and then all is planned anew', async () => {
      const act = { verb: 'remove', node: NODE.id, force: false } as const;
      must(await place(table, CLUSTER, null, { id: 'old', term: 3, act, limitMs: beginMs }, signal));
      must(await claim(table, CLUSTER, await order(), 'agent', signal));
      const asked = open().swarm.promote(ref(4), ONE, NODE, signal);
      await clock.sleep(2_000);
      expect(await order()).toMatchObject({ id: 'old', state: 'claimed' });
      const answer = { problem: null, through: ONE, swarm: null, version: null };
      must(await settle(table, CLUSTER, await order(), answer, signal));
      expect(kindOf(await asked)).toBe('conflict');
      expect(await order()).toMatchObject({ id: 'old', state: 'done' });
    });

    it('stand in line within one controller, and are refused to an older one', async () => {
      const { swarm } = open();
      const agent = (async () => {
        for (let done = 0; done < 3; ) {
          await clock.sleep(100);
          const now = must(await readOrder(table, CLUSTER, signal));
          if (now?.state !== 'open') continue;
          must(await claim(table, CLUSTER, now, `c${done}`, signal));
          const answer = { problem: null, through: ONE, swarm: null, version: null };
          must(await settle(table, CLUSTER, await order(), answer, signal));
          done += 1;
        }
      })();
      const all = [1, 2, 3].map((version) => swarm.promote(ref(4), ONE, { ...NODE, version }, signal));
      expect((await Promise.all(all)).map(kindOf)).toEqual(['ok', 'ok', 'ok']);
      await agent;
      expect(kindOf(await swarm.promote(ref(3), ONE, NODE, signal))).toBe('conflict');
      await expect(async () => swarm.promote(ref(), ONE, NODE, signal)).rejects.toThrow('without a term');
    });
  });

  describe('founding', () => {
    it('leaves an appointment alone that stands, and renews one of an older term', async () => {
      const { swarm } = open();
      expect(kindOf(await swarm.init(ref(4), ONE, OPTIONS, signal))).toBe('unreachable');
      const first = await founding();
      expect(first).toMatchObject({ founder: ONE, term: 4, swarm: null });
      await swarm.init(ref(4), ONE, OPTIONS, signal);
      expect((await founding()).nonce).toBe(first.nonce);
      await swarm.init(ref(5), ONE, OPTIONS, signal);
      expect(await founding()).toMatchObject({ founder: ONE, term: 5 });
      expect((await founding()).nonce).not.toBe(first.nonce);
      expect(kindOf(await swarm.init(ref(4), TWO, OPTIONS, signal))).toBe('conflict');
    });

    it('names no second founder once a swarm was published, whoever is left of it', async () => {
      const { swarm } = open();
      await swarm.init(ref(4), ONE, OPTIONS, signal);
      must(await publish(table, CLUSTER, await founding(), 's-1' as SwarmId, signal));
      expect(kindOf(await swarm.init(ref(4), TWO, OPTIONS, signal))).toBe('refused');
      expect(await founding()).toMatchObject({ founder: ONE, swarm: 's-1' });
    });

    it('names another in place of a swarm that was given up, or of one whose founder is gone, and of no other', async () => {
      const { swarm } = open();
      await swarm.init(ref(4), ONE, OPTIONS, signal);
      must(await publish(table, CLUSTER, await founding(), 's-1' as SwarmId, signal));
      const instead = (...givenUp: string[]) => swarm.init(ref(4), TWO, { ...OPTIONS, givenUp }, signal);
      expect(kindOf(await instead('s-7', TWO))).toBe('refused');
      expect(kindOf(await instead('s-1'))).toBe('unreachable'); // no agent is there
      expect(await founding()).toMatchObject({ founder: TWO, swarm: null, options: OPTIONS });
      expect(await founding()).not.toHaveProperty('options.givenUp');
      must(await publish(table, CLUSTER, await founding(), 's-2' as SwarmId, signal));
      expect(kindOf(await instead('s-1'))).toBe('refused');
      expect(kindOf(await instead('s-1', TWO))).toBe('unreachable');
      expect(await founding()).toMatchObject({ founder: TWO, swarm: null });
    });

    it('says why the founder could not', async () => {
      const { swarm } = open();
      const asked = swarm.init(ref(4), ONE, OPTIONS, signal);
      await clock.sleep(1_000);
      const problem = { kind: 'refused' as const, field: null, detail: 'in another swarm' };
      await report(ONE, 0, { request: { id: (await founding()).nonce, problem } });
      expect(await asked).toEqual({ ok: false, problem });
    });
  });

  describe('looks', () => {
    const machine = aMachine(ONE, { engine: aReport.engine });

    it('wait for every machine that ever reported, and tell what is fresh', async () => {
      await report(ONE, 0);
      await report(TWO, 0);
      const began = clock.monotonic();
      const asked = open().looks.reports(ref(4), [ONE, TWO, 'i-new' as MachineId], signal);
      await clock.sleep(1_000);
      expect(must(await readLook(table, CLUSTER, signal))).toMatchObject({ look: 1, term: 4 });
      await report(ONE, 1);
      const seen = must(await asked);
      expect(clock.monotonic() - began).toBeGreaterThanOrEqual(lookMs);
      expect(seen.map((each) => each?.isFresh ?? null)).toEqual([true, false, null]);
    });

    it('wait less for a node that was silent three times, which is no fresher for that, and again when it is back', async () => {
      const { looks } = open();
      let isBack = false;
      await report(ONE, 0);
      await report(TWO, 0);
      async function look() {
        const began = clock.monotonic();
        const asked = looks.reports(ref(4), [ONE, TWO], signal);
        await clock.sleep(1_000);
        const { look } = must(await readLook(table, CLUSTER, signal)) ?? { look: 0 };
        await report(ONE, look);
        if (isBack) await report(TWO, look);
        const isFresh = must(await asked).map((each) => each?.isFresh);
        return { isFresh, tookMs: clock.monotonic() - began };
      }
      for (let i = 0; i < 3; i += 1) {
        const { isFresh, tookMs } = await look();
        expect(isFresh).toEqual([true, false]);
        expect(tookMs).toBeGreaterThanOrEqual(lookMs);
      }
      const silent = await look();
      expect(silent.isFresh).toEqual([true, false]);
      expect(silent.tookMs).toBeGreaterThanOrEqual(2_000);
      expect(silent.tookMs).toBeLessThan(3_000);
      isBack = true;
      expect(await look()).toMatchObject({ isFresh: [true, true] });
      isBack = false;
      expect((await look()).tookMs).toBeGreaterThanOrEqual(lookMs);
    });

    it('are not begun without a term, and then nothing is fresh', async () => {
      await report(ONE, 7);
      const seen = must(await open().looks.reports(ref(), [ONE], signal));
      expect(seen).toMatchObject([{ isFresh: false }]);
      expect(must(await readLook(table, CLUSTER, signal))).toBeNull();
    });

    it('are answered by a view that was made after them, never by an older one', async () => {
      const { swarm } = open();
      const by = { look: 0, through: ONE, ring: null, parts: 'p0', now: clock.now() };
      must(await writeView(table, CLUSTER, null, by, ok(aSwarm()), signal));
      expect(kindOf(await swarm.observe(ref(4), [machine], signal))).toBe('unreachable');
      const lookNow = async () => must(await readLook(table, CLUSTER, signal))?.look ?? 0;
      const before = await lookNow();
      const asked = swarm.observe(ref(4), [machine], signal);
      while ((await lookNow()) === before) await clock.sleep(10);
      const look = await lookNow();
      const head = must(await readHead(table, CLUSTER, signal));
      must(await writeView(table, CLUSTER, head, { ...by, look, parts: 'p1' }, ok(aSwarm({ version: 99 })), signal));
      expect(must(await asked)).toMatchObject({ version: 99 });
    });

    it('are not begun where there is no machine: a cluster that was cleared stays so', async () => {
      expect(must(await open().looks.reports(ref(4), [], signal))).toEqual([]);
      expect(must(await readLook(table, CLUSTER, signal))).toBeNull();
    });

    it('of an older term fail', async () => {
      must(await beginLook(table, CLUSTER, 5, signal));
      expect(kindOf(await open().swarm.observe(ref(4), [machine], signal))).toBe('conflict');
    });
  });

  it('says of a node that does not answer that nobody knows what came of it', async () => {
    expect(kindOf(await open().swarm.leave(ref(4), ONE, signal))).toBe('unreachable');
    expect(must(await readRequest(table, CLUSTER, ONE, signal))).toMatchObject({ verb: 'leave', term: 4 });
  });
});
