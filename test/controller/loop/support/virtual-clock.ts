import type { Clock } from '../../../../src/base/clock.ts';

export interface VirtualClock extends Clock {
  /** Moves time on, waking sleepers in order, and lets each one's continuations run before the next wakes. */
  step(ms: number): Promise<void>;
  /** Sleepers that wait now: 0 at the end of a test, or something leaks. */
  sleepers(): number;
}

export function createVirtualClock(startMs = 1_700_000_000_000): VirtualClock {
  let elapsed = 0;
  const waiting = new Set<{ readonly at: number; readonly wake: () => void }>();
  return {
    now: () => startMs + elapsed,
    monotonic: () => elapsed,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const leave = (): void => {
          waiting.delete(sleeper);
          reject(signal?.reason);
        };
        const wake = (): void => {
          signal?.removeEventListener('abort', leave);
          resolve();
        };
        const sleeper = { at: elapsed + ms, wake };
        waiting.add(sleeper);
        signal?.addEventListener('abort', leave, { once: true });
      }),
    async step(ms) {
      const until = elapsed + ms;
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve));
        const [next] = [...waiting].filter((s) => s.at <= until).sort((a, b) => a.at - b.at);
        if (!next) break;
        waiting.delete(next);
        elapsed = Math.max(elapsed, next.at);
        next.wake();
      }
      elapsed = until;
    },
    sleepers: () => waiting.size,
  };
}
