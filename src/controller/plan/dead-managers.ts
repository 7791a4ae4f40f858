import type { Hold } from '../../model/hold.ts';
import type { ClusterName } from '../../model/ids.ts';
import type { InfrastructureView, Member, SwarmView } from '../../model/observed.ts';
import type { Wait } from '../../model/plan.ts';
import { isChanging, mayRemoveDead, raftOf } from '../../model/quorum.ts';
import type { Step } from '../../model/step.ts';
import { labelHold } from './label-hold.ts';
import type { Leaver } from './leavers.ts';
import { isOurs, keptByLabel, membersWithoutMachine, type Node } from './nodes.ts';

/** A manager is looked at so often while it leaves raft, ms. Our choice: a demotion takes 0.04–1.2 s (measured). */
const RAFT_RECHECK_MS = 150;
const SLOW_RECHECK_MS = 1_000;

export interface DeadManagers {
  readonly steps: readonly Step[];
  readonly holds: readonly Hold[];
  readonly waits: readonly Wait[];
}

/**
 * The list lags behind: a manager whose machine is gone or stopped is unreachable whatever the swarm says, and so no
 * membership change counts on it.
 */
export function withAbsentUnreachable(
  swarm: SwarmView,
  infrastructure: InfrastructureView,
  nodes: readonly Node[],
): SwarmView {
  const absent = new Set(membersWithoutMachine(infrastructure, swarm).map((m) => m.id));
  for (const { machine, member } of nodes) if (member && machine.state === 'stopped') absent.add(member.id);
  const members = swarm.members.map(
    (m): Member =>
      m.manager && absent.has(m.id) ? { ...m, manager: { ...m.manager, reachability: 'unreachable' } } : m,
  );
  return { ...swarm, members };
}

/**
 * Dead managers leave raft before anybody is promoted or demoted, one at a time, as safety.md 2 allows: demoted, which
 * takes them out; one that was promoted and never reached raft cannot be demoted and is removed by force.
 * Dead: its machine is gone, or it was condemned.
 */
export function planDeadManagers(
  cluster: ClusterName,
  swarm: SwarmView,
  infrastructure: InfrastructureView,
  condemned: readonly Leaver[],
): DeadManagers {
  const absent = membersWithoutMachine(infrastructure, swarm);
  const gone = absent.filter((m) => isOurs(m, cluster));
  const dead = [...gone.filter((m) => keptByLabel(m) === null), ...condemned.flatMap(({ node }) => node.member ?? [])];
  const raft = raftOf(swarm.members);
  const holds = absent.filter(isUnreachable).flatMap((m) => {
    const kept = keptByLabel(m);
    if (!gone.includes(m)) return [strangerHold(m)];
    return kept === null ? [] : [labelHold(`take ${m.hostname} out of raft`, m.hostname, kept)];
  });
  const stuck = dead.find((m) => raft.promoting.some((p) => p.id === m.id) && m.state === 'down');
  if (stuck) return { steps: [removal(stuck)], holds, waits: [] };
  const first = dead.find((m) => m.role === 'manager' && isUnreachable(m));
  const waits = raft.demoting.map(({ hostname }) => ({ what: `${hostname} leaves raft`, recheckMs: RAFT_RECHECK_MS }));
  if (first === undefined) return { steps: [], holds, waits };
  if (isChanging(raft) || !mayRemoveDead(raft)) {
    const why = isChanging(raft) ? 'another change of the managers is not over' : 'too few managers are reachable';
    const wait = { what: `${first.hostname} is dead and stays in raft: ${why}`, recheckMs: SLOW_RECHECK_MS };
    return { steps: [], holds, waits: [...waits, wait] };
  }
  const why = gone.includes(first) ? 'its machine is gone' : 'it did not come back';
  const { id: node, version, hostname } = first;
  return { steps: [{ kind: 'demote', node, version, hostname, why }], holds, waits };
}

const isUnreachable = ({ manager }: Member): boolean => manager?.reachability === 'unreachable';

const removal = ({ id, hostname }: Member): Step => ({
  kind: 'remove-member',
  node: id,
  hostname,
  force: true,
  why: 'it was promoted and died before it reached raft',
});

const strangerHold = ({ hostname }: Member): Hold => ({
  reason: 'MembershipUnsettled',
  what: 'every change of the managers',
  why: `${hostname} is a manager that nobody reaches and that skep did not make`,
  release: `it comes back, or docker node demote ${hostname}`,
});
