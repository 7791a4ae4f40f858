import fc from 'fast-check';
import type { MachineId, NodeId, SwarmId } from '../../src/model/ids.ts';
import type { Machine, MachineState, Member } from '../../src/model/observed.ts';
import { aMember, aService, aTask, START } from './builders.ts';
import { aNode, aSituation, draining, JOINING, type Situation } from './worlds.ts';

/** Worlds that a planner may find, likely and unlikely ones: nodes in every state, strangers, doubles, tasks anywhere. */

const POOLS = ['managers', 'web', 'api'] as const;
const wish = () =>
  fc.record({
    managers: fc.constantFrom(1, 3, 5) as fc.Arbitrary<1 | 3 | 5>,
    web: fc.nat(3),
    api: fc.option(fc.nat(2), { nil: null }),
    force: fc.boolean(),
  });

const node = () =>
  fc.record({
    pool: fc.constantFrom(...POOLS),
    state: fc.constantFrom<MachineState>('running', 'running', 'running', 'running', 'booting', 'stopped', 'unknown'),
    neverStarted: fc.boolean(),
    engine: fc.constantFrom('in', 'in', 'in', 'in', 'out', 'silent', 'pending', 'error', 'locked'),
    joined: fc.boolean(),
    kind: fc.constantFrom('admitted', 'admitted', 'joining', 'draining', 'overdue', 'byHand', 'kept', 'bare'),
    member: fc.constantFrom<Member['state']>('ready', 'ready', 'ready', 'ready', 'down', 'unknown', 'disconnected'),
    role: fc.constantFrom('worker', 'worker', 'manager', 'promoting', 'demoting', 'unreachable'),
    tasks: fc.nat(2),
    outdated: fc.boolean(),
  });
type NodeWish = ReturnType<typeof node> extends fc.Arbitrary<infer T> ? T : never;

export function situations(): fc.Arbitrary<Situation> {
  return fc
    .record({
      wish: wish(),
      nodes: fc.array(node(), { maxLength: 7 }),
      strangers: fc.nat(1),
      ready: fc.boolean(),
      rollout: fc.constantFrom('fresh', 'moving', 'dipped', 'well', null),
      swarmId: fc.constantFrom<SwarmId | null>('swarm1' as SwarmId, 'swarm1' as SwarmId, 'swarm1' as SwarmId, null),
      founder: fc.constantFrom('demo-managers-0001', 'demo-managers-0009'),
    })
    .map(({ wish: { managers, web, api, force }, nodes, strangers, ready, rollout: state, swarmId, founder }) => {
      const rollout = { onDrainTimeout: force ? 'Force' : 'Pause' };
      const workers = { web: { count: web, rollout }, ...(api === null ? {} : { api: { count: api, rollout } }) };
      const base = aSituation(
        {},
        { managers, workers },
        {
          swarmId,
          founder: founder as MachineId,
          firstReadyAt: ready && swarmId ? START : null,
          rollout: state && { startedAt: 1, state, since: 1, weak: [] },
        },
      );
      const built = nodes.map((n, i) => build(n, i + 1));
      const members = [
        ...built.flatMap((b) => b.member ?? []),
        ...Array.from({ length: strangers }, () => aMember('laptop', { state: 'down' })),
      ];
      return {
        ...base,
        machines: built.map((b) => b.machine),
        swarm: {
          ...base.swarm,
          members,
          services: [aService('hello', { replicas: 4 })],
          tasks: built.flatMap((b) => b.tasks),
        },
      };
    });
}

function build(n: NodeWish, i: number): { machine: Machine; member: Member | null; tasks: ReturnType<typeof aTask>[] } {
  const { machine, member } = aNode(n.pool, i);
  const raft = { leader: i === 1, reachability: n.role === 'unreachable' ? 'unreachable' : 'reachable' } as const;
  const inRaft = n.role === 'manager' || n.role === 'demoting' || n.role === 'unreachable';
  const isIn = n.engine === 'in' || n.engine === 'silent' || n.joined;
  const answers = n.engine !== 'silent' && n.state === 'running';
  const swarm = ({ in: 'active', out: 'inactive', pending: 'pending', error: 'error', locked: 'locked' } as const)[
    n.engine === 'silent' ? 'in' : n.engine
  ];
  const nodeId = n.engine === 'in' ? (member.id as NodeId) : null;
  const kinds: Record<NodeWish['kind'], Partial<Member>> = {
    admitted: {},
    joining: JOINING,
    draining: draining(n.pool),
    overdue: draining(n.pool, 3_600_000),
    byHand: { availability: 'drain' },
    kept: { labels: { ...member.labels, 'skep.hold': 'mine' } },
    bare: { labels: {} },
  };
  return {
    machine: {
      ...machine,
      hash: n.outdated ? 'v1:before' : machine.hash,
      state: n.state,
      neverStarted: n.state === 'stopped' && n.neverStarted && !isIn,
      engine:
        answers && machine.engine ? { ...machine.engine, swarm, nodeId, isManager: inRaft && nodeId !== null } : null,
    },
    member: isIn
      ? {
          ...member,
          state: n.member,
          role: n.role === 'worker' || n.role === 'demoting' ? 'worker' : 'manager',
          manager: inRaft ? raft : null,
          ...kinds[n.kind],
        }
      : null,
    tasks: isIn
      ? Array.from({ length: n.tasks }, (_, k) => aTask('hello', member.id, { id: `${member.id}.${k}` }))
      : [],
  };
}
