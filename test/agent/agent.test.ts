import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runAgent } from '../../src/agent/agent.ts';
import { AGENT_TIMES } from '../../src/agent/agent-options.ts';
import type { OwnNode } from '../../src/agent/own-node.ts';
import { noFailpoint } from '../../src/base/failpoint.ts';
import { seededRandom } from '../../src/base/random.ts';
import { fail, ok } from '../../src/base/result.ts';
import type { ClusterName, MachineId, NodeId, SwarmId } from '../../src/model/ids.ts';
import { DOCKERS_OPTIONS, type SwarmView } from '../../src/model/observed.ts';
import { appoint, type Founding, publish, readFounding } from '../../src/providers/aws/table/founding.ts';
import { readJoining, writeJoining } from '../../src/providers/aws/table/join.ts';
import { beginLook } from '../../src/providers/aws/table/look.ts';
import { claim, type Order, place, readOrder } from '../../src/providers/aws/table/order.ts';
import { readReports } from '../../src/providers/aws/table/report.ts';
import { ask } from '../../src/providers/aws/table/request.ts';
import { readHead, readView } from '../../src/providers/aws/table/view.ts';
import { must, signal } from '../conformance/subject.ts';
import { type Collected, collectEvents } from '../controller/loop/support/collect-events.ts';
import { aMember, aService, aSwarm } from '../support/builders.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';
import { createMemoryTable } from '../support/memory-table.ts';

const CLUSTER = 'demo' as ClusterName;
const ME = 'i-me' as MachineId;
const NODE = 'n-me' as NodeId;
const SWARM = 's-one' as SwarmId;
const OTHER = 's-other' as SwarmId;
const OPTIONS = { ...DOCKERS_OPTIONS, addressPools: [], subnetSize: 24, dataPathPort: 4789 };
const VERSION = 12;

/** One agent on a node that does what it is told and counts it. */
describe('an agent', () => {
  let clock: FakeClock;
  let table: ReturnType<typeof createMemoryTable>;
  let did: string[];
  let view: SwarmView;
  let isIn: boolean;
  let engineAnswers: boolean;
  let token: string;
  let leavingMs: number;
  let stop: AbortController;
  let ended: Promise<void>;
  let sink: Collected;

  const node: OwnNode = {
    engine: async () => {
      const engine = { version: '28.5', error: null };
      if (!engineAnswers) return fail({ kind: 'unreachable', what: ME, detail: 'silent' });
      if (!isIn) return ok({ ...engine, swarm: 'inactive', nodeId: null, isManager: false });
      const isManager = view.members.some(({ id, manager }) => id === NODE && manager);
      return ok({ ...engine, swarm: 'active', nodeId: NODE, isManager, ...(isManager ? { peers: [NODE] } : {}) });
    },
    look: async () => ok(view),
    invitation: async () => ok({ swarm: view.id, token, managers: ['10.0.0.1:2377'] }),
    async found() {
      did.push('found');
      isIn = true;
      return ok(undefined);
    },
    async join({ swarm }) {
      did.push(`join ${swarm}`);
      isIn = true;
      return ok(undefined);
    },
    async leave() {
      await clock.sleep(leavingMs);
      did.push('leave');
      isIn = false;
      return ok(undefined);
    },
    async forceNew() {
      did.push('force-new');
      return ok(undefined);
    },
    async act(act) {
      did.push(`${act.verb} at ${'version' in act ? act.version : '-'}`);
      return ok(VERSION + 1);
    },
  };

  function start(): void {
    stop = new AbortController();
    const me = { cluster: CLUSTER, machine: ME, arn: 'arn/me', address: '10.0.0.1', table, node };
    const needs = { clock, random: seededRandom(1), failpoint: noFailpoint, sink, times: AGENT_TIMES };
    ended = runAgent({ ...me, ...needs, leaving: () => null }, stop.signal);
  }
  async function end(): Promise<void> {
    stop.abort();
    await ended;
  }
  beforeEach(() => {
    clock = createFakeClock();
    table = createMemoryTable();
    did = [];
    isIn = true;
    engineAnswers = true;
    token = 'SWMTKN-one';
    leavingMs = 0;
    view = managed();
    sink = collectEvents();
  });
  afterEach(end);

  const managed = (over: Partial<SwarmView> = {}): SwarmView =>
    aSwarm({ id: SWARM, members: [aMember(NODE, { hostname: ME, ...LEADS }), aMember('n-2' as NodeId)], ...over });
  const alone = (id: SwarmId, over: Partial<SwarmView> = {}): SwarmView =>
    managed({ id, members: [aMember(NODE, { hostname: ME, ...LEADS })], services: [], ...over });
  const appointed = async (founder: MachineId, swarm: SwarmId | null, term = 4): Promise<Founding> => {
    must(await appoint(table, CLUSTER, { founder, nonce: `by-${founder}`, term, options: OPTIONS }, null, signal));
    const founding = must(await readFounding(table, CLUSTER, signal)) as Founding;
    if (swarm) must(await publish(table, CLUSTER, founding, swarm, signal));
    return founding;
  };
  const order = async (act: object, term = 4): Promise<void> =>
    void must(await place(table, CLUSTER, null, { id: 'o1', term, act: act as never, limitMs: 10_000 }, signal));
  const ordered = async (): Promise<Order> => must(await readOrder(table, CLUSTER, signal)) as Order;
  const report = async () => {
    const [read] = must(await readReports(table, CLUSTER, ['arn/me'], signal));
    return read?.ok ? read.value : null;
  };
  const asked = async (verb: 'join' | 'leave' | 'force-new', id = 'r1', term = 4): Promise<void> =>
    void must(await ask(table, CLUSTER, ME, { id, term, verb, limitMs: 10_000 }, signal));
  const PROMOTE = { verb: 'promote', node: 'n-2', version: VERSION };

  describe('reports', () => {
    it('its engine with the look that was there before, and again only when there is something new', async () => {
      let reports = 0;
      const { write } = table;
      table.write = (key, ...rest) => {
        if (key.sk === 'report') reports += 1;
        return write(key, ...rest);
      };
      start();
      await clock.step(3_000);
      expect(await report()).toMatchObject({ look: 0, address: '10.0.0.1', engine: { nodeId: NODE } });
      expect(reports).toBe(1);
      must(await beginLook(table, CLUSTER, 4, signal));
      await clock.step(2_000);
      expect(await report()).toMatchObject({ look: 1 });
      expect(table.rows.get(BELL)).toBeUndefined();
      engineAnswers = false;
      await clock.step(2_000);
      expect(await report()).toMatchObject({ look: 1, engine: null });
      expect(table.rows.get(BELL)).toBeDefined();
      expect(reports).toBe(3);
    });
  });

  describe('that founds', () => {
    beforeEach(() => {
      isIn = false;
      view = alone(SWARM);
    });

    it('makes the swarm once, says how to join it, then publishes it', async () => {
      await appointed(ME, null);
      start();
      await clock.step(5_000);
      expect(did).toEqual(['found']);
      expect(must(await readFounding(table, CLUSTER, signal))).toMatchObject({ swarm: SWARM });
      expect(must(await readJoining(table, CLUSTER, SWARM, signal))).toMatchObject({ workerToken: token });
      expect(await report()).toMatchObject({ request: { id: `by-${ME}`, problem: null } });
    });

    it('does nothing when another one is named, or the term is over', async () => {
      await appointed('i-other' as MachineId, null);
      must(await beginLook(table, CLUSTER, 5, signal));
      start();
      await clock.step(3_000);
      await appointed(ME, null, 4);
      await clock.step(3_000);
      expect(did).toEqual([]);
    });

    it('goes on with the swarm of its earlier life, but with none that has members or services', async () => {
      isIn = true;
      view = managed();
      await appointed(ME, null);
      start();
      await clock.step(3_000);
      expect(must(await readFounding(table, CLUSTER, signal))).toMatchObject({ swarm: null });
      expect(await report()).toMatchObject({ request: { problem: { kind: 'refused' } } });
      view = alone(SWARM);
      await clock.step(60_000);
      expect(must(await readFounding(table, CLUSTER, signal))).toMatchObject({ swarm: SWARM });
      expect(did).toEqual([]);
    });

    it('waits longer each time when it fails', async () => {
      engineAnswers = false;
      await appointed(ME, null);
      start();
      await clock.step(120_000);
      const times = sink.codes().filter((code) => code === 'SKP605').length;
      expect(times).toBeGreaterThan(3);
      expect(times).toBeLessThan(12);
    });
  });

  describe('whose swarm is not the one that was published', () => {
    it.each([
      ['leaves it when it holds nothing', alone(OTHER), ['leave']],
      ['keeps one with a second member', managed({ id: OTHER }), []],
      ['keeps one with a service', alone(OTHER, { services: [aService('web')] }), []],
    ])('%s', async (_, mine, expected) => {
      view = mine;
      await appointed('i-other' as MachineId, SWARM);
      start();
      await clock.step(5_000);
      expect(did).toEqual(expected);
      expect(must(await readHead(table, CLUSTER, signal))).toBeNull();
    });

    it('keeps it while nobody was ever named', async () => {
      view = alone(OTHER);
      start();
      await clock.step(5_000);
      expect(did).toEqual([]);
    });

    it('carries out no order', async () => {
      view = managed({ id: OTHER });
      await appointed('i-other' as MachineId, SWARM);
      await order(PROMOTE);
      start();
      await clock.step(20_000);
      expect(await ordered()).toMatchObject({ state: 'open' });
    });
  });

  describe('that leads', () => {
    beforeEach(() => appointed('i-other' as MachineId, SWARM));

    it('carries out an order at the version that was planned, and says by what', async () => {
      await order(PROMOTE);
      start();
      await clock.step(4_000);
      expect(did).toEqual([`promote at ${VERSION}`]);
      const answer = { problem: null, through: ME, swarm: SWARM, version: VERSION + 1 };
      expect(await ordered()).toMatchObject({ state: 'done', answer });
    });

    it('refuses an order of an older term, and a verb that it does not know', async () => {
      must(await beginLook(table, CLUSTER, 5, signal));
      await order(PROMOTE, 4);
      start();
      await clock.step(4_000);
      expect(await ordered()).toMatchObject({ state: 'done', answer: { problem: { kind: 'refused' } } });
      const last = await ordered();
      must(
        await place(table, CLUSTER, last, { id: 'o2', term: 5, act: { verb: 'fly' } as never, limitMs: 9_000 }, signal),
      );
      await clock.step(4_000);
      expect(await ordered()).toMatchObject({ id: 'o2', state: 'done', answer: { problem: { kind: 'refused' } } });
      expect(did).toEqual([]);
    });

    it('does not touch what another manager claimed, or its own earlier life', async () => {
      await order(PROMOTE);
      must(await claim(table, CLUSTER, await ordered(), 'earlier', signal));
      start();
      await clock.step(20_000);
      expect(did).toEqual([]);
      expect(await ordered()).toMatchObject({ state: 'claimed', claim: 'earlier' });
    });

    it('leaves its own demotion to others, and does it when there is nobody', async () => {
      await order({ verb: 'demote', node: NODE, version: VERSION });
      start();
      await clock.step(AGENT_TIMES.graceMs - 1_000);
      expect(did).toEqual([]);
      await clock.step(4_000);
      expect(did).toEqual([`demote at ${VERSION}`]);
    });

    it('writes the view for each look and when something is new, and renews how to join', async () => {
      start();
      await clock.step(AGENT_TIMES.watchMs + 2_000);
      const seen = async () => {
        const head = must(await readHead(table, CLUSTER, signal));
        return head && { look: head.look, view: must(await readView(table, CLUSTER, head, signal)) };
      };
      await vi.waitFor(async () => expect(await seen()).toEqual({ look: 0, view })); // compressing takes real time
      must(await beginLook(table, CLUSTER, 4, signal));
      await clock.step(2_500);
      await vi.waitFor(async () => expect(await seen()).toMatchObject({ look: 1 }));
      view = managed({ version: view.version + 1 });
      token = 'SWMTKN-rotated';
      await clock.step(AGENT_TIMES.watchMs + 2_000);
      await vi.waitFor(async () => expect(await seen()).toEqual({ look: 1, view }));
      await vi.waitFor(async () => {
        const joining = must(await readJoining(table, CLUSTER, SWARM, signal));
        expect(joining).toMatchObject({ workerToken: token, revision: 2 });
      });
    });
  });

  describe('of a manager that does not lead', () => {
    beforeEach(async () => {
      const follows = { role: 'manager', manager: { leader: false, reachability: 'reachable' } } as const;
      view = managed({ members: [aMember(NODE, { hostname: ME, ...follows })] });
      await appointed('i-other' as MachineId, SWARM);
    });

    it('steps in for a look and an order only after a while', async () => {
      must(await beginLook(table, CLUSTER, 4, signal));
      await order(PROMOTE);
      start();
      await clock.step(AGENT_TIMES.graceMs - 500);
      expect([did, must(await readHead(table, CLUSTER, signal))]).toEqual([[], null]);
      await clock.step(4_000);
      expect(did).toEqual([`promote at ${VERSION}`]);
      await vi.waitFor(async () =>
        expect(must(await readHead(table, CLUSTER, signal))).toMatchObject({ look: 1, through: ME }),
      );
    });

    it('does not begin an order whose time is over', async () => {
      must(await place(table, CLUSTER, null, { id: 'o1', term: 4, act: PROMOTE as never, limitMs: 2_000 }, signal));
      start();
      await clock.step(30_000);
      expect(await ordered()).toMatchObject({ state: 'open' });
    });
  });

  describe('that is asked', () => {
    it('joins the swarm that was published, with what stands in the table, and not before', async () => {
      isIn = false;
      await asked('join');
      start();
      await clock.step(3_000);
      expect(await report()).toMatchObject({ request: { id: 'r1', problem: { detail: 'there is no swarm yet' } } });
      await appointed('i-other' as MachineId, SWARM);
      await asked('join', 'r2');
      await clock.step(3_000);
      expect(await report()).toMatchObject({
        request: { id: 'r2', problem: { detail: expect.stringMatching(/nobody/) } },
      });
      must(await writeJoining(table, CLUSTER, SWARM, null, { addresses: ['10.0.0.9:2377'], workerToken: 'x' }, signal));
      await asked('join', 'r3');
      await clock.step(3_000);
      expect(did).toEqual([`join ${SWARM}`]);
      await asked('join', 'r4');
      await clock.step(3_000);
      expect(did).toEqual([`join ${SWARM}`]);
      expect(await report()).toMatchObject({ request: { id: 'r4', problem: null }, engine: { swarm: 'active' } });
    });

    it.each(['leave', 'force-new'] as const)('does "%s" once, and not again in its next life', async (verb) => {
      await appointed('i-other' as MachineId, SWARM);
      start();
      await clock.step(2_000);
      await asked(verb);
      await clock.step(5_000);
      expect(did).toEqual([verb]);
      isIn = true;
      await end();
      start();
      await clock.step(5_000);
      expect(did).toEqual([verb]);
      expect(await report()).toMatchObject({ request: { id: 'r1', problem: { kind: 'refused' } } });
      await asked(verb, 'r2');
      await clock.step(3_000);
      expect(did).toEqual([verb, verb]);
    });

    it('does not begin what it came to too late', async () => {
      start();
      await clock.step(2_000);
      leavingMs = 15_000;
      await asked('leave', 'r1');
      await clock.step(2_000);
      await asked('force-new', 'r2');
      await clock.step(30_000);
      expect(did).toEqual(['leave']);
      expect(await report()).toMatchObject({ request: { id: 'r2', problem: { detail: 'its time is over' } } });
    });

    it('refuses what an older term asks', async () => {
      must(await beginLook(table, CLUSTER, 5, signal));
      start();
      await clock.step(2_000);
      await asked('leave', 'r1', 4);
      await clock.step(3_000);
      expect(did).toEqual([]);
      expect(await report()).toMatchObject({ request: { problem: { kind: 'refused' } } });
    });
  });

  it('asks less and less often while the table does not answer, and goes on', async () => {
    let reads = 0;
    const { read } = table;
    table.read = async () => {
      reads += 1;
      throw Object.assign(new Error('no connection'), { name: 'TimeoutError' });
    };
    start();
    await clock.step(120_000);
    expect(reads).toBeLessThan(15);
    expect(sink.codes().filter((code) => code === 'SKP605')).toHaveLength(1);
    table.read = read;
    await clock.step(40_000);
    expect(await report()).toMatchObject({ engine: { nodeId: NODE } });
  });
});

const LEADS = { role: 'manager', manager: { leader: true, reachability: 'reachable' } } as const;
const BELL = JSON.stringify(['bell/demo', '-']);
