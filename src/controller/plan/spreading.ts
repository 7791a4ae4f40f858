import { durationMs } from '../../model/cluster-spec/duration.ts';
import type { Desired } from '../../model/desired.ts';
import type { Hold } from '../../model/hold.ts';
import type { SwarmView } from '../../model/observed.ts';
import type { ClusterRecord, Rollout } from '../../model/record.ts';
import { planRebalance, type Rebalancing, rebalanceAfter } from './rebalance.ts';
import { outsideWindow } from './rollout/gate.ts';

const RECHECK_MS = 1_000;

interface SpreadingAsk {
  readonly desired: Desired;
  readonly record: ClusterRecord;
  readonly swarm: SwarmView | null;
  /** After this look. */
  readonly rollout: Rollout | null;
  readonly now: number;
  /** Every node is there and nothing else is to be done. */
  readonly isCalm: boolean;
}

/** `rollout.rebalance`: when a rollout in which nodes were replaced has ended, services are spread again, within windows. */
export function planSpreading(ask: SpreadingAsk): Rebalancing & { readonly holds: readonly Hold[] } {
  const { desired, record, swarm, rollout, now, isCalm } = ask;
  const { rebalance, drainTimeout } = desired.spec.spec.rollout;
  const nothing = { steps: [], holds: [], waits: [] };
  if (!rebalance || rollout !== null) return { ...nothing, next: null };
  const hasEnded = record.rollout !== null && record.rollout.state !== 'fresh';
  if (hasEnded && swarm !== null) {
    const next = rebalanceAfter(swarm);
    return { ...nothing, waits: next ? [{ what: 'services are spread anew', recheckMs: RECHECK_MS }] : [], next };
  }
  const kept = { ...nothing, next: record.rebalance };
  if (record.rebalance === null || swarm === null || !isCalm) return kept;
  const closed = outsideWindow(desired, record, now, 'spread services anew');
  if (closed) return { ...kept, holds: [closed] };
  return { ...planRebalance(record.rebalance, swarm, now, durationMs(drainTimeout)), holds: [] };
}
