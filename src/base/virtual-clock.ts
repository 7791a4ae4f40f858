import type { Clock } from './clock.ts';

/** Time that stands still until it is moved. The same moves give the same order of events. */
export interface VirtualClock extends Clock {
  /** Moves time on by `ms`, waking sleepers in order, each one's continuations before the next wakes. */
  step(ms: number): Promise<void>;
  /** Moves time to the next sleeper and wakes it. False when nobody sleeps: nothing will happen by itself. */
  next(): Promise<boolean>;
  /** Goes from sleeper to sleeper until `check` is true. Throws when nobody sleeps or `limitMs` of virtual time are over. */
  until(check: () => boolean | Promise<boolean>, limitMs: number): Promise<void>;
  /** Lets continuations that are under way finish, at the present time. */
  settle(): Promise<void>;
  /** How many sleep. */
  sleepers(): number;
}

interface Sleeper {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
}

/**
 * @param startMs wall time at which it begins, ms since the epoch
 * @param settle resolves when all that is under way has come to wait for time: one turn of the event loop drains all
 *   microtasks; whoever has real files or programs behind the clock has to wait for those too
 */
export function createVirtualClock(startMs: number, settle: () => Promise<void> = nextTurn): VirtualClock {
  let elapsed = 0;
  let order = 0;
  /** Sorted; the soonest last. */
  const sleepers: Sleeper[] = [];

  function add(sleeper: Sleeper): void {
    let low = 0;
    let high = sleepers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = sleepers[middle] as Sleeper;
      const isLater = other.at > sleeper.at || (other.at === sleeper.at && other.order > sleeper.order);
      if (isLater) low = middle + 1;
      else high = middle;
    }
    sleepers.splice(low, 0, sleeper);
  }

  function remove(sleeper: Sleeper): void {
    const index = sleepers.indexOf(sleeper);
    if (index >= 0) sleepers.splice(index, 1);
  }

  async function wakeNext(until: number): Promise<boolean> {
    await settle();
    const next = sleepers.at(-1);
    if (!next || next.at > until) return false;
    sleepers.pop();
    elapsed = Math.max(elapsed, next.at);
    next.wake();
    return true;
  }

  return {
    now: () => startMs + elapsed,
    monotonic: () => elapsed,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const onAbort = () => {
          remove(sleeper);
          reject(signal?.reason);
        };
        const wake = () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        };
        const sleeper: Sleeper = { at: elapsed + Math.max(0, ms), order: order++, wake };
        signal?.addEventListener('abort', onAbort, { once: true });
        add(sleeper);
      }),
    async step(ms) {
      const until = elapsed + ms;
      while (await wakeNext(until));
      elapsed = until;
    },
    async next() {
      const woke = await wakeNext(Number.POSITIVE_INFINITY);
      await settle();
      return woke;
    },
    async until(check, limitMs) {
      const limit = elapsed + limitMs;
      await settle();
      while (!(await check())) {
        if (!(await wakeNext(limit))) throw new Error(`not so within ${limitMs} ms; ${sleepers.length} still sleep`);
        await settle();
      }
    },
    settle,
    sleepers: () => sleepers.length,
  };
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
