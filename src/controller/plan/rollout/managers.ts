import type { SwarmView } from '../../../model/observed.ts';
import { isChanging, raftOf } from '../../../model/quorum.ts';
import type { ClusterRecord } from '../../../model/record.ts';
import { byWorth, type Leaver } from '../leavers.ts';
import { isJoining, type Node } from '../nodes.ts';
import { isDemoted } from './available.ts';
import type { PoolNow } from './pools.ts';
import { OUTDATED } from './workers.ts';

export interface ManagersTurn {
  /** Out of raft, or never in it. */
  readonly leavers: readonly Leaver[];
  /** Still in raft, in the order in which they are to leave it. */
  readonly retiring: readonly Node[];
  /** Machines wanted above the declared count. */
  readonly surge: 0 | 1;
}

/**
 * Managers surge by exactly one: a new one is a reachable manager before an old one is demoted, and only what is out of
 * raft is drained and removed (safety.md 2).
 * @param mayPrepare the machine for another outdated manager may be made
 * @param isAborted nobody else is replaced
 */
export function planManagersTurn(
  now: PoolNow,
  swarm: SwarmView,
  record: ClusterRecord,
  { mayPrepare, isAborted }: { readonly mayPrepare: boolean; readonly isAborted: boolean },
): ManagersTurn {
  const { pool, here, outdated } = now;
  const order = byWorth(here, outdated);
  const inRaft = order.filter(({ member }) => member?.manager || member?.role === 'manager');
  const retiring = [...inRaft.filter((n) => !isLeader(n)), ...inRaft.filter(isLeader)]
    .sort((a, b) => Number(outdated.has(b)) - Number(outdated.has(a)))
    .filter((n, i) => outdated.has(n) || i < inRaft.length - pool.count);
  const demoted = order.filter(isDemoted);
  const fresh = order.filter((n) => neverManaged(n, record));
  const hasOutdated = inRaft.some((n) => outdated.has(n));
  // One more than declared while an outdated one is to go: the one that takes its place.
  const wanted = Math.max(0, pool.count + (hasOutdated && !isAborted ? 1 : 0) - inRaft.length);
  const good = fresh.filter((n) => !outdated.has(n));
  const tooMany = good.slice(0, Math.max(0, good.length - wanted));
  const leavers: Leaver[] = [
    ...demoted.map(
      (node): Leaver => ({
        node,
        why: 'it was demoted, and is never promoted again',
        intent: 'replace',
        replaced: true,
      }),
    ),
    ...fresh.filter((n) => outdated.has(n)).map((node): Leaver => ({ node, why: OUTDATED, intent: 'replace' })),
    ...tooMany.map((node): Leaver => ({ node, why: `${pool.name}: ${pool.count} declared`, intent: 'remove' })),
  ];
  const raft = raftOf(swarm.members);
  const isWhole = raft.n === pool.count && raft.reachable === raft.n && !isChanging(raft);
  const surge = mayPrepare && isWhole && here.length === pool.count && now.takable.length > 0 ? 1 : 0;
  return { leavers, retiring, surge };
}

const isLeader = ({ member }: Node): boolean => member?.manager?.leader ?? false;

function neverManaged({ machine, member }: Node, record: ClusterRecord): boolean {
  if (machine.engine === null || machine.engine.isManager) return false;
  if (record.swarmId === null && machine.id === record.founder) return false;
  if (member === null) return machine.engine.swarm === 'inactive';
  return isJoining(member) && member.role === 'worker' && member.manager === null;
}
