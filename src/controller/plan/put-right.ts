import type { Desired } from '../../model/desired.ts';
import type { Hold } from '../../model/hold.ts';
import { isoTime } from '../../model/iso-time.ts';
import type { Drift, Wait } from '../../model/plan.ts';
import type { ClusterRecord } from '../../model/record.ts';
import type { Step } from '../../model/step.ts';

/**
 * Who puts the same thing right again and again has an opponent. Each time it waits twice as long as before, so that
 * two programs that disagree do not make each other busy. Our choice: a second person's mistake is put right in a second.
 */
const FIRST_MS = 1_000;
const LONGEST_MS = 5 * 60_000;
/** Quiet for so long, and the next difference is put right at once again. Twice the longest wait. */
const FORGET_MS = 2 * LONGEST_MS;

/** What living swarm options and nodes need to be as declared. */
export interface Upkeep {
  readonly steps: readonly Step[];
  readonly holds: readonly Hold[];
  readonly waits: readonly Wait[];
  readonly drift: readonly Drift[];
  /** Subjects that the steps put right: noted on the record. */
  readonly corrected: readonly string[];
}

export const NO_UPKEEP: Upkeep = { steps: [], holds: [], waits: [], drift: [], corrected: [] };

export interface Difference {
  /** What differs, e.g. `node demo-web-x1y2`. */
  readonly subject: string;
  /** How, e.g. `tier is db, declared web`. */
  readonly changes: readonly string[];
  readonly step: Step;
}

/** Puts a difference right now, or when its turn comes again. It is drift when all was once as this very spec declares. */
export function putRight(difference: Difference, desired: Desired, record: ClusterRecord, now: number): Upkeep {
  const { subject, changes, step } = difference;
  const { count, at } = record.corrections[subject] ?? { count: 0, at: 0 };
  // A time to come was noted by a clock that is ahead of ours: nobody waits for that.
  const isFirst = count === 0 || at > now;
  const dueAt = isFirst ? now : at + Math.min(FIRST_MS * 2 ** (count - 1), LONGEST_MS);
  const isDue = dueAt <= now;
  const answer = isDue ? 'put right' : `put right again at ${isoTime(dueAt)}; it came back ${count} times`;
  const drift = isApplied(record, desired) ? [{ what: subject, difference: changes.join(', '), answer, count }] : [];
  if (isDue) return { ...NO_UPKEEP, steps: [step], drift, corrected: [subject] };
  const wait = { what: `${subject} (${changes.join(', ')}) is ${answer}`, recheckMs: Math.max(50, dueAt - now) };
  return { ...NO_UPKEEP, waits: [wait], drift };
}

/** Labels, availability and options were once all as this very spec declares. */
export const isApplied = ({ applied }: ClusterRecord, { specHash }: Desired): boolean => applied.specHash === specHash;

export function together(parts: readonly Upkeep[]): Upkeep {
  return {
    steps: parts.flatMap((p) => p.steps),
    holds: parts.flatMap((p) => p.holds),
    waits: parts.flatMap((p) => p.waits),
    drift: parts.flatMap((p) => p.drift),
    corrected: parts.flatMap((p) => p.corrected),
  };
}

/** The record's count of corrections after these; those of long ago are forgotten. */
export function correctionsAfter(
  before: ClusterRecord['corrections'],
  corrected: readonly string[],
  now: number,
): ClusterRecord['corrections'] {
  const recent = Object.entries(before).filter(([, { at }]) => now - at < FORGET_MS);
  const counted = corrected.map((subject) => [subject, { count: (before[subject]?.count ?? 0) + 1, at: now }] as const);
  return Object.fromEntries([...recent, ...counted]);
}
