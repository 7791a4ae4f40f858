import { setTimeout as delay } from 'node:timers/promises';

/** The one door through which time comes in. */
export interface Clock {
  /** Wall time, ms since the Unix epoch. For stamping; it may jump. */
  now(): number;
  /** Ms since an arbitrary start; never goes back. For measuring waits and leases. */
  monotonic(): number;
  /** Resolves after `ms`; rejects at once if `signal` is or becomes aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Why a sleep was cut short that nobody needs any more. One for all: an abort without a reason makes an error with a stack each time. */
export const NO_LONGER = new Error('no longer waited for');

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal ? { signal } : {});
  },
};
