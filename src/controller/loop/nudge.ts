import { type Clock, NO_LONGER } from '../../base/clock.ts';

/** A wait that can be ended early. A nudge while nobody waits ends the next wait. */
export interface Nudge {
  nudge(): void;
  /** Resolves after `ms`, at a nudge or when `signal` aborts. True: it was nudged. */
  wait(ms: number, signal: AbortSignal): Promise<boolean>;
}

export function createNudge(clock: Clock): Nudge {
  let isNudged = false;
  let wake: (() => void) | null = null;
  return {
    nudge() {
      isNudged = true;
      wake?.();
    },
    async wait(ms, signal) {
      if (!isNudged && !signal.aborted) {
        const early = new AbortController();
        wake = () => early.abort(NO_LONGER);
        signal.addEventListener('abort', wake, { once: true });
        await clock.sleep(Math.max(0, ms), early.signal).catch(() => {});
        signal.removeEventListener('abort', wake);
        wake = null;
      }
      const was = isNudged;
      isNudged = false;
      return was;
    },
  };
}
