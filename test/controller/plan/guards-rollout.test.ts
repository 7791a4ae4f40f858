import { describe, it } from 'vitest';
import type { Rollout } from '../../../src/model/record.ts';
import { aService, aTask, START } from '../../support/builders.ts';
import { checkRow, engineOf, type Row, withRecord } from '../../support/guard-rows.ts';
import {
  ADMITTED,
  aSituation,
  draining,
  JOINING,
  type Situation,
  withMachine,
  withMember,
} from '../../support/worlds.ts';

const NEWER = { engine: { config: { debug: true } } };
const M1 = 'demo-managers-0001';
const M2 = 'demo-managers-0002';
const M3 = 'demo-managers-0003';
const M4 = 'demo-managers-0004';
const W1 = 'demo-web-0001';
const W2 = 'demo-web-0002';
const W3 = 'demo-web-0003';
const W4 = 'demo-web-0004';
const W5 = 'demo-web-0005';
const FRESH: Rollout = { startedAt: START, state: 'fresh', since: START, weak: [] };
const UNREACHABLE = { manager: { leader: false, reachability: 'unreachable' } } as const;
const DEMOTED = { role: 'worker', manager: null } as const;
const NEVER = { timeZone: 'UTC', windows: [{ start: '0 0 29 2 *', duration: '1m' }] };

/** Every node is of the spec before. */
function outdated(
  there: Readonly<Record<string, number>>,
  wish: Parameters<typeof aSituation>[1],
  rollout: Rollout | null = FRESH,
): Situation {
  return aSituation(there, { ...wish, spec: { ...NEWER, ...wish.spec } }, { rollout });
}
/** This node was made from today's spec. */
function newer(at: Situation, ...ids: readonly string[]): Situation {
  const hash = at.declared.kind === 'document' ? at.declared.desired.pools[0]?.machineHash : '';
  return ids.reduce((next, id) => withMachine(next, id, { hash: hash ?? '' }), at);
}
const moving: Rollout = { ...FRESH, state: 'moving' };
const POOL = { managers: 1, workers: { web: 3 } } as const;
const rolling = outdated({ managers: 1, web: 3 }, POOL);
/** The canary is there and an old one may go. */
const inHand = newer(outdated({ managers: 1, web: 4 }, POOL, moving), W4);
const three = outdated({ managers: 3 }, { managers: 3 });
/** A fourth manager came for an old one. */
const four = newer(outdated({ managers: 4 }, { managers: 3 }, moving), M4);
/** Managers and workers; the canary was replaced before. */
const BOTH = { managers: 3, workers: { web: 3 } } as const;
const WIDE = { managers: 1, workers: { web: { count: 3, rollout: { maxSurge: 2 } } } } as const;
const workersToo = outdated({ managers: 3, web: 3 }, BOTH);
const settling: Rollout = { ...FRESH, state: 'well', since: START - 29_000 };
const settled: Rollout = { ...FRESH, state: 'well', since: START - 31_000 };
/** A machine came for the next one, and joined. */
const spare = withMember(newer(outdated({ managers: 1, web: 4 }, POOL), M1, W1, W4), W4, JOINING);
const spareManager = engineOf(
  withMember(newer(outdated({ managers: 4, web: 3 }, BOTH), M2, M4, W1), M4, {
    ...JOINING,
    role: 'worker',
    manager: null,
  }),
  M4,
  { isManager: false },
);
const ABORT = { id: 'a', kind: 'abort', by: 'ann', at: START, reason: null, until: null } as const;
const lacking = { web: { count: 3, rollout: { maxSurge: 0, maxUnavailable: 1, canary: false } } };

const data = aService('db', { localData: ['volume db'] });
/** Service db keeps data on each of these. */
const withData = (at: Situation, ...ids: readonly string[]): Situation => ({
  ...at,
  swarm: { ...at.swarm, services: [data], tasks: ids.map((id) => aTask('db', `n-${id}`)) },
});
const HELD_BACK = { availability: 'pause', labels: { ...ADMITTED('web'), 'skep.intent': 'hold-back:1' } } as const;

const ROWS: readonly Row[] = [
  { guard: 'one node is begun with: the canary', at: rolling, steps: ['grow-pool'] },
  {
    guard: 'a rollout is on the record before anything follows from it',
    at: withRecord(rolling, { rollout: null }),
    steps: ['write-record'],
  },
  {
    guard: 'nothing is begun before it has settled',
    at: withRecord(newer(rolling, W1), { rollout: { ...FRESH, state: 'well', since: START - 29_000 } }),
    steps: [],
    waits: /the next node of managers is replaced at/,
  },
  {
    guard: 'the managers come after the canary',
    at: withRecord(newer(rolling, W1), { rollout: { ...FRESH, state: 'well', since: START - 31_000 } }),
    steps: ['grow-pool'],
  },
  {
    guard: 'S5: nothing is begun while something is not well',
    at: withMember(withRecord(newer(rolling, W1), { rollout: { ...FRESH, state: 'well', since: 1 } }), W1, {
      state: 'down',
    }),
    never: 'grow-pool',
    waits: /once all is well/,
  },
  {
    guard: 'S5: no old one goes before the new one serves',
    at: withMember(withRecord(inHand, { rollout: FRESH }), W4, JOINING),
    steps: ['set-node'],
  },
  {
    guard: 'while one settles, the machine for the next one is made',
    at: withRecord(newer(workersToo, M2, M3, W1), { rollout: settling }),
    steps: ['grow-pool'],
    waits: /the next node of managers is replaced at/,
  },
  {
    guard: 'not while the canary settles',
    at: withRecord(newer(workersToo, W1), { rollout: settling }),
    steps: [],
    waits: /the next node of managers is replaced at/,
  },
  {
    guard: 'not where the canary is the newest of several of another pool',
    at: withMachine(withRecord(newer(workersToo, M2, M3, W1), { rollout: settling }), W1, { createdAt: START + 1 }),
    steps: [],
  },
  {
    guard: 'the first manager is no canary where workers had one',
    at: withMachine(withRecord(newer(workersToo, M2, W1), { rollout: settling }), M2, { createdAt: START + 1 }),
    steps: ['grow-pool'],
  },
  {
    guard: 'not when no window is open by then',
    at: withRecord(newer(outdated({ managers: 3, web: 3 }, { ...BOTH, spec: { maintenance: NEVER } }), M2, M3, W1), {
      rollout: settling,
    }),
    steps: [],
  },
  {
    guard: 'not while something is not well',
    at: withMember(withRecord(newer(workersToo, M2, M3, W1), { rollout: { ...settling, state: 'dipped' } }), W1, {
      state: 'down',
    }),
    never: 'grow-pool',
  },
  {
    guard: 'never one more than it may be above the count',
    at: withRecord(newer(outdated({ managers: 4, web: 3 }, BOTH), M4, W1), { rollout: settling }),
    never: 'grow-pool',
  },
  {
    guard: 'a machine made for the next one is not admitted before it has settled',
    at: withRecord(spare, { rollout: settling }),
    steps: [],
    waits: /the next node of web is replaced at/,
  },
  { guard: 'then it is', at: withRecord(spare, { rollout: settled }), steps: ['set-node'] },
  {
    guard: 'nor while something is not well',
    at: withMember(withRecord(spare, { rollout: { ...settled, state: 'dipped' } }), W1, { state: 'down' }),
    never: 'set-node',
  },
  {
    guard: 'a manager made for the next one is not promoted before it has settled',
    at: withRecord(spareManager, { rollout: settling }),
    steps: [],
    waits: /the next node of managers is replaced at/,
  },
  { guard: 'then it is promoted', at: withRecord(spareManager, { rollout: settled }), steps: ['promote'] },
  {
    guard: 'several that go together are admitted as they come, while the first is in hand',
    at: withMember(newer(outdated({ managers: 1, web: 5 }, WIDE, settled), W1, W4, W5), W5, JOINING),
    steps: ['write-record', 'set-node', 'set-node', 'set-node'],
  },
  {
    guard: 'after an abort the machine made for the next one goes',
    at: withRecord(spare, { rollout: settling, intents: [ABORT] }),
    steps: ['remove-machine'],
    held: 'ReplacementHeld',
  },
  {
    guard: 'after an abort the manager made for the next one goes',
    at: withRecord(spareManager, { rollout: settling, intents: [ABORT] }),
    steps: ['remove-machine'],
    held: 'ReplacementHeld',
  },
  {
    guard: 'S5: nodes already unavailable count',
    at: withMember(outdated({ managers: 1, web: 3 }, { managers: 1, workers: lacking }), W1, { availability: 'drain' }),
    never: 'set-node',
  },
  {
    guard: 'S5: what is drained by us counts',
    at: withMember(outdated({ managers: 1, web: 3 }, { managers: 1, workers: lacking }, moving), W1, {
      ...draining('web'),
      labels: { ...draining('web').labels, 'skep.intent': 'replace:1' },
    }),
    steps: ['write-record', 'remove-machine'],
  },
  {
    guard: 'S6: a machine that cannot be seen is not taken for useless',
    at: withMember(withMachine(rolling, W2, { state: 'unknown', engine: null }), W2, { state: 'ready' }),
    never: 'remove-machine',
  },
  {
    guard: 'S5: what is unknown after a leader change is not taken for useless, though there are too many',
    at: [W1, W2, W3, W4].reduce((at, id) => withMember(at, id, { state: 'unknown' }), inHand),
    never: 'set-node',
  },
  {
    guard: 'what is in hand is over when nothing moves, though a new leader does not know all yet',
    at: withMember(withRecord(newer(rolling, M1, W1), { rollout: moving }), W2, { state: 'unknown' }),
    steps: ['write-record'],
    waits: /does not know all its members/,
  },
  {
    guard: 'a dip is not over while nobody knows',
    at: withMember(withRecord(newer(rolling, M1, W1), { rollout: { ...settled, state: 'dipped' } }), W2, {
      state: 'unknown',
    }),
    steps: [],
    waits: /does not know all its members/,
  },
  {
    guard: 'nothing is begun while nobody knows, though it has settled',
    at: withMember(withRecord(newer(rolling, M1, W1), { rollout: settled }), W2, { state: 'unknown' }),
    steps: [],
    waits: /does not know all its members/,
  },
  {
    guard: 'S7: outdated nodes that are down are not cleared away under the brake',
    at: [W1, W2].reduce((at, id) => withMember(at, id, { state: 'down' }), rolling),
    never: 'set-node',
  },
  {
    guard: 'a broken canary cannot block its own fix',
    at: {
      ...withMachine(outdated({ managers: 1, web: 4 }, POOL, moving), W4, { engine: null }),
      ...withoutMember(outdated({ managers: 1, web: 4 }, POOL, moving), W4),
    },
    steps: ['remove-machine'],
  },
  {
    guard: 'S13: a node with protected data is not rolled',
    at: withData(rolling, W1, W2, W3),
    never: 'set-node',
    held: 'LocalDataHeld',
  },
  ...[W1, W2, W3].map((free): Row => {
    const busy = [W1, W2, W3].filter((id) => id !== free);
    return {
      guard: `what is held keeps no other of its pool from going: all but ${free}`,
      at: withData(
        [W1, W2, W3].reduce((at, id) => withMember(at, id, HELD_BACK), newer(inHand, M1)),
        ...busy,
      ),
      steps: ['set-node'],
      held: 'LocalDataHeld',
    };
  }),
  {
    guard: 'S14: a hash of another version is recomputed from what the record keeps',
    at: withOtherVersion(aSituation({ managers: 1, web: 1 }, { managers: 1, workers: { web: 1 } })),
    steps: [],
  },
  { guard: 'S1: an old manager goes only after the new one came', at: three, steps: ['grow-pool'] },
  {
    guard: 'S1: with one more than declared, one that is not the leader is demoted',
    at: four,
    steps: ['demote'],
  },
  { guard: 'S1: not while a peer is unreachable', at: withMember(four, M3, UNREACHABLE), never: 'demote' },
  {
    guard: 'S2: not while another changes',
    at: withMember(four, M3, { role: 'worker' }),
    never: 'demote',
  },
  {
    guard: 'S2: one that is demoted and still in raft is not drained',
    at: withMember(four, M2, { role: 'worker' }),
    never: 'set-node',
  },
  {
    guard: 'the others are held back before one that is out of raft is drained',
    at: withMember(four, M2, { role: 'worker', manager: null }),
    steps: ['set-node', 'set-node'],
    waits: /demo-managers-0002 is drained next/,
  },
  {
    guard: 'a held node is not demoted, the next one is',
    at: withMember(four, M2, { labels: { ...ADMITTED('managers'), 'skep.hold': 'mine' } }),
    steps: ['demote'],
  },
  { guard: 'the leader is demoted last', at: newer(four, M2, M3), steps: ['demote'] },
  {
    guard: 'a window that closes lets the node in hand be finished',
    at: newer(outdated({ managers: 1, web: 4 }, { ...POOL, spec: { maintenance: NEVER } }, moving), W4),
    steps: ['set-node', 'set-node', 'set-node'],
    waits: /is drained next/,
  },
  {
    guard: 'outside a window nothing is begun',
    at: outdated({ managers: 1, web: 3 }, { ...POOL, spec: { maintenance: NEVER } }),
    steps: [],
    held: 'OutsideWindow',
  },
  {
    guard: 'outside a window fewer managers wait',
    at: aSituation({ managers: 3 }, { managers: 1, spec: { maintenance: NEVER } }),
    steps: [],
    held: 'OutsideWindow',
  },
  {
    guard: 'an old pool goes once the new one is whole',
    at: withMember(aSituation({ managers: 1, old: 1, web: 1 }, { managers: 1, workers: { web: 1 } }), W1, JOINING),
    steps: ['set-node'],
    waits: /not declared go once web is whole/,
  },
  {
    guard: 'L1: who comes in the place of a demoted manager is no spare, whoever else leaves raft',
    at: engineOf(
      withMember(withMember(newer(outdated({ managers: 4 }, { managers: 3 }, moving), M2, M3, M4), M1, DEMOTED), M4, {
        ...JOINING,
        ...DEMOTED,
      }),
      M4,
      { isManager: false },
    ),
    steps: ['promote'],
  },
  {
    guard: 'whoever finds a node held back without a rollout puts it back',
    at: withMember(aSituation({ managers: 1, web: 1 }, { managers: 1, workers: { web: 1 } }), W1, {
      availability: 'pause',
      labels: { ...ADMITTED('web'), 'skep.intent': 'hold-back:1' },
    }),
    steps: ['set-node'],
  },
];

function withoutMember(at: Situation, id: string): Pick<Situation, 'swarm'> {
  return { swarm: { ...at.swarm, members: at.swarm.members.filter((m) => m.hostname !== id) } };
}

function withOtherVersion(at: Situation): Situation {
  const hashInputs = Object.fromEntries(at.machines.map((m) => ['v9:0', at.record.hashInputs[m.hash]]));
  return {
    ...withRecord(at, { hashInputs: { ...at.record.hashInputs, ...hashInputs } }),
    machines: at.machines.map((m) => ({ ...m, hash: 'v9:0' })),
  };
}

describe('guards of rollouts', () => {
  it.each(ROWS)('$guard', checkRow);
});
