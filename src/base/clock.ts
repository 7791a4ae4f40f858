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

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal ? { signal } : {});
  },
};
