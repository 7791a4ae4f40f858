import { describe, it } from 'vitest';
import type { HealthNote } from '../../../src/model/health-note.ts';
import type { MachineId, NodeId } from '../../../src/model/ids.ts';
import { aMember, START } from '../../support/builders.ts';
import { checkRow, engineOf, type Row, silent, withMore, withRecord } from '../../support/guard-rows.ts';
import { aNode, aSituation, JOINING, type Situation, withMachine, withMember } from '../../support/worlds.ts';

/** Guards of healing, each seen to fail when it was taken out. */

const M1 = 'demo-managers-0001';
const W1 = 'demo-web-0001';
const W2 = 'demo-web-0002';
const M2 = 'demo-managers-0002';
const M3 = 'demo-managers-0003';
const three = aSituation({ managers: 3, web: 1 }, { managers: 3, workers: { web: 1 } });
const PROMOTED = { role: 'manager', manager: { leader: false, reachability: 'reachable' } } as const;
const NEVER = { timeZone: 'UTC', windows: [{ start: '0 0 29 2 *', duration: '1m' }] };
const UNREACHABLE = { manager: { leader: false, reachability: 'unreachable' } } as const;
const without = (at: Situation, id: string): Situation => ({ ...at, machines: at.machines.filter((m) => m.id !== id) });
const sickFor = (at: Situation, id: string, ms: number): Situation =>
  withRecord(at, {
    health: [
      ...at.record.health,
      { kind: 'bad', machine: id as MachineId, pool: id.split('-')[1] ?? '', at: START - ms },
    ],
  });
const MINUTES_6 = 6 * 60_000;
/** A fourth manager machine that joined and waits for its promotion. */
const withCandidate = (at: Situation): Situation => {
  const { machine, member } = aNode('managers', 9, { member: { role: 'worker', manager: null, ...JOINING } });
  return engineOf({ ...withMore(at, member), machines: [...at.machines, machine] }, machine.id, { isManager: false });
};
const STOPPED = { state: 'stopped', engine: null } as const;

/** A pool of the spec before is there still. */
const oldAndNew = aSituation({ managers: 1, web: 1, old: 1 }, { workers: { web: 1 } });
const surged = aSituation({ managers: 1, web: 3 }, { workers: { web: { count: 2, health: { maxUnhealthy: 0 } } } });
const steady = aSituation({ managers: 1, web: 1 }, { workers: { web: 1 } });
const two = aSituation({ managers: 1, web: 2 }, { workers: { web: 2 } });
const note = (kind: HealthNote['kind'], id: string, agoMs: number): HealthNote => ({
  kind,
  machine: id as MachineId,
  pool: 'web',
  at: START - agoMs,
});
/** W1 was started three times within a minute and ended each time. It was made a minute after W2. */
const stillborn = (at: Situation, before: readonly HealthNote[]): Situation =>
  withRecord(
    {
      ...withMachine(withMachine(at, W1, STOPPED), W2, { createdAt: START - 3_600_000 }),
      swarm: { ...at.swarm, members: at.swarm.members.filter((m) => m.hostname !== W1) },
    },
    { health: [...before, ...[3, 2, 1].map((n) => note('start', W1, n * 15_000))] },
  );
const startedThrice = (at: Situation, id: string): Situation =>
  withRecord(at, {
    health: [1, 2, 3].map((n) => ({
      kind: 'start',
      machine: id as MachineId,
      pool: id.split('-')[1] ?? '',
      at: START - n * 60_000,
    })),
  });
/** Its worker's machine was asked for 11 minutes ago, and is no member. */
const late = (at: Situation): Situation => ({
  ...withMachine(at, W1, { createdAt: START - 11 * 60_000 }),
  swarm: { ...at.swarm, members: at.swarm.members.filter((m) => m.hostname !== W1) },
});
const neverAnswered = (at: Situation): Situation => withMachine(late(at), W1, { engine: null });

const HEALING: readonly Row[] = [
  { guard: '`unknown` members are never counted as bad', at: withMember(three, W1, { state: 'unknown' }), steps: [] },
  {
    guard: 'a machine that could not be looked at is never counted as bad',
    at: sickFor(
      withMember(withMachine(three, W1, { state: 'unknown', engine: null }), W1, { state: 'down' }),
      W1,
      MINUTES_6,
    ),
    steps: [],
  },
  {
    guard: 'a locked machine is reported, never replaced',
    at: sickFor(
      engineOf(withMember(three, W1, { state: 'down' }), W1, { swarm: 'locked', nodeId: null }),
      W1,
      MINUTES_6,
    ),
    steps: ['write-record'],
    held: 'Locked',
  },
  {
    guard: 'a node that is down is given unhealthyAfter',
    at: sickFor(withMember(three, W1, { state: 'down' }), W1, 4 * 60_000),
    steps: [],
    waits: /replaced unless it recovers by/,
  },
  {
    guard: 'a node that is down for longer is replaced',
    at: sickFor(withMember(three, W1, { state: 'down' }), W1, MINUTES_6),
    steps: ['grow-pool', 'remove-machine'],
  },
  {
    guard: 'S7: a node of a pool that is not declared any more says as much of its zone as any other',
    at: {
      ...sickFor(withMachine(withMember(oldAndNew, W1, { state: 'down' }), 'demo-old-0001', STOPPED), W1, MINUTES_6),
      machines: withMachine(oldAndNew, 'demo-old-0001', STOPPED).machines.map((m) => ({
        ...m,
        zone: m.pool === 'managers' ? 'a' : 'b',
      })),
    },
    never: 'remove-machine',
    held: 'Braked',
  },
  {
    guard: 'S3: a stopped machine is started, and nothing else done, while the swarm is silent',
    at: without(withMachine(three, M2, STOPPED), W1),
    look: silent,
    steps: ['write-record', 'start-machine'],
  },
  {
    guard: 'S2: a manager that is to be replaced stays as long as it is in raft',
    at: sickFor(withMember(three, M3, { ...UNREACHABLE, state: 'down' }), M3, MINUTES_6),
    never: 'remove-machine',
    steps: ['grow-pool', 'demote'],
  },
  {
    guard: 'S2: and until another manager has taken its place',
    at: sickFor(withMember(three, M3, { role: 'worker', manager: null, state: 'down' }), M3, MINUTES_6),
    never: 'remove-machine',
    waits: /taken its place/,
  },
  {
    guard: 'S1: a manager that is gone leaves raft, whatever the list still says',
    at: without(three, M3),
    steps: ['grow-pool', 'demote'],
  },
  {
    guard: 'S1: no dead manager leaves raft while too few others are there',
    at: without(withMachine(three, M2, STOPPED), M3),
    never: 'demote',
    waits: /too few managers/,
  },
  {
    guard: 'S2: nor while another change of the managers is not over',
    at: withMember(withCandidate(without(three, M3)), 'demo-managers-0009', { role: 'manager', state: 'ready' }),
    never: 'demote',
    waits: /not over/,
  },
  {
    guard: 'S2: the dead leave before the new are promoted',
    at: withCandidate(without(three, M3)),
    never: 'promote',
    steps: ['demote'],
  },
  {
    guard: 'S1: nobody is promoted while a peer is stopped, whatever the list still says',
    at: withMachine(withCandidate(withMember(three, M3, { role: 'worker', manager: null })), M2, STOPPED),
    never: 'promote',
  },
  {
    guard: 'S1: a member of raft that the list lacks holds every change of the managers',
    at: engineOf(withCandidate(without(three, M3)), M1, { peers: ['ghost' as NodeId] }),
    never: 'demote',
    held: 'MembershipUnsettled',
  },
  {
    guard: 'S8: a manager of somebody else is not demoted',
    at: withMore(three, aMember('laptop', { role: 'manager', ...UNREACHABLE, state: 'down' })),
    steps: [],
    held: 'MembershipUnsettled',
  },
  {
    guard: 'S8: a member whose machine is on its way back in is not removed',
    at: engineOf(withMember(three, W1, { state: 'down' }), W1, { swarm: 'pending', nodeId: null }),
    never: 'remove-member',
  },
  {
    guard: 'L1: a join that is pending for ever is given up: its manager died before it listed the member',
    at: sickFor(engineOf(late(three), W1, { swarm: 'pending' }), W1, MINUTES_6),
    steps: ['grow-pool', 'remove-machine'],
  },
  {
    guard: 'L1: with one more than declared there, a bad one was never under the brake, and its time goes on',
    at: sickFor(engineOf(late(surged), W1, { swarm: 'pending' }), W1, MINUTES_6),
    steps: ['remove-machine'],
  },
  {
    guard: 'L1: a join that is pending for ever is given up: it never got as far as a name in the swarm',
    at: sickFor(engineOf(late(three), W1, { swarm: 'pending', nodeId: null }), W1, MINUTES_6),
    steps: ['write-record', 'remove-machine'],
  },
  {
    guard: 'L1: a rotation of the authority does not keep what it waits for',
    at: {
      ...without(withMember(three, W1, { state: 'down' }), W1),
      swarm: { ...withMember(three, W1, { state: 'down' }).swarm, rootRotationInProgress: true },
    },
    steps: ['grow-pool', 'remove-member'],
    held: 'MembershipUnsettled',
  },
  {
    guard: 'a stopped machine is not started a fourth time within ten minutes',
    at: startedThrice(withMember(withMachine(three, W1, STOPPED), W1, { state: 'down' }), W1),
    never: 'start-machine',
    steps: ['grow-pool', 'remove-machine'],
  },
  {
    guard: 'S4: one that just stopped is not removed before the swarm calls it down',
    at: startedThrice(withMachine(three, W1, STOPPED), W1),
    never: 'remove-machine',
    waits: /not call .* down yet/,
  },
  {
    guard: 'managers are started before workers',
    at: withMachine(withMachine(steady, M1, STOPPED), W1, STOPPED),
    look: { swarm: { ok: true, value: null } },
    steps: ['write-record', 'start-machine'],
    waits: /started after the managers/,
  },
  {
    guard: 'a machine that does not stay up is started again after ten minutes while the swarm is silent',
    at: startedThrice(withMachine(steady, M1, STOPPED), M1),
    look: silent,
    steps: [],
    waits: /started 3 times, and again at/,
  },
  {
    guard: 'nothing is replaced while its document is missing',
    at: sickFor(withMember(three, W1, { state: 'down' }), W1, MINUTES_6),
    declared: { kind: 'absent', absence: { firstMissedAt: 1, settled: false, settlesAt: null, suspicion: null } },
    steps: [],
  },
  {
    guard: 'S8: a member that carries skep.hold stays in the list when its machine is gone',
    at: without(withMember(three, W1, { state: 'down', labels: { 'skep.pool': 'web', 'skep.hold': 'mine' } }), W1),
    steps: ['grow-pool'],
    held: 'Paused',
  },
  {
    guard: 'S8: a manager that carries skep.hold stays in raft when its machine is gone',
    at: without(
      withMember(three, M2, {
        state: 'down',
        ...UNREACHABLE,
        labels: { 'skep.pool': 'managers', 'skep.hold': 'mine' },
      }),
      M2,
    ),
    never: 'demote',
    held: 'Paused',
  },
  {
    guard: 'a worker that somebody promoted leaves raft again, without waiting for a window',
    at: withMember(
      aSituation({ managers: 3, web: 1 }, { managers: 3, workers: { web: 1 }, spec: { maintenance: NEVER } }),
      W1,
      PROMOTED,
    ),
    steps: ['demote'],
  },
  {
    guard: 'it stays while its document is missing',
    at: withMember(three, W1, PROMOTED),
    declared: { kind: 'absent', absence: { firstMissedAt: 1, settled: false, settlesAt: null, suspicion: null } },
    steps: [],
  },
  {
    guard: 'S1: a manager that answers is not taken out of raft for looking bad',
    at: sickFor(withMember(three, M2, { state: 'down' }), M2, MINUTES_6),
    steps: ['grow-pool'],
    waits: /out of raft/,
  },
  {
    guard: 'a machine that is found overdue may still join',
    at: neverAnswered(three),
    steps: ['write-record'],
    waits: /replaced unless it joins by/,
  },
  {
    guard: 'a machine is overdue from its last start on',
    at: withRecord(neverAnswered(three), {
      health: [{ kind: 'start', machine: W1 as MachineId, pool: 'web', at: START - 60_000 }],
    }),
    steps: [],
  },
  {
    guard: 'a member that joined and is `unknown` is not overdue',
    at: withMember(withMachine(three, W1, { createdAt: START - 11 * 60_000 }), W1, { ...JOINING, state: 'unknown' }),
    steps: [],
  },
  {
    guard: 'one that was just started is down for a moment: not worth a write',
    at: withRecord(withMember(three, W1, { state: 'down' }), { health: [note('start', W1, 10_000)] }),
    steps: [],
  },
  {
    guard: 'startups that failed before one succeeded count no more',
    at: withRecord(neverAnswered(two), {
      health: [...['a', 'b', 'c'].map((id) => note('startup', id, 1_200_000)), note('bad', W1, 60_000)],
    }),
    steps: ['write-record', 'remove-machine'],
  },
  {
    guard: 'one failed startup is noted once',
    at: withRecord(neverAnswered(two), { health: [note('startup', W1, 0), note('bad', W1, 60_000)] }),
    steps: ['grow-pool', 'remove-machine'],
  },
  {
    guard: 'a machine that ends as often as it is started is a startup that failed',
    at: stillborn(two, []),
    steps: ['write-record', 'remove-machine'],
  },
  {
    guard: 'S12: no more such machines than startupRetries',
    at: stillborn(
      two,
      ['a', 'b', 'c'].map((id) => note('startup', id, 60_000)),
    ),
    steps: [],
    held: 'StartupFailed',
  },
  {
    guard: 'nobody is removed by force before the swarm calls it down',
    at: without(withMember(three, W1, { role: 'manager', state: 'ready' }), W1),
    never: 'remove-member',
  },
  {
    guard: 'L2: machines are made under the revision that names them',
    at: without(withMachine(three, M2, STOPPED), W1),
    steps: ['write-record', 'start-machine'],
  },
  {
    guard: 'S3: who joined and was not promoted has no vote',
    at: without(without(withCandidate(three), M2), M3),
    look: silent,
    steps: [],
    held: 'QuorumLost',
  },
];

describe('guards of healing', () => {
  it.each(HEALING.map((row) => [row.guard, row] as const))('%s', (_, row) => checkRow(row));
});
