import type { Desired } from '../../model/desired.ts';
import { isoTime } from '../../model/iso-time.ts';
import type { NodeStatus } from '../../model/node-status.ts';
import type { InfrastructureView, Observed } from '../../model/observed.ts';
import type { ClusterStatus } from '../../model/status.ts';
import { type Counts, countNodes, countPools, strangeMembers } from './nodes-status.ts';

export type Seen = Counts & Pick<ClusterStatus, 'strangers' | 'staleSince'>;

/** What was seen; in place of what could not be looked at, what was seen before it, and since when that is. */
export function seenOf(desired: Desired | null, observed: Observed, last: ClusterStatus | null): Seen {
  const { cluster, infrastructure, swarm, now } = observed;
  const record = observed.record.ok ? observed.record.value : null;
  if (infrastructure.ok && swarm.ok) {
    const counts = countNodes(desired, infrastructure.value, swarm.value, record);
    return { ...counts, strangers: strangers(cluster, infrastructure.value, swarm.value) };
  }
  if (last === null) {
    const machines = infrastructure.ok ? infrastructure.value : NOTHING;
    return { ...countNodes(desired, machines, null, record), strangers: [...machines.strangers] };
  }
  const kept = pick(last);
  const staleSince = last.staleSince ?? isoTime(now);
  if (!infrastructure.ok) {
    return { ...kept, pools: desired ? countPools(desired, last.nodes) : last.pools, staleSince };
  }
  // Without a leader nobody can say of a manager how it stands in raft: nothing older may stand in for that.
  const isLeaderless = !swarm.ok && swarm.problem.kind === 'no-leader';
  const nodes = countNodes(desired, infrastructure.value, null, record).nodes.map((node) =>
    node.state !== 'unknown' || (isLeaderless && node.role === 'manager') ? node : asBefore(node, last.nodes),
  );
  const managers = isLeaderless ? null : kept.managers;
  return { ...kept, managers, nodes, pools: countPools(desired, nodes), staleSince };
}

const NOTHING: InfrastructureView = {
  machines: [],
  carriers: { state: 'absent', differences: [], forwardTo: null, leftovers: 0, images: {} },
  strangers: [],
};

function pick({ pools, managers, nodes, swarm, servicesBelowStrength, pendingTasks, strangers }: ClusterStatus): Seen {
  return { pools, managers, nodes, swarm, servicesBelowStrength, pendingTasks, strangers };
}

function asBefore(node: NodeStatus, nodes: readonly NodeStatus[]): NodeStatus {
  const last = nodes.find(({ name }) => name === node.name);
  return last ? { ...node, state: last.state, tasks: last.tasks } : node;
}

function strangers(...[cluster, infrastructure, swarm]: Parameters<typeof strangeMembers>): Seen['strangers'] {
  return [...(infrastructure?.strangers ?? []), ...strangeMembers(cluster, infrastructure, swarm)];
}
