import { type Counts, shortfalls } from './coverage.ts';
import type { Ran } from './run-schedule.ts';

export const noCounts = (): Counts => ({ schedules: 0, effects: 0, taken: 0, faults: {}, broken: [] });

export function addRan(counts: Counts, { story, broken, effects, taken }: Ran): void {
  const faults: Record<string, number> = {};
  for (const { what } of story.events) faults[what.kind] = (faults[what.kind] ?? 0) + 1;
  const first = broken.slice(0, 1).map(({ invariant, why }) => ({ seed: story.seed, invariant, why }));
  addCounts(counts, { schedules: 1, effects, taken, faults, broken: first });
}

export function addCounts(sum: Counts, more: Counts): void {
  for (const [kind, n] of Object.entries(more.faults)) sum.faults[kind] = (sum.faults[kind] ?? 0) + n;
  sum.schedules += more.schedules;
  sum.effects += more.effects;
  sum.taken += more.taken;
  sum.broken.push(...more.broken);
}

/** The counts as people read them. */
export function tellCounts(counts: Counts): string {
  return [
    `${counts.schedules} schedules, ${counts.broken.length} with an invariant broken`,
    `${counts.taken} times a lease was taken, ${counts.effects} effects were begun`,
    'Faults, by kind:',
    ...Object.entries(counts.faults).map(([kind, n]) => `${String(n).padStart(9)}  ${kind}`),
    ...shortfalls(counts).map((what) => `✗ too rarely met: ${what}`),
    ...counts.broken.slice(0, 50).map(({ seed, invariant, why }) => `✗ seed ${seed}: ${invariant}: ${why}`),
  ].join('\n');
}
