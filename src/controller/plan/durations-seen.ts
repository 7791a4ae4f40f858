import type { Desired, DesiredPool } from '../../model/desired.ts';
import type { Sample } from '../../model/durations.ts';
import type { Machine } from '../../model/observed.ts';
import type { ClusterRecord } from '../../model/record.ts';
import type { Step } from '../../model/step.ts';
import { isAdmitted, isJoining, type Node, SINCE_LABEL } from './nodes.ts';

export interface SeenAsk {
  readonly desired: Desired;
  readonly nodes: readonly Node[];
  /** What is begun now. */
  readonly steps: readonly Step[];
  /** All is as declared. */
  readonly ready: boolean;
  readonly record: ClusterRecord;
  readonly now: number;
}

/**
 * What this look ends: startups of nodes that are admitted or promoted now, drains whose machines are removed now. No time at all is
 * no sample (roads imagine it so), nor is a startup longer than it may take: that node was labelled anew, not made.
 * While a cluster is made nothing is noted, which would cost a write for each node: all its nodes count as started when it is
 * Ready for the first time.
 */
export function durationsSeen({ desired, nodes, steps, ready, record, now }: SeenAsk): readonly Sample[] {
  const isLiving = record.firstReadyAt !== null;
  const isFirstReady = ready && !isLiving;
  const samples = nodes.flatMap((node): readonly Sample[] => {
    const { machine, member } = node;
    const isAdmittedNow =
      member !== null &&
      isJoining(member) &&
      member.role === 'worker' &&
      steps.some((s) => (s.kind === 'set-node' || s.kind === 'promote') && s.node === member.id);
    const pool = desired.pools.find((p) => p.name === machine.pool);
    const startup = now - machine.createdAt;
    if ((isLiving && isAdmittedNow) || (isFirstReady && isAdmitted(node))) {
      return pool && startup <= pool.health.startupTimeoutMs && !hasWaited(machine, pool, record)
        ? [{ kind: 'startup', ms: startup }]
        : [];
    }
    const isRemovedNow = isLiving && steps.some((s) => s.kind === 'remove-machine' && s.machine === machine.id);
    const since = Number(member?.labels[SINCE_LABEL] || Number.NaN);
    return isRemovedNow && member?.availability === 'drain' && Number.isFinite(since)
      ? [{ kind: 'drain', ms: now - since }]
      : [];
  });
  return samples.filter(({ ms }) => ms > 0);
}

/** Made while the rollout settled, for the next one: it was admitted when that was over. */
const hasWaited = ({ createdAt }: Machine, pool: DesiredPool, { rollout }: ClusterRecord): boolean =>
  rollout?.state === 'well' && createdAt < rollout.since + pool.rollout.settleMs;
