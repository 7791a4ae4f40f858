import type { DesiredPool } from '../../../model/desired.ts';
import type { Hold } from '../../../model/hold.ts';
import type { SwarmView } from '../../../model/observed.ts';
import { isChanging, mayDemote, raftOf } from '../../../model/quorum.ts';
import type { Step } from '../../../model/step.ts';
import { drainObjection } from '../drain.ts';
import { labelHold } from '../label-hold.ts';
import { isJoining, keptByLabel, type Node } from '../nodes.ts';

/**
 * Who is put out of raft next: the first of `retiring` that answers and that nothing speaks against. One at a time, and
 * only while more are in raft than are declared.
 */
export function planDemotion(
  retiring: readonly Node[],
  pool: DesiredPool,
  swarm: SwarmView,
): { readonly steps: readonly Step[]; readonly holds: readonly Hold[] } {
  const raft = raftOf(swarm.members);
  const due = retiring.filter(
    ({ member }) => member?.role === 'manager' && member.manager?.reachability === 'reachable',
  );
  const holds: Hold[] = [];
  if (due.length === 0 || isChanging(raft) || !mayDemote(raft, pool.count)) return { steps: [], holds };
  // After a leader change nobody can say who is there.
  if (swarm.members.some((m) => m.state === 'unknown' && !isJoining(m))) return { steps: [], holds };
  for (const { machine, member } of due) {
    if (!member) continue;
    const kept = keptByLabel(member);
    const hold =
      kept === null
        ? drainObjection({ member, swarm, pool, intent: 'replace' })
        : labelHold(`demote ${machine.id}`, machine.id, kept);
    if (hold) holds.push(hold);
    else {
      const why = `${pool.count} managers declared, ${raft.n} there`;
      const { id: node, version, hostname } = member;
      return { steps: [{ kind: 'demote', node, version, hostname, why }], holds: [] };
    }
  }
  return { steps: [], holds };
}
