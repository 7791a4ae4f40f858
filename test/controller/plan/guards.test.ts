import { describe, expect, it } from 'vitest';
import { planCluster } from '../../../src/controller/plan/plan-cluster.ts';
import type { Declared } from '../../../src/model/declared.ts';
import type { MachineId, SwarmId } from '../../../src/model/ids.ts';
import { aDesired, aMember, aService, aTask, START } from '../../support/builders.ts';
import { checkRow, engineOf, type Row, silent, withMore, withRecord } from '../../support/guard-rows.ts';
import {
  ADMITTED,
  aSituation,
  draining,
  FACTS,
  JOINING,
  type Situation,
  seen,
  withMachine,
  withMember,
} from '../../support/worlds.ts';

const M1 = 'demo-managers-0001';
const W1 = 'demo-web-0001';
const W2 = 'demo-web-0002';
const one = aSituation({ managers: 1, web: 2 }, { workers: { web: 1 } });
const steady = aSituation({ managers: 1, web: 1 }, { workers: { web: 1 } });
/** Web is to go; its one node is W1. */
const leaving = aSituation({ managers: 1, web: 1 }, { workers: { web: 0 } });
const drained = withMember(leaving, W1, draining('web'));
const busy = (at: Situation, member = `n-${W1}`): Situation => ({
  ...at,
  swarm: { ...at.swarm, services: [aService('hello')], tasks: [aTask('hello', member)] },
});
const busyData = (at: Situation, id: string): Situation => {
  const { swarm } = busy(at, `n-${id}`);
  return { ...at, swarm: { ...swarm, services: [aService('hello', { localData: ['pg'] })] } };
};
const unborn = (at: Situation): Situation => {
  const fresh = withRecord(at, { swarmId: null, firstReadyAt: null, founder: M1 as MachineId });
  return fresh.machines.reduce(
    (s, m) => engineOf(s, m.id, { swarm: 'inactive', nodeId: null, isManager: false }),
    fresh,
  );
};
const noSwarm = { swarm: { ok: true, value: null } } as const;
const force = aSituation(
  { managers: 1, web: 1 },
  { workers: { web: { count: 0, rollout: { onDrainTimeout: 'Force' } } } },
);
const GONE: Declared = {
  kind: 'absent',
  absence: { firstMissedAt: 1, settled: true, settlesAt: null, suspicion: null },
};
const confirm = { id: 'c', kind: 'confirm', by: 'ann', at: START - 10, reason: null, until: null } as const;
const paused = aDesired({ workers: { web: 1 }, spec: { paused: true } });
const PROMISING = withMember(aSituation({ managers: 3 }, { managers: 3 }), 'demo-managers-0003', {
  role: 'worker',
  manager: null,
  ...JOINING,
});

const ROWS: readonly Row[] = [
  { guard: 'S4: a node is drained before it goes', at: one, never: 'remove-machine', steps: ['set-node'] },
  {
    guard: 'S4: a drain is not over while tasks run there',
    at: busy(drained),
    never: 'remove-machine',
    waits: /tasks of hello/,
  },
  {
    guard: 'S4: a drain is not over while a service is weaker than before',
    at: {
      ...withMember(leaving, W1, draining('web', 1_000, 'service-hello:1')),
      swarm: {
        ...withMember(leaving, W1, draining('web', 1_000, 'service-hello:1')).swarm,
        services: [aService('hello')],
      },
    },
    never: 'remove-machine',
    waits: /0 of 1/,
  },
  {
    guard: 'S4: under Pause a drain that timed out is held',
    at: busy(withMember(leaving, W1, draining('web', 16 * 60_000))),
    never: 'remove-machine',
    held: 'DrainTimedOut',
  },
  {
    guard: 'S4: a spoilt start time does not end a drain under Force',
    at: busy(
      withMember(force, W1, { ...draining('web'), labels: { ...draining('web').labels, 'skep.since': 'yesterday' } }),
    ),
    never: 'remove-machine',
  },
  {
    guard: 'S4: a member that lost its label is not taken for one that never worked',
    at: busy(withMember(leaving, W1, { labels: {} })),
    never: 'remove-machine',
    steps: ['set-node'],
  },
  {
    guard: 'S4: strength is not noted while the swarm does not know its members',
    at: withMember(busy(leaving), M1, { state: 'unknown' }),
    never: 'set-node',
    waits: /does not know all its members/,
  },
  {
    guard: 'a node without tasks is drained all the same: nobody gets weaker',
    at: withMember(leaving, M1, { state: 'unknown' }),
    steps: ['set-node'],
  },
  {
    guard: 'members of ours whose machines are gone keep no drain waiting',
    at: withMore(leaving, aMember('n-gone', { hostname: 'demo-web-gone', state: 'unknown', labels: ADMITTED('web') })),
    steps: ['set-node'],
  },
  {
    guard: 'S6: nothing goes whose machine could not be looked at',
    at: withMachine(drained, W1, { state: 'unknown', engine: null }),
    never: 'remove-machine',
    waits: /could not be looked at/,
  },
  {
    guard: 'S6: nothing live goes whose engine does not answer',
    at: withMachine(drained, W1, { engine: null }),
    never: 'remove-machine',
    waits: /does not answer/,
  },
  {
    guard: 'S6: of two members of its name a silent machine may be either',
    at: withMore(withMachine(leaving, W1, { engine: null }), aMember('twin', { hostname: W1 })),
    never: 'remove-machine',
    waits: /does not answer/,
  },
  {
    guard: 'S6: nothing is taken away while the swarm does not answer',
    at: drained,
    look: silent,
    never: 'remove-machine',
  },
  {
    guard: 'S13: a node with local data is held',
    at: busyData(leaving, W1),
    never: 'set-node',
    held: 'LocalDataHeld',
  },
  ...[W1, 'demo-web-0002'].map(
    (held): Row => ({
      guard: `one goes whose data nobody misses, not ${held}`,
      at: busyData(aSituation({ managers: 1, web: 2 }, { workers: { web: 1 } }), held),
      steps: ['set-node'],
    }),
  ),
  {
    guard: 'S2: a worker that somebody promoted is not removed',
    at: withMember(drained, W1, {
      ...draining('web'),
      role: 'manager',
      manager: { leader: false, reachability: 'reachable' },
    }),
    never: 'remove-machine',
    waits: /out of raft/,
  },
  {
    guard: 'S2: one being demoted is still in raft',
    at: withMember(drained, W1, { ...draining('web'), manager: { leader: false, reachability: 'reachable' } }),
    never: 'remove-machine',
    waits: /out of raft/,
  },
  {
    guard: 'S2: a machine that left and whose member is still in raft is not removed',
    at: engineOf(
      withMember(leaving, W1, { state: 'down', manager: { leader: false, reachability: 'unreachable' } }),
      W1,
      { swarm: 'inactive', nodeId: null },
    ),
    never: 'remove-machine',
    held: 'MembershipUnsettled',
  },
  {
    guard: 'S1: no promotion while a peer is unreachable',
    at: withMember(
      withMember(aSituation({ managers: 5 }, { managers: 5 }), 'demo-managers-0005', {
        role: 'worker',
        manager: null,
        ...JOINING,
      }),
      'demo-managers-0004',
      { manager: { leader: false, reachability: 'unreachable' } },
    ),
    never: 'promote',
    waits: /reachable manager/,
  },
  {
    guard: 'S1: no promotion while another is in flight',
    at: withMember(PROMISING, 'demo-managers-0002', { manager: null }),
    never: 'promote',
  },
  {
    guard: 'S1: a demoted node is not promoted again',
    at: withMember(aSituation({ managers: 3 }, { managers: 3 }), 'demo-managers-0003', {
      role: 'worker',
      manager: null,
    }),
    never: 'promote',
    steps: ['grow-pool'],
    waits: /another manager has taken its place/,
  },
  {
    guard: 'S3: no swarm is begun when the record names one',
    at: withRecord(unborn(steady), { swarmId: 'swarm1' as SwarmId }),
    look: noSwarm,
    never: 'init-swarm',
    held: 'SwarmUnreachable',
  },
  {
    guard: 'S3: no swarm is begun beside a machine that is in one',
    at: engineOf(unborn(steady), W1, { swarm: 'active' }),
    look: noSwarm,
    never: 'init-swarm',
  },
  {
    guard: 'S3: no swarm is begun beside a stopped disk',
    at: withMachine(unborn(steady), W1, { state: 'stopped', engine: null }),
    look: noSwarm,
    never: 'init-swarm',
    steps: ['write-record', 'start-machine'],
  },
  {
    guard: 'S3: only the founder begins the swarm',
    at: withRecord(unborn(aSituation({ managers: 3 }, { managers: 3 })), {
      founder: 'demo-managers-0002' as MachineId,
    }),
    look: noSwarm,
    steps: ['init-swarm'],
  },
  {
    guard: 'S3: nobody joins before the record names the swarm',
    at: engineOf(withRecord(steady, { swarmId: null, founder: M1 as MachineId }), W1, {
      swarm: 'inactive',
      nodeId: null,
    }),
    never: 'join',
    steps: ['write-record'],
  },
  {
    guard: 'S3: nothing is done in a swarm that is not ours',
    at: withRecord(one, { swarmId: 'other' as SwarmId }),
    steps: [],
    held: 'IdentityConflict',
  },
  {
    guard: 'S8: a member that somebody else brought is not removed',
    at: withMore(steady, aMember('laptop', { state: 'down' })),
    steps: [],
  },
  {
    guard: 'S8: a member is not removed while its machine cannot say who it is',
    at: withMore(
      withMachine(steady, W1, { state: 'stopped', engine: null }),
      aMember('twin', { hostname: W1, state: 'down', labels: draining('web').labels }),
    ),
    never: 'remove-member',
  },
  {
    guard: 'S8: a manual drain is kept at admission',
    at: withMember(steady, W1, { labels: {}, availability: 'drain' }),
    steps: ['write-record', 'set-node'],
  },
  {
    guard: 'a node with skep.hold is not touched',
    at: withMember(one, W2, { ...draining('web'), labels: { ...draining('web').labels, 'skep.hold': 'mine' } }),
    never: 'remove-machine',
    held: 'Paused',
  },
  {
    guard: 'S9: a policy of Confirm waits for somebody',
    at: aSituation({ managers: 1 }, { spec: { deletionPolicy: 'Confirm' } }),
    declared: GONE,
    steps: [],
    held: 'DeletionHeld',
  },
  {
    guard: 'S9: a document that is there voids older confirmations, also under a pause',
    at: withRecord(steady, { intents: [confirm], spec: paused.spec, specHash: paused.specHash }),
    declared: { kind: 'document', desired: paused },
    steps: ['write-record'],
    held: 'Paused',
  },
  {
    guard: 'S9: a conflict voids older confirmations',
    at: withRecord(steady, { intents: [confirm] }),
    declared: { kind: 'conflict', places: [] },
    steps: ['write-record'],
    held: 'NameConflict',
  },
  {
    guard: 'S9: a pause that was declared last outlives its document',
    at: withRecord(steady, { spec: paused.spec, specHash: paused.specHash }),
    declared: GONE,
    steps: [],
    held: 'Paused',
  },
  {
    guard: 'S9: a declared pause is accepted on the record',
    at: steady,
    declared: { kind: 'document', desired: paused },
    steps: ['write-record'],
    held: 'Paused',
  },
  {
    guard: 'S9: nothing shrinks while the document is missing',
    at: one,
    declared: { kind: 'absent', absence: { ...GONE.absence, settled: false } },
    never: 'set-node',
    waits: /second complete listing/,
  },
  {
    guard: 'S1: managers that are too many leave one by one, the leader last',
    at: aSituation({ managers: 3 }, { managers: 1 }),
    steps: ['demote'],
    never: 'remove-machine',
  },
  {
    guard: 'a machine that is to go is not started first',
    at: withMachine(withMember(leaving, W1, { hostname: 'x' }), W1, {
      state: 'stopped',
      neverStarted: true,
      engine: null,
    }),
    never: 'start-machine',
  },
  {
    guard: 'L1: an engine in error is not passed over: its time runs',
    at: engineOf(withRecord(steady, {}), W1, { swarm: 'error', nodeId: null }),
    steps: ['write-record'],
    waits: /its engine says/,
  },
  {
    guard: 'S10: a record of a later term is only observed',
    at: withRecord(one, { term: 2 }),
    steps: [],
    held: 'NewerWriter',
  },
];

describe('guards of the planner', () => {
  it.each(ROWS.map((row) => [row.guard, row] as const))('%s', (_, row) => checkRow(row));

  it('keeps a manual drain when it labels the node', () => {
    const at = withMember(steady, W1, { labels: {}, availability: 'drain' });
    expect(planCluster(at.declared, seen(at), FACTS).batch[1]).toMatchObject({ availability: 'drain' });
  });

  it('begins the swarm on the founder, wherever it stands in the list', () => {
    const at = withRecord(unborn(aSituation({ managers: 3 }, { managers: 3 })), {
      founder: 'demo-managers-0002' as MachineId,
    });
    expect(planCluster(at.declared, seen(at, noSwarm), FACTS).batch[0]).toMatchObject({
      machine: 'demo-managers-0002',
    });
  });
});
