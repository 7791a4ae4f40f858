import { beforeAll, describe, expect, it } from 'vitest';
import type { PlanFacts } from '../../src/controller/plan/facts.ts';
import { planCluster } from '../../src/controller/plan/plan-cluster.ts';
import type { Absence, Declared } from '../../src/model/declared.ts';
import { type Desired, expand } from '../../src/model/desired.ts';
import { HOLD_REASONS, type HoldReason } from '../../src/model/hold.ts';
import type { MachineId } from '../../src/model/ids.ts';
import type { InfrastructureView, Machine, Member, Observed, SwarmView } from '../../src/model/observed.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { ClusterRecord } from '../../src/model/record.ts';
import { aService, aSpec, aTask, SOURCE, type SpecWish } from '../support/builders.ts';
import { createKeeper } from '../support/keeper.ts';

/** Ready: 3 managers and 2 workers, as a simulated world shows them. */
const WISH: SpecWish = { managers: 3, workers: { web: 2 } };
const desired = wished({});
let living: Living;

interface Living {
  readonly now: number;
  readonly record: ClusterRecord;
  readonly infrastructure: InfrastructureView;
  readonly swarm: SwarmView;
}

interface Case {
  readonly declared?: Declared;
  readonly facts?: Partial<PlanFacts>;
  readonly observed?: (living: Living) => Partial<Observed>;
}

const MISSING = { firstMissedAt: 1, settled: true, settlesAt: null, suspicion: null } satisfies Absence;
const absent = (over: Partial<Absence> = {}): Declared => ({ kind: 'absent', absence: { ...MISSING, ...over } });
const document = (wish: SpecWish): Declared => ({ kind: 'document', desired: wished(wish) });
/** A window that opens once in four years. */
const NEVER = { maintenance: { timeZone: 'UTC', windows: [{ start: '0 0 29 2 *', duration: '1m' }] } };
const ROLLOUT = { startedAt: 1, since: 1, weak: [] };
const WITHOUT_WEB = document({ workers: { web: 1 } });

/** Every way into a hold that the planner knows: what is wrong, and how its release is worded. */
const CASES: readonly (readonly [HoldReason, string, RegExp, Case])[] = [
  ['Paused', 'its document says so', /spec\.paused/, { declared: document({ spec: { paused: true } }) }],
  ['Paused', 'somebody said so', /skep resume demo/, { observed: withRecord({ intents: [anIntent('pause')] }) }],
  [
    'Paused',
    'a node that is to go is labelled',
    /label-rm skep\.hold/,
    {
      declared: WITHOUT_WEB,
      observed: withMembers(isWorker, (m) => ({ labels: { ...m.labels, 'skep.hold': 'mine' } })),
    },
  ],
  [
    'DeletionHeld',
    'the policy is Confirm',
    /skep confirm demo/,
    { declared: absent(), observed: withPolicy('Confirm') },
  ],
  [
    'DeletionHeld',
    'the absence is suspicious',
    /put the document back/,
    { declared: absent({ suspicion: 'the specs directory is gone' }) },
  ],
  [
    'DeletionHeld',
    'others went within the hour',
    /skep confirm demo/,
    { declared: absent(), facts: { deletionsLastHour: 1 } },
  ],
  [
    'DrainTimedOut',
    'tasks do not leave',
    /Force|drainTimeout/,
    {
      declared: WITHOUT_WEB,
      observed: (at) =>
        withSwarm({ tasks: stuckTasks(at), services: [aStuckService()] }, (m) => draining(m, at.now))(at),
    },
  ],
  [
    'LocalDataHeld',
    'a service keeps data on it',
    /localData: Discard/,
    {
      declared: WITHOUT_WEB,
      observed: (at) =>
        withSwarm({ tasks: stuckTasks(at), services: [{ ...aStuckService(), localData: ['pgdata'] }] })(at),
    },
  ],
  [
    'Unplaceable',
    'a service could run nowhere else',
    /skep\.drain=force/,
    {
      declared: WITHOUT_WEB,
      observed: (at) =>
        withSwarm({ tasks: stuckTasks(at), services: [{ ...aStuckService(), constraints: ['node.labels.tier==db'] }] })(
          at,
        ),
    },
  ],
  [
    'QuorumLost',
    'two of three managers are stopped',
    /stopped ones are started.*skep recover demo --survivor demo-managers/,
    {
      observed: (at) => ({
        ...withMachines((m, i) => (m.pool === 'managers' && i > 0 ? { state: 'stopped', engine: null } : {}))(at),
        swarm: { ok: false, problem: { kind: 'no-leader', detail: 'no quorum' } },
      }),
    },
  ],
  ['Braked', 'both of two workers are down', /maxUnhealthy/, { observed: down(2) }],
  [
    'ReplacementHeld',
    'replacing is switched off',
    /health\.replace: true/,
    { declared: document({ spec: { health: { replace: false } } }), observed: down(1) },
  ],
  ['StartupFailed', 'the fourth machine in a row never joined', /skep retry demo/, { observed: neverJoined }],
  [
    'LocalDataHeld',
    'a worker with data is down',
    /localData: Discard/,
    {
      observed: (at) => {
        const { swarm, ...rest } = down(1)(at);
        const services = [{ ...aStuckService(), localData: ['pgdata'] }];
        return {
          ...rest,
          swarm:
            swarm?.ok && swarm.value
              ? { ok: true, value: { ...swarm.value, services, tasks: stuckTasks(at) } }
              : { ok: true, value: null },
        };
      },
    },
  ],
  [
    'SpecInvalid',
    'it asks for what cannot change',
    /old value/,
    { declared: document({ spec: { swarm: { subnetSize: 25 } } }) },
  ],
  [
    'NameConflict',
    'two documents bear its name',
    /all but one/,
    { declared: { kind: 'conflict', places: [SOURCE, { ...SOURCE, path: 'b.yaml' }] } },
  ],
  ['IdentityConflict', 'it is another swarm', /other swarm/, { observed: withRecord({ swarmId: 'another' as never }) }],
  [
    'IdentityConflict',
    'two machines claim one member',
    /copy/,
    {
      observed: withEngines((m, all) =>
        m.pool === 'web' ? { nodeId: all.find((o) => o.pool === 'web')?.engine?.nodeId ?? null } : {},
      ),
    },
  ],
  [
    'Locked',
    'a machine is locked',
    /swarm unlock/,
    { observed: withEngines((m) => (m.pool === 'web' ? { swarm: 'locked' } : {})) },
  ],
  ['NewerWriter', 'a newer skep wrote the record', /newer skep/, { observed: withRecord({ writer: '0.2' }) }],
  ['NewerWriter', 'a higher term wrote the record', /stands down/, { observed: withRecord({ term: 9 }) }],
  [
    'SourceBehind',
    'its checkout is older than the accepted one',
    /git pull/,
    { declared: { kind: 'document', desired: wished({ workers: { web: 1 } }), behind: 'it is older' } },
  ],
  [
    'MembershipUnsettled',
    'the authority is rotated',
    /rotation ends/,
    { observed: withSwarm({ rootRotationInProgress: true }) },
  ],
  [
    'StackNeedsHuman',
    'what carries the machines is stuck',
    /continue it by hand/,
    {
      observed: ({ infrastructure }) => {
        const stuck = { why: 'its rollback failed', release: 'continue it by hand' };
        const carriers = { ...infrastructure.carriers, state: 'partial', stuck } as const;
        return { infrastructure: { ok: true, value: { ...infrastructure, carriers } } };
      },
    },
  ],
  [
    'SwarmUnreachable',
    'no machine is in the swarm',
    /with their disks/,
    {
      observed: (at) => ({
        ...withEngines(() => ({ swarm: 'inactive', nodeId: null, isManager: false }))(at),
        swarm: { ok: true, value: null },
      }),
    },
  ],
  [
    'ReplacementHeld',
    'somebody aborted the rollout',
    /skep rollout demo --now/,
    { observed: outdated({ intents: [anIntent('abort')] }) },
  ],
  [
    'OutsideWindow',
    'a scale-down',
    /skep rollout demo --now/,
    { declared: document({ workers: { web: 1 }, spec: NEVER }) },
  ],
  ['OutsideWindow', 'fewer managers', /a window opens/, { declared: document({ managers: 1, spec: NEVER }) }],
  [
    'OutsideWindow',
    'outdated machines',
    /a window opens/,
    { declared: document({ spec: NEVER }), observed: outdated({ rollout: { ...ROLLOUT, state: 'fresh' } }) },
  ],
  [
    'CanaryFailed',
    'the first node of the new spec left something unwell',
    /a changed document/,
    {
      observed: (at) => ({
        ...outdated({ rollout: { ...ROLLOUT, state: 'dipped' } })(at),
        ...withMembers(isManager, (m) => (m.manager?.leader ? {} : { state: 'down' }))(at),
      }),
    },
  ],
];

describe('a hold', () => {
  beforeAll(async () => {
    const keeper = createKeeper();
    keeper.declare(WISH);
    await keeper.keep();
    await keeper.pass();
    const { record, infrastructure, swarm } = keeper.status().status.observation as Observed;
    if (!record.ok || !record.value || !infrastructure.ok || !swarm.ok || !swarm.value) throw new Error('not ready');
    living = {
      now: keeper.clock.now(),
      record: record.value,
      infrastructure: infrastructure.value,
      swarm: swarm.value,
    };
  });

  it('is none on a healthy cluster', () => {
    expect(planned({})).toMatchObject({ holds: [], batch: [], asDeclared: true });
  });

  it.each(CASES)('%s: %s', (reason, _, release, given) => {
    const plan = planned(given);
    const hold = plan.holds.find((h) => h.reason === reason);
    expect(plan.holds.map((h) => h.reason)).toContain(reason);
    expect(hold?.release).toMatch(release);
    expect(hold?.why).not.toBe('');
    expect(plan.asDeclared).toBe(false);
  });

  it.each(CASES)('%s (%s) takes nothing away', (_reason, _, __, given) => {
    const taking = [
      'remove-machine',
      'leave',
      'demote',
      'remove-member',
      'destroy-carriers',
      'forget-record',
      'init-swarm',
    ];
    expect(planned(given).batch.filter((step) => taking.includes(step.kind))).toEqual([]);
  });

  it.each(HOLD_REASONS)('%s is among these cases', (reason) => {
    expect(CASES.map(([first]) => first)).toContain(reason);
  });
});

function planned({ declared = { kind: 'document', desired }, facts, observed }: Case): Plan {
  const { now, record, infrastructure, swarm } = living;
  const healthy: Observed = {
    cluster: desired.cluster,
    now,
    record: { ok: true, value: record },
    infrastructure: { ok: true, value: infrastructure },
    swarm: { ok: true, value: swarm },
  };
  const usual = { owner: 'me', term: 1, writer: '0.1', listedAt: now, deletionsLastHour: 0, maxDeletions: 1 };
  return accepted(declared, { ...healthy, ...observed?.(living) }, { ...usual, ...facts });
}

/** A changed document is accepted alone first: the plan that matters is the one after it. */
function accepted(declared: Declared, observed: Observed, facts: PlanFacts): Plan {
  const plan = planCluster(declared, observed, facts);
  const [first] = plan.batch;
  if (first?.kind !== 'write-record' || plan.batch.length > 1) return plan;
  return planCluster(declared, { ...observed, record: { ok: true, value: first.next } }, facts);
}

function wished({ spec = {}, ...wish }: SpecWish): Desired {
  return expand(aSpec({ name: 'demo', ...WISH, ...wish, spec }), SOURCE);
}

function withRecord(over: Partial<ClusterRecord>) {
  return (at: Living): Partial<Observed> => ({ record: { ok: true, value: { ...at.record, ...over } } });
}

function withPolicy(deletionPolicy: 'Confirm' | 'Delete' | 'Retain') {
  return (at: Living): Partial<Observed> => {
    const { spec } = at.record;
    return withRecord({ spec: { ...spec, spec: { ...spec.spec, deletionPolicy } } })(at);
  };
}

function withMachines(over: (machine: Machine, index: number) => Partial<Machine>) {
  return ({ infrastructure }: Living): Partial<Observed> => {
    const machines = infrastructure.machines.map((m, i) => ({ ...m, ...over(m, i) }));
    return { infrastructure: { ok: true, value: { ...infrastructure, machines } } };
  };
}

function withEngines(over: (machine: Machine, all: readonly Machine[]) => Partial<NonNullable<Machine['engine']>>) {
  return (at: Living): Partial<Observed> =>
    withMachines((m) => (m.engine ? { engine: { ...m.engine, ...over(m, at.infrastructure.machines) } } : {}))(at);
}

function withSwarm(over: Partial<SwarmView>, member: (member: Member) => Partial<Member> = () => ({})) {
  return ({ swarm }: Living): Partial<Observed> => {
    const members = swarm.members.map((m) => ({ ...m, ...member(m) }));
    return { swarm: { ok: true, value: { ...swarm, members, ...over } } };
  };
}

function withMembers(which: (member: Member) => boolean, over: (member: Member) => Partial<Member>) {
  return withSwarm({}, (m) => (which(m) ? over(m) : {}));
}

/** Every machine was made from another spec. */
function outdated(over: Partial<ClusterRecord>) {
  return (at: Living): Partial<Observed> => ({
    ...withMachines(() => ({ hash: 'v1:other' }))(at),
    ...withRecord(over)(at),
  });
}

const MINUTE = 60_000;

/** So many of the workers have been down for longer than they may. */
function down(count: number) {
  return (at: Living): Partial<Observed> => {
    const workers = at.swarm.members.filter(isWorker).slice(0, count);
    const note = (m: Member) =>
      ({ kind: 'bad', machine: m.hostname as MachineId, pool: 'web', at: at.now - 6 * MINUTE }) as const;
    return {
      ...withRecord({ health: workers.map(note) })(at),
      ...withMembers(
        (m) => workers.includes(m),
        () => ({ state: 'down' }),
      )(at),
    };
  };
}

/** One worker's machine has not answered for 11 minutes; three before it were given up. */
function neverJoined(at: Living): Partial<Observed> {
  const name = at.swarm.members.find(isWorker)?.hostname as MachineId;
  const failed = ['a', 'b', 'c'].map(
    (id) => ({ kind: 'startup', machine: id as MachineId, pool: 'web', at: at.now }) as const,
  );
  const health = [...failed, { kind: 'bad', machine: name, pool: 'web', at: at.now - MINUTE } as const];
  return {
    ...withRecord({ health })(at),
    ...withMachines((m) => (m.id === name ? { createdAt: at.now - 11 * MINUTE, engine: null } : {}))(at),
    ...withSwarm({ members: at.swarm.members.filter((m) => m.hostname !== name) })(at),
  };
}

function isManager(member: Member): boolean {
  return member.role === 'manager';
}

function isWorker(member: Member): boolean {
  return member.role === 'worker';
}

/** As a drain of ours leaves it that began an hour ago. */
function draining(member: Member, now: number): Partial<Member> {
  if (!isWorker(member)) return {};
  const since = String(now - 3_600_000);
  const labels = { ...member.labels, 'skep.intent': 'remove:1', 'skep.since': since, 'skep.strength': 'service-db:4' };
  return { availability: 'drain', labels };
}

const aStuckService = () => aService('db', { replicas: 2 });

function stuckTasks({ swarm }: Living) {
  return swarm.members.filter(isWorker).map((m) => aTask('db', m.id));
}

function anIntent(kind: 'pause' | 'abort') {
  return { id: 'i1', kind, by: 'ana', at: 1, reason: null, until: null };
}
