import { describe, expect, it } from 'vitest';
import { planDrain } from '../../../src/controller/plan/drain.ts';
import { planCluster } from '../../../src/controller/plan/plan-cluster.ts';
import type { NodeId } from '../../../src/model/ids.ts';
import type { Member, ServiceView } from '../../../src/model/observed.ts';
import { rolloutPolicy } from '../../../src/model/rollout-policy.ts';
import type { Step } from '../../../src/model/step.ts';
import { withSurge } from '../../../src/model/surge.ts';
import { aMember, aService, aSpec, aTask, START } from '../../support/builders.ts';
import { checkRow, type Row } from '../../support/guard-rows.ts';
import { ADMITTED, aSituation, draining, FACTS, type Situation, seen, withMember } from '../../support/worlds.ts';

const W1 = 'demo-web-0001';
const W2 = 'demo-web-0002';
const N1 = `n-${W1}` as NodeId;
const N2 = 'n-demo-web-0002' as NodeId;
const HOUR = 3_600_000;
/** Two workers, none declared any more. */
const leaving = aSituation({ managers: 1, web: 2 }, { workers: { web: 0 } });
const forced = aSituation(
  { managers: 1, web: 1 },
  { workers: { web: { count: 0, rollout: { onDrainTimeout: 'Force' } } } },
);
const one = aSituation({ managers: 1, web: 1 }, { workers: { web: 0 } });

/** Service hello runs one task on W1. */
function withHello(at: Situation, service: Partial<ServiceView> = {}, ...nodes: readonly NodeId[]): Situation {
  const tasks = [N1, ...nodes].map((node, i) => aTask('hello', node, { id: `t${i}` }));
  return {
    ...at,
    swarm: { ...at.swarm, services: [aService('hello', { replicas: tasks.length, ...service })], tasks },
  };
}

/** W1 is paused by us, `agoMs` ago, so that some leave it before it is drained. */
const preparing = (agoMs = 1_000, strength = 'service-hello:1'): Partial<Member> => ({
  availability: 'pause',
  labels: {
    ...ADMITTED('web'),
    'skep.intent': 'replace:1',
    'skep.since': String(START - agoMs),
    'skep.strength': strength,
  },
});
const surge = (more: Record<string, string> = {}): Record<string, string> => ({ 'skep.drain': 'surge', ...more });
const keptOffW1 = withSurge({ constraints: [], labels: surge() }, N1, true);

/** W1's batch, `what` of each step that is about it or about a service. */
function batchOf(at: Situation): readonly string[] {
  const { batch } = planCluster(at.declared, seen(at), FACTS);
  return batch.flatMap((step) => wordsOf(step));
}
function wordsOf(step: Step): readonly string[] {
  if (step.kind === 'set-node') return step.hostname === W1 ? [step.availability] : [];
  if (step.kind === 'constrain-service') return [`${step.name} ${step.on ? 'off' : 'on'} ${step.node}`];
  return step.kind === 'remove-machine' && step.machine === W1 ? ['removed'] : [];
}

const ROWS: readonly Row[] = [
  {
    guard: 'safety 5: what would run nowhere is named before the drain',
    at: withHello(one, { constraints: ['node.labels.tier==web'] }),
    never: 'set-node',
    held: 'Unplaceable',
  },
  {
    guard: 'safety 5: it is named under Force as well',
    at: withHello(forced, { restart: 'none' }),
    never: 'set-node',
    held: 'Unplaceable',
  },
  {
    guard: 'safety 5: nodes that leave together are no room for each other',
    at: withHello(leaving, { constraints: ['node.labels.skep.pool==web'] }, N2),
    never: 'set-node',
    held: 'Unplaceable',
  },
  {
    guard: 'safety 5: what is under way to the drain is asked again before it',
    at: withHello(withMember(one, W1, preparing()), { constraints: ['node.labels.tier==web'] }),
    never: 'set-node',
    held: 'Unplaceable',
  },
  {
    guard: 'skep.drain=wait is never forced',
    at: withHello(withMember(forced, W1, draining('web', HOUR)), { labels: { 'skep.drain': 'wait' } }),
    never: 'remove-machine',
    held: 'DrainTimedOut',
  },
  {
    guard: 'safety 5: a job is never cut short before the timeout',
    at: withHello(withMember(one, W1, preparing()), { mode: 'replicated-job' }),
    never: 'set-node',
    waits: /tasks of hello still run there/,
  },
  {
    guard: 'safety 5: a job that does not end is held when drains are not forced',
    at: withHello(withMember(one, W1, preparing(HOUR)), { mode: 'replicated-job' }),
    never: 'set-node',
    held: 'DrainTimedOut',
  },
  {
    guard: 'safety 5: a service that is moved first is waited for',
    at: withHello(withMember(one, W1, preparing()), keptOffW1),
    never: 'set-node',
    waits: /tasks of hello still run there/,
  },
  {
    guard: 'safety 5: a service that was moved has to be as strong as before',
    at: {
      ...withHello(withMember(one, W1, preparing()), keptOffW1),
      swarm: { ...withHello(withMember(one, W1, preparing()), keptOffW1).swarm, tasks: [] },
    },
    never: 'set-node',
    waits: /hello runs 0 of 1/,
  },
  {
    guard: 'S8: a service without the label is never constrained',
    at: withHello(one),
    never: 'constrain-service',
    steps: ['set-node'],
  },
  {
    guard: "S8: somebody else's constraint against a node stays",
    at: withHello(aSituation({ managers: 1, web: 1 }, { workers: { web: 1 } }), {
      labels: surge(),
      constraints: [`node.id!=${N2}`],
    }),
    never: 'constrain-service',
  },
];

describe('guards of drains', () => {
  it.each(ROWS.map((row) => [row.guard, row] as const))('%s', (_, row) => checkRow(row));
});

describe('a drain', () => {
  it.each<[string, Situation, readonly string[]]>([
    ['begins at once when nothing asks for more', withHello(one), ['drain']],
    ['begins with a pause when a job runs there', withHello(one, { mode: 'replicated-job' }), ['pause']],
    ['begins with a pause when a service is to be moved first', withHello(one, { labels: surge() }), ['pause']],
    ['does not wait for a job that says skip', withHello(one, { mode: 'replicated-job', labels: skip() }), ['drain']],
    ['is not asked for by a service that says skip', withHello(one, { restart: 'none', labels: skip() }), ['drain']],
    ['goes on where a service says force', withHello(one, { restart: 'none', labels: force() }), ['drain']],
    [
      'moves a service off the paused node',
      withHello(withMember(one, W1, preparing()), { labels: surge() }),
      [`hello off ${N1}`],
    ],
    [
      'leaves a service alone that somebody updates',
      withHello(withMember(one, W1, preparing()), { labels: surge(), updating: true }),
      [],
    ],
    ['is begun when all that goes first has gone', movedOff(withMember(one, W1, preparing())), ['drain']],
    [
      'is begun under Force when the timeout is over',
      withHello(withMember(forced, W1, preparing(HOUR)), { mode: 'replicated-job' }),
      ['drain'],
    ],
    [
      'is over for a service that says force when the timeout is over',
      withHello(withMember(one, W1, draining('web', HOUR)), { labels: force() }),
      ['removed'],
    ],
    [
      'does not wait for tasks of a service that says skip',
      withHello(withMember(one, W1, draining('web', 1_000, 'service-hello:1')), { labels: skip() }),
      ['removed'],
    ],
    [
      'waits for no job once the node is drained and the job has ended',
      withMember(one, W1, draining('web')),
      ['removed'],
    ],
    ['begins with a pause when a job of every node runs there', withHello(one, { mode: 'global-job' }), ['pause']],
    [
      'does not wait for a service that follows its nodes',
      withHello(withMember(one, W1, draining('web')), { mode: 'global', replicas: null }),
      ['removed'],
    ],
    [
      'does not believe that tasks run on a node that is down',
      withHello(withMember(one, W1, { ...draining('web'), state: 'down' })),
      ['removed'],
    ],
    [
      'does not wait for tasks that nobody wants any more',
      elsewhere(withMember(one, W1, draining('web', 1_000, 'service-hello:3')), 'ready', 1),
      ['removed'],
    ],
    [
      'does not count tasks on a node that is down',
      elsewhere(withMember(one, W1, draining('web', 1_000, 'service-hello:1')), 'down', 1),
      [],
    ],
    [
      'takes the constraint out once the node is drained',
      withHello(withMember(one, W1, draining('web')), keptOffW1),
      [`hello on ${N1}`],
    ],
  ])('%s', (_, at, expected) => {
    expect(batchOf(at)).toEqual(expect.arrayContaining([...expected]));
    expect(batchOf(at)).toHaveLength(expected.length);
  });

  it('counts room on nodes that are held back in a rollout: they are put back for tasks without a place', () => {
    const heldBack = { availability: 'pause', labels: { ...ADMITTED('web'), 'skep.intent': 'hold-back:1' } } as const;
    const ask = (member: Partial<Member>) => {
      const { swarm } = withMember(withHello(leaving, { constraints: ['node.labels.skep.pool==web'] }), W2, member);
      const pool = { localData: 'Protect', rollout: rolloutPolicy(aSpec().spec.rollout, {}, 2) } as const;
      const member1 = swarm.members.find(({ hostname }) => hostname === W1) as Member;
      return planDrain({ member: member1, swarm, pool, now: START, term: 1, why: 'test', intent: 'replace' }).kind;
    };
    expect(ask(heldBack)).toBe('begin');
    expect(ask({ availability: 'pause' })).toBe('held');
  });

  it('moves services one at a time, by skep.drain.order, then by name', () => {
    const at = withMember(one, W1, preparing(1_000, 'service-a:1 service-b:1'));
    const services = [
      aService('a', { labels: surge() }),
      aService('b', { labels: surge({ 'skep.drain.order': '-1' }) }),
    ];
    const tasks = [aTask('a', N1), aTask('b', N1)];
    expect(batchOf({ ...at, swarm: { ...at.swarm, services, tasks } })).toEqual([`b off ${N1}`]);
    const moved = { ...services[1], ...withSurge({ constraints: [], labels: surge() }, N1, true) } as ServiceView;
    const half = [services[0], moved] as ServiceView[];
    const away = [aTask('a', N1), aTask('b', 'n-demo-managers-0001')];
    expect(batchOf({ ...at, swarm: { ...at.swarm, services: half, tasks } })).toEqual([]);
    expect(batchOf({ ...at, swarm: { ...at.swarm, services: half, tasks: [aTask('a', N1)] } })).toEqual([]);
    expect(batchOf({ ...at, swarm: { ...at.swarm, services: half, tasks: away } })).toEqual([`a off ${N1}`]);
  });

  it('takes out constraints that a crash left behind: the node stays, or is gone', () => {
    const steady = aSituation({ managers: 1, web: 1 }, { workers: { web: 1 } });
    expect(batchOf(withHello(steady, keptOffW1))).toEqual([`hello on ${N1}`]);
    const byHand = withMember(steady, W1, { availability: 'pause' });
    expect(batchOf(withHello(byHand, keptOffW1))).toEqual([`hello on ${N1}`]);
    const gone = withSurge({ constraints: [], labels: {} }, 'n-gone' as NodeId, true);
    expect(batchOf(withHello(steady, gone))).toEqual(['hello on n-gone']);
  });

  it('is marked with its intent and recognised by either', () => {
    for (const intent of ['remove', 'replace']) {
      const labels = { ...draining('web').labels, 'skep.intent': `${intent}:7` };
      const at = withMember(one, W1, { availability: 'drain', labels });
      expect(batchOf(at), intent).toEqual(['removed']);
      expect(batchOf(withHello(at)), intent).toEqual([]);
    }
  });

  it('starts its own time when what went first has gone', () => {
    const at = movedOff(withMember(one, W1, preparing(HOUR)));
    const [step] = planCluster(at.declared, seen(at), FACTS).batch.filter((s) => s.kind === 'set-node');
    expect(step).toMatchObject({ availability: 'drain' });
    expect(step?.kind === 'set-node' && step.labels['skep.since']).toBe(String(START));
    expect(step?.kind === 'set-node' && step.labels['skep.strength']).toBe('service-hello:1');
  });
});

function skip(): Record<string, string> {
  return { 'skep.drain': 'skip' };
}
function force(): Record<string, string> {
  return { 'skep.drain': 'force' };
}
/** Hello runs on the manager by now. */
function movedOff(at: Situation): Situation {
  const tasks = [aTask('hello', 'n-demo-managers-0001')];
  return { ...at, swarm: { ...at.swarm, services: [aService('hello', keptOffW1)], tasks } };
}
/** So many tasks of hello are wanted, and one runs, on a member that is nobody's machine. */
function elsewhere(at: Situation, state: Member['state'], replicas: number): Situation {
  const members = [...at.swarm.members, aMember('laptop', { state })];
  const services = [aService('hello', { replicas })];
  return { ...at, swarm: { ...at.swarm, members, services, tasks: [aTask('hello', 'laptop')] } };
}
