import type { Desired, DesiredPool } from '../../model/desired.ts';
import { MANAGERS } from '../../model/ids.ts';
import { isOutdated } from '../../model/machine-hash.ts';
import type { NodeStatus } from '../../model/node-status.ts';
import type { InfrastructureView, Stranger, SwarmView } from '../../model/observed.ts';
import { majority, raftOf } from '../../model/quorum.ts';
import type { ClusterRecord } from '../../model/record.ts';
import type { ClusterStatus } from '../../model/status.ts';
import { intentOf, isJoining, isOurs, membersWithoutMachine, type Node, nodesOf } from '../plan/nodes.ts';

/** The parts of a status that only count what was seen. */
export type Counts = Pick<
  ClusterStatus,
  'pools' | 'managers' | 'nodes' | 'swarm' | 'servicesBelowStrength' | 'pendingTasks'
>;

export function countNodes(
  desired: Desired | null,
  infrastructure: InfrastructureView,
  swarm: SwarmView | null,
  record: ClusterRecord | null,
): Counts {
  const running = counted((swarm?.tasks ?? []).flatMap((t) => (t.state === 'running' ? (t.nodeId ?? []) : [])));
  const at = { desired, record, looked: swarm !== null, running };
  const nodes = nodesOf(infrastructure, swarm).map((node) => nodeStatus(node, at));
  const pools = countPools(desired, nodes);
  return { pools, nodes, managers: managersStatus(swarm), swarm: swarmStatus(swarm), ...serviceTroubles(swarm) };
}

export function countPools(desired: Desired | null, nodes: readonly NodeStatus[]): Counts['pools'] {
  const names = new Set([...(desired?.pools ?? []).map(({ name }) => name), ...nodes.map(({ pool }) => pool)]);
  return [...names].map((name) => {
    const here = nodes.filter((n) => n.pool === name);
    return {
      name,
      role: name === MANAGERS ? ('manager' as const) : ('worker' as const),
      declared: desired?.pools.find((p) => p.name === name)?.count ?? 0,
      machines: here.length,
      ready: here.filter((n) => n.state === 'ready' || n.state === 'leader').length,
      outdated: here.filter((n) => n.outdated).length,
    };
  });
}

interface At {
  readonly desired: Desired | null;
  readonly record: ClusterRecord | null;
  /** Whether the swarm could be asked, and there is one. */
  readonly looked: boolean;
  /** Tasks that run, by node. */
  readonly running: ReadonlyMap<string, number>;
}

function nodeStatus(node: Node, { desired, record, looked, running }: At): NodeStatus {
  const { machine, member } = node;
  const pool = desired?.pools.find((p) => p.name === machine.pool);
  return {
    name: machine.id,
    pool: machine.pool,
    zone: machine.zone,
    role: machine.pool === MANAGERS ? 'manager' : 'worker',
    state: stateOf(node, pool, looked),
    address: machine.address,
    engine: machine.engine?.version || member?.engineVersion || null,
    outdated: pool !== undefined && isOutdated(machine, pool, record),
    tasks: (member && running.get(member.id)) ?? 0,
    message: machine.detail ?? machine.engine?.error ?? null,
  };
}

function stateOf({ machine, member }: Node, pool: DesiredPool | undefined, looked: boolean): NodeStatus['state'] {
  if (machine.state === 'booting' || machine.state === 'stopped' || machine.state === 'unknown') return machine.state;
  if (machine.engine === null) return 'unknown';
  if (member === null) return looked || machine.engine.swarm !== 'active' ? 'joining' : 'unknown';
  if (intentOf(member) === 'remove') return 'leaving';
  if (member.state === 'down' || member.state === 'disconnected') return 'down';
  if (member.state === 'unknown') return 'unknown';
  if (isJoining(member)) return 'joining';
  if (member.role === 'manager' && member.manager?.reachability !== 'reachable') return 'unreachable';
  if (member.availability === 'drain' && pool?.availability !== 'drain') return 'drained';
  if (member.availability === 'pause') return 'paused';
  return member.manager?.leader ? 'leader' : 'ready';
}

/** Members that somebody else brought into the swarm: shown, never touched. */
export function strangeMembers(
  cluster: string,
  infrastructure: InfrastructureView | null,
  swarm: SwarmView | null,
): readonly Stranger[] {
  if (infrastructure === null || swarm === null) return [];
  return membersWithoutMachine(infrastructure, swarm)
    .filter((m) => !isOurs(m, cluster))
    .map((m) => ({ what: `member ${m.hostname}`, why: 'no machine of this cluster stands behind it' }));
}

function managersStatus(swarm: SwarmView | null): ClusterStatus['managers'] {
  if (swarm === null) return null;
  const { n, reachable, margin } = raftOf(swarm.members);
  const leader = swarm.members.find((m) => m.manager?.leader)?.hostname ?? null;
  return { members: n, reachable, quorum: majority(n), margin, leader };
}

function swarmStatus(swarm: SwarmView | null): ClusterStatus['swarm'] {
  if (swarm === null) return null;
  const engineVersions: Record<string, number> = {};
  for (const { engineVersion } of swarm.members)
    engineVersions[engineVersion] = (engineVersions[engineVersion] ?? 0) + 1;
  return { id: swarm.id, engineVersions };
}

const SHOWN_TASKS = 20;

/** How often each comes. */
function counted<T>(values: readonly T[]): ReadonlyMap<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function serviceTroubles(swarm: SwarmView | null): Pick<ClusterStatus, 'servicesBelowStrength' | 'pendingTasks'> {
  if (swarm === null) return { servicesBelowStrength: [], pendingTasks: [] };
  const ready = new Set(swarm.members.filter((m) => m.state === 'ready').map((m) => m.id));
  const serving = swarm.tasks.filter((t) => t.state === 'running' && t.nodeId !== null && ready.has(t.nodeId));
  const strength = counted(serving.map((t) => t.serviceId));
  const below = swarm.services.flatMap(({ id, name, mode, replicas }) => {
    const running = strength.get(id) ?? 0;
    return mode === 'replicated' && replicas !== null && running < replicas
      ? [{ name, declared: replicas, running }]
      : [];
  });
  const pending = swarm.tasks
    .filter((t) => t.desired === 'running' && t.state !== 'running' && t.detail)
    .slice(0, SHOWN_TASKS)
    .map((t) => ({
      service: swarm.services.find((s) => s.id === t.serviceId)?.name ?? t.serviceId,
      detail: t.detail ?? '',
    }));
  return { servicesBelowStrength: below, pendingTasks: pending };
}
