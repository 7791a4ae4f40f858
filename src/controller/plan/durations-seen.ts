import type { Desired, DesiredPool } from '../../model/desired.ts';
import type { Sample } from '../../model/durations.ts';
import type { Machine } from '../../model/observed.ts';
import type { ClusterRecord } from '../../model/record.ts';
import type { Step } from '../../model/step.ts';
import { isJoining, type Node, SINCE_LABEL } from './nodes.ts';

export interface SeenAsk {
  readonly desired: Desired;
  readonly nodes: readonly Node[];
  /** What is begun now. */
  readonly steps: readonly Step[];
  readonly record: ClusterRecord;
  readonly now: number;
}

/**
 * What this look ends: startups of nodes that are admitted or promoted now, drains whose machines are removed now. No time at all is
 * no sample (roads imagine it so), nor is a startup longer than it may take: that node was labelled anew, not made.
 * While a cluster is made nothing is noted: its machines boot all at once and wait for each other, which no later one does.
 */
export function durationsSeen({ desired, nodes, steps, record, now }: SeenAsk): readonly Sample[] {
  if (record.firstReadyAt === null) return [];
  const samples = nodes.flatMap((node): readonly Sample[] => {
    const { machine, member } = node;
    const isAdmittedNow =
      member !== null &&
      isJoining(member) &&
      member.role === 'worker' &&
      steps.some((s) => (s.kind === 'set-node' || s.kind === 'promote') && s.node === member.id);
    const pool = desired.pools.find((p) => p.name === machine.pool);
    const startup = now - machine.createdAt;
    if (isAdmittedNow) {
      return pool && startup <= pool.health.startupTimeoutMs && !hasWaited(machine, pool, record)
        ? [{ kind: 'startup', ms: startup }]
        : [];
    }
    const isRemovedNow = steps.some((s) => s.kind === 'remove-machine' && s.machine === machine.id);
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
