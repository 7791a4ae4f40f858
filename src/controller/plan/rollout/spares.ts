import { MANAGERS } from '../../../model/ids.ts';
import { isAdmitted, type Node } from '../nodes.ts';
import { isDemoted, isLeaving } from './available.ts';
import type { PoolNow } from './pools.ts';

type Here = Pick<PoolNow, 'pool' | 'here' | 'outdated'>;

/**
 * Machines that came, or are coming, for outdated ones and are not admitted yet: no task runs there, and none is in raft. They
 * may be made while the last replacement still settles, which takes nothing away.
 */
export function sparesIn({ pool, here, outdated }: Here): readonly Node[] {
  if (outdated.size === 0) return [];
  const coming = here.filter(
    (n) => !outdated.has(n) && !isAdmitted(n) && !isLeaving(n) && n.member?.role !== 'manager',
  );
  const youngestFirst = coming.sort((a, b) => b.machine.createdAt - a.machine.createdAt);
  // A demoted manager has no place any more: who comes for it is no spare.
  const placed = pool.name === MANAGERS ? here.filter((n) => !isDemoted(n)) : here;
  return youngestFirst.slice(0, Math.max(0, placed.length - pool.count));
}

/** A node that was admitted for an outdated one is there, or an outdated one leaves: what was begun is finished. */
export function isInHand(now: Here): boolean {
  return now.here.length - sparesIn(now).length > now.pool.count || now.here.some(isLeaving);
}

/** The newest node of today's spec is a canary, the only one of its pool: until it has settled, not even a machine is made. */
export function isCanaryNewest(pools: readonly Here[]): boolean {
  const admitted = pools.map((p) => ({ ...p, good: p.here.filter((n) => !p.outdated.has(n) && isAdmitted(n)) }));
  const bornLast = ({ good }: { good: readonly Node[] }): number =>
    Math.max(0, ...good.map((n) => n.machine.createdAt));
  const [newest] = admitted.sort((a, b) => bornLast(b) - bornLast(a));
  if (newest === undefined || !newest.pool.rollout.canary || newest.good.length !== 1) return false;
  // Where workers are replaced as well, the canary was one of them.
  return (
    newest.pool.name !== MANAGERS ||
    pools.every((p) => p === newest || p.pool.name === MANAGERS || p.outdated.size === 0)
  );
}
