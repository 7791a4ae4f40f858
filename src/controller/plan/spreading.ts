import { durationMs } from '../../model/cluster-spec/duration.ts';
import type { Desired } from '../../model/desired.ts';
import type { Hold } from '../../model/hold.ts';
import type { SwarmView } from '../../model/observed.ts';
import type { ClusterRecord, Rollout } from '../../model/record.ts';
import { planRebalance, type Rebalancing, rebalanceAfter } from './rebalance.ts';
import { lastWord } from './recovery/last-word.ts';
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

export interface Spreading extends Rebalancing {
  readonly holds: readonly Hold[];
  /** What somebody asked for is over. */
  readonly isOver: boolean;
}

/**
 * Services are spread again, within windows: with `rollout.rebalance` when a rollout in which nodes were replaced has ended, and
 * when somebody asks for it (`skep rebalance`), after the rollout in progress.
 */
export function planSpreading(ask: SpreadingAsk): Spreading {
  const { desired, record, swarm, rollout, now, isCalm } = ask;
  const { rebalance, drainTimeout } = desired.spec.spec.rollout;
  const asked = lastWord(record, 'rebalance');
  const nothing = { steps: [], holds: [], waits: [], isOver: false };
  if ((!rebalance && asked === null) || rollout !== null) return { ...nothing, next: null };
  const hasEnded = rebalance && record.rollout !== null && record.rollout.state !== 'fresh';
  const isAnew = hasEnded || (asked !== null && record.rebalance === null);
  if (isAnew && swarm !== null) {
    const next = rebalanceAfter(swarm);
    const waits = next ? [{ what: 'services are spread anew', recheckMs: RECHECK_MS }] : [];
    return { ...nothing, waits, next, isOver: next === null };
  }
  const kept = { ...nothing, next: record.rebalance };
  if (record.rebalance === null || swarm === null || !isCalm) return kept;
  const closed = outsideWindow(desired, record, now, 'spread services anew');
  if (closed) return { ...kept, holds: [closed] };
  const because = asked ? `${asked.by} asked for it` : 'the rollout has ended';
  const spread = planRebalance(record.rebalance, swarm, { now, limitMs: durationMs(drainTimeout), because });
  return { ...spread, holds: [], isOver: spread.next === null };
}
