import type { Desired, DesiredPool } from '../../../model/desired.ts';
import type { Hold } from '../../../model/hold.ts';
import { isoTime } from '../../../model/iso-time.ts';
import { windowAt } from '../../../model/maintenance.ts';
import type { Wait } from '../../../model/plan.ts';
import type { ClusterRecord, Rollout } from '../../../model/record.ts';
import { isAborted, isNow } from '../rollout-words.ts';
import type { Bearing } from './settle.ts';

/** Whether the next node of a rollout may be begun, and if not, why and until when. */
export type Gate =
  | { readonly open: true }
  /** `mayPrepare`: only settling is awaited, so the machine for the next one may be made meanwhile. */
  | { readonly open: false; readonly hold?: Hold; readonly wait?: Wait; readonly mayPrepare?: boolean };

const RECHECK_MS = 1_000;
/** `changesAt` may be years away, and timers take no more than 24 days. */
const LONGEST_MS = 3_600_000;

export interface GateAsk {
  readonly desired: Desired;
  readonly record: ClusterRecord;
  /** As it stands on the record: what nobody wrote down was not seen long enough. */
  readonly rollout: Rollout | null;
  readonly seen: Bearing;
  readonly pool: DesiredPool;
  /** Its first node of today's spec is not there yet. */
  readonly isCanary: boolean;
  /** The one that settles is the canary. */
  readonly isCanaryNewest: boolean;
  readonly now: number;
}

export function gateOf(ask: GateAsk): Gate {
  const { desired, record, rollout, seen, pool, now } = ask;
  const aborted = isAborted(record);
  if (aborted) {
    const why = `the rollout was aborted by ${aborted.by}${aborted.reason ? `: ${aborted.reason}` : ''}`;
    const release = `skep rollout ${record.cluster} --now, or a changed document`;
    return { open: false, hold: { reason: 'ReplacementHeld', what: 'replace outdated nodes', why, release } };
  }
  if (rollout === null) return waitFor('the rollout begins');
  if (seen.unsure) return waitFor('the swarm does not know all its members yet');
  if (seen.moving !== null) return { open: false };
  if (isNow(record)) return { open: true };
  if (seen.dip !== null) return dipped(ask, seen.dip);
  if (rollout.state === 'moving' || rollout.state === 'dipped') return waitFor('all is well again; it has to settle');
  const settledAt = rollout.since + pool.rollout.settleMs;
  if (rollout.state === 'well' && now < settledAt) {
    const what = `the next node of ${pool.name} is replaced at ${isoTime(settledAt)}, if all stays well`;
    const isOpenThen = outsideWindow(desired, record, settledAt, '') === null;
    return { ...waitFor(what, settledAt - now), mayPrepare: isOpenThen && !ask.isCanaryNewest };
  }
  const window = outsideWindow(desired, record, now, `replace outdated nodes of ${pool.name}`);
  return window ? { open: false, hold: window } : { open: true };
}

/** Null: healthy nodes may be taken away now. */
export function outsideWindow(desired: Desired, record: ClusterRecord, now: number, what: string): Hold | null {
  if (isNow(record)) return null;
  const { open, changesAt } = windowAt(desired.maintenance, now);
  if (open) return null;
  const opens =
    changesAt === null ? 'no window of spec.maintenance opens any more' : `the next opens at ${isoTime(changesAt)}`;
  return {
    reason: 'OutsideWindow',
    what,
    why: `no maintenance window is open; ${opens}`,
    release: `a window opens, or skep rollout ${record.cluster} --now`,
  };
}

const waitFor = (what: string, ms = RECHECK_MS): Gate & { open: false } => ({
  open: false,
  wait: { what, recheckMs: Math.max(50, Math.min(ms, LONGEST_MS)) },
});

/** A dip is waited for as long as a sick node would be; then somebody has to look. */
function dipped({ record, rollout, pool, isCanary, now }: GateAsk, dip: string): Gate {
  const since = rollout?.state === 'dipped' ? rollout.since : now;
  const heldAt = since + pool.health.unhealthyAfterMs;
  if (now < heldAt) return waitFor(`the next node of ${pool.name} is replaced once all is well: ${dip}`);
  return {
    open: false,
    hold: {
      reason: isCanary ? 'CanaryFailed' : 'ReplacementHeld',
      what: `replace outdated nodes of ${pool.name}`,
      why: `${dip}, since ${isoTime(since)}`,
      release: `it is well again, or a changed document, or skep rollout ${record.cluster} --now`,
    },
  };
}
