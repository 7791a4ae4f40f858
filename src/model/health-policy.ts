import { durationMs } from './cluster-spec/duration.ts';
import type { ClusterSpec } from './cluster-spec/schema.ts';
import { nodeShare } from './node-share.ts';

/** `spec.health` as it holds for one pool, in ms and nodes. */
export interface HealthPolicy {
  readonly startupTimeoutMs: number;
  readonly startupRetries: number;
  readonly unhealthyAfterMs: number;
  /** How many nodes of the pool may look bad while one of them is taken away. */
  readonly maxUnhealthy: number;
  readonly replace: boolean;
  readonly undoManualDrain: boolean;
}

type Health = ClusterSpec['spec']['health'];
/** A pool's own words; what it leaves out is the spec's. */
type Words = { readonly [K in keyof Health]?: Health[K] | undefined };

/** `count`: the pool's declared nodes, of which a percentage is taken. */
export function healthPolicy(health: Health, over: Words, count: number): HealthPolicy {
  return {
    startupTimeoutMs: durationMs(over.startupTimeout ?? health.startupTimeout),
    startupRetries: over.startupRetries ?? health.startupRetries,
    unhealthyAfterMs: durationMs(over.unhealthyAfter ?? health.unhealthyAfter),
    maxUnhealthy: nodesOf(over.maxUnhealthy ?? health.maxUnhealthy, count),
    replace: over.replace ?? health.replace,
    undoManualDrain: over.undoManualDrain ?? health.undoManualDrain,
  };
}

/** Rounds up; above 0 it always allows one, of a pool of no nodes too. */
function nodesOf(most: number | string, count: number): number {
  return typeof most === 'string' && most !== '0%'
    ? Math.max(1, Math.ceil(nodeShare(most, count)))
    : nodeShare(most, count);
}
