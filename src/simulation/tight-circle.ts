import type { Entry } from './trace.ts';

/** Entries within `WITHIN_MS` of virtual time. The most that was seen in a schedule that ends is a third of it. */
const MOST = 1_500;
const WITHIN_MS = 5_000;

/** The same is done again and again, and hardly any time passes. S12 tells of what; to go on would show nothing more. */
export const isCircling = (entries: readonly Entry[], now: number): boolean =>
  now - (entries.at(-MOST)?.at ?? Number.NEGATIVE_INFINITY) < WITHIN_MS;
