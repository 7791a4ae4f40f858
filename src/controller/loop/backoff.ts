/** Below the resync period (60 s), so that a hold whose cause is gone is seen within one resync (safety.md L1). */
export const BACKOFF_CAP_MS = 50_000;

/**
 * Delay before visiting a failing cluster again.
 *
 * Doubles from 1 s up to `capMs`, then is spread by ±20 % so that clusters which failed together do not return
 * together. client-go's per-item default runs from 5 ms to 1000 s; our passes are slower, and a person waits for them.
 *
 * @param failures consecutive failed visits, 1 or more
 * @param random   in [0, 1), from the caller so that tests choose it
 * @returns milliseconds, at most 1.2 × `capMs`
 */
export function backoffMs(failures: number, random: number, capMs: number = BACKOFF_CAP_MS): number {
  const base = Math.min(1_000 * 2 ** Math.min(failures - 1, 30), capMs);
  return Math.round(spread(base, 0.2, random));
}

/** `ms` spread evenly over ±`share` of it. */
export function spread(ms: number, share: number, random: number): number {
  return ms * (1 - share + 2 * share * random);
}
