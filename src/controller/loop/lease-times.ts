import { type Clock, NO_LONGER } from '../../base/clock.ts';
import type { Lease } from '../../providers/provider.ts';

/** All in ms, all on the monotonic clock. */
export interface LeaseTimes {
  /** A lease that was not seen to change for so long is free. */
  readonly leaseMs: number;
  readonly renewMs: number;
  /** A holder that could not renew for so long begins no further effect; the rest of `leaseMs` lets effects end. */
  readonly giveUpMs: number;
  /** How often a standby looks, spread by up to `lookJitter` of it upwards. */
  readonly lookMs: number;
  readonly lookJitter: number;
  /** What one call to the store may take. */
  readonly callMs: number;
}

/**
 * A standby sees the last renewal at most 2.4 s late and takes over when it has not changed for 12 s: within 14.4 s of a
 * crash, 17 s with slow calls. client-go's defaults are 15 s, 10 s and 2 s.
 */
export const LEASE_TIMES: LeaseTimes = {
  leaseMs: 12_000,
  renewMs: 2_000,
  giveUpMs: 8_000,
  lookMs: 2_000,
  lookJitter: 0.2,
  callMs: 1_500,
};

export function isSameLease(a: Lease | null, b: Lease | null): boolean {
  if (!a || !b) return a === b;
  return a.holder === b.holder && a.term === b.term && a.renewals === b.renewals && a.released === b.released;
}

/** What `call` gives, or a rejection after `ms`; the call's signal is aborted then. */
export async function withLimit<T>(clock: Clock, ms: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const over = new AbortController();
  const answered = new AbortController();
  const limit = clock.sleep(ms, answered.signal).then((): never => {
    over.abort();
    throw new Error(`no answer within ${ms} ms`);
  });
  try {
    return await Promise.race([call(over.signal), limit]);
  } finally {
    answered.abort(NO_LONGER);
  }
}

/** Sleeps; an abort ends it early and is no error. */
export async function rest(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  await clock.sleep(Math.max(0, ms), signal).catch(() => {});
}
