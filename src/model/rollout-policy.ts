import { durationMs } from './cluster-spec/duration.ts';
import type { ClusterSpec } from './cluster-spec/schema.ts';
import { nodeShare } from './node-share.ts';

/** `spec.rollout` as it holds for one pool, in ms and nodes. */
export interface RolloutPolicy {
  /** Nodes above the declared count, at most. At least one of this and `maxUnavailable` is above 0. */
  readonly maxSurge: number;
  /** Nodes that may be lacking, those already unavailable counted. */
  readonly maxUnavailable: number;
  /** How long all must be healthy before the next node is begun. */
  readonly settleMs: number;
  /** One node first, settled, before the rest of the pool. */
  readonly canary: boolean;
  readonly drainTimeoutMs: number;
  readonly onDrainTimeout: 'Pause' | 'Force';
}

type Rollout = Omit<ClusterSpec['spec']['rollout'], 'rebalance'>;
/** A pool's own words; what it leaves out is the spec's. */
type Words = { readonly [K in keyof Rollout]?: Rollout[K] | undefined };

/** Managers surge by exactly one, whatever the spec says of pools (safety.md 2). */
export const MANAGERS_ROLL: Words = { maxSurge: 1, maxUnavailable: 0 };

/** `count`: the pool's declared nodes, of which percentages are taken: of surge rounded up, of unavailable down. */
export function rolloutPolicy(rollout: Rollout, over: Words, count: number): RolloutPolicy {
  const maxUnavailable = Math.floor(nodeShare(over.maxUnavailable ?? rollout.maxUnavailable, count));
  const maxSurge = Math.ceil(nodeShare(over.maxSurge ?? rollout.maxSurge, count));
  return {
    maxSurge: maxSurge === 0 && maxUnavailable === 0 ? 1 : maxSurge,
    maxUnavailable,
    settleMs: durationMs(over.settle ?? rollout.settle),
    canary: over.canary ?? rollout.canary,
    drainTimeoutMs: durationMs(over.drainTimeout ?? rollout.drainTimeout),
    onDrainTimeout: over.onDrainTimeout ?? rollout.onDrainTimeout,
  };
}
