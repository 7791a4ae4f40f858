import { MANAGERS } from '../../../model/ids.ts';
import type { PoolNow } from './pools.ts';

/** Which pool is rolled now, and how many of its nodes may be begun together. */
export interface Stage {
  readonly now: PoolNow;
  readonly most: number;
  /** Its first node of today's spec is not there yet. */
  readonly isCanary: boolean;
}

/** One worker first, as a canary; then the managers; then the worker pools in the spec's order. Null: nothing can be begun. */
export function stageOf(pools: readonly PoolNow[]): Stage | null {
  const ready = pools.filter((p) => p.takable.length > 0);
  const managers = ready.find((p) => p.pool.name === MANAGERS);
  const workers = ready.filter((p) => p !== managers);
  const canary = workers.find((p) => p.pool.rollout.canary);
  const hasLived = pools.some((p) => p.pool.name !== MANAGERS && p.outdated.size > 0 && p.hasGood);
  if (canary && !canary.hasGood && !hasLived) return { now: canary, most: 1, isCanary: true };
  if (managers) return { now: managers, most: 1, isCanary: workers.length === 0 && !managers.hasGood };
  const next = workers[0];
  if (!next) return null;
  const isCanary = next.pool.rollout.canary && !next.hasGood;
  return { now: next, most: isCanary ? 1 : Number.POSITIVE_INFINITY, isCanary };
}
