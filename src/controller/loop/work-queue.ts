import { type Clock, NO_LONGER } from '../../base/clock.ts';
import { createAlarmHeap } from './alarm-heap.ts';
import { createFifoSet, type FifoSet } from './fifo-set.ts';

/** A changed spec (or an operator's word) before an operation under way before a routine look. */
export const PRIORITIES = ['spec', 'operation', 'resync'] as const;
export type Priority = (typeof PRIORITIES)[number];

export interface Taken<K> {
  readonly key: K;
  readonly priority: Priority;
}

/**
 * Keys that need a visit. The key says nothing of what happened: whoever takes it looks.
 * No key is out twice at once; wishes for one key coalesce to the highest priority and the earliest time.
 */
export interface WorkQueue<K extends string> {
  add(key: K, priority: Priority): void;
  addAfter(key: K, ms: number, priority: Priority): void;
  /** The next key, first come first served within a priority; null once `signal` is aborted. Call `done` after it. */
  take(signal: AbortSignal): Promise<Taken<K> | null>;
  /** Ends the visit; a wish made during it becomes the next one. */
  done(key: K): void;
  /** Counts a failed visit and keeps all wishes but `spec` away for `delayMs`, however many hints arrive. */
  fail(key: K, delayMs: number): void;
  /** The key is well: no failures, nothing kept away. A `spec` wish does this too: it may well be the cure. */
  forget(key: K): void;
  /** Consecutive failed visits. */
  failures(key: K): number;
  /** Keys that wait for a worker now, and keys that are out. */
  depth(): { readonly waiting: number; readonly out: number };
}

interface Wish {
  /** Monotonic, ms. */
  readonly at: number;
  readonly priority: Priority;
}

/** Once `signal` aborts, its timer is gone and nothing is taken any more. */
export function createWorkQueue<K extends string>(clock: Clock, signal: AbortSignal): WorkQueue<K> {
  const ready: Readonly<Record<Priority, FifoSet<K>>> = {
    spec: createFifoSet(),
    operation: createFifoSet(),
    resync: createFifoSet(),
  };
  /** Wishes that are not due, and wishes for keys that are out. */
  const later = new Map<K, Wish>();
  /** When to look at which of them; one that was wished for earlier since, or is out, says nothing any more. */
  const alarms = createAlarmHeap<K>();
  const out = new Set<K>();
  const troubles = new Map<K, { readonly failures: number; readonly notBefore: number }>();
  const takers = new Set<(taken: Taken<K> | null) => void>();
  let alarm: { readonly at: number; readonly cancel: AbortController } | null = null;

  function wish(key: K, ms: number, priority: Priority): void {
    if (signal.aborted) return;
    if (priority === 'spec') troubles.delete(key);
    const waits = PRIORITIES.find((p) => ready[p].has(key));
    if (waits) {
      if (isHigher(priority, waits)) {
        ready[waits].delete(key);
        ready[priority].add(key);
      }
      return;
    }
    const at = Math.max(clock.monotonic() + ms, troubles.get(key)?.notBefore ?? 0);
    const before = later.get(key);
    const next = before ? merge(before, { at, priority }) : { at, priority };
    later.set(key, next);
    if (next.at !== before?.at || next.at <= clock.monotonic()) promote(key);
  }

  /** Makes a key ready if it may be, else sees to it that it is looked at again in time. */
  function promote(key: K): void {
    const due = later.get(key);
    if (!due || out.has(key)) return;
    if (due.at > clock.monotonic()) {
      alarms.push({ at: due.at, key });
      setAlarm(due.at);
    } else {
      later.delete(key);
      ready[due.priority].add(key);
      serve();
    }
  }

  function serve(): void {
    for (const taker of takers) {
      const taken = next();
      if (!taken) return;
      takers.delete(taker);
      taker(taken);
    }
  }

  function next(): Taken<K> | null {
    for (const priority of PRIORITIES) {
      const key = ready[priority].shift();
      if (key === undefined) continue;
      out.add(key);
      return { key, priority };
    }
    return null;
  }

  function setAlarm(at: number): void {
    if (signal.aborted || (alarm && alarm.at <= at)) return;
    alarm?.cancel.abort(NO_LONGER);
    const cancel = new AbortController();
    alarm = { at, cancel };
    void clock.sleep(Math.max(0, at - clock.monotonic()), cancel.signal).then(ring, () => {});
  }

  function ring(): void {
    alarm = null;
    const now = clock.monotonic();
    let first = alarms.first();
    while (first && (first.at <= now || later.get(first.key)?.at !== first.at)) {
      alarms.shift();
      if (later.get(first.key)?.at === first.at) promote(first.key);
      first = alarms.first();
    }
    if (first) setAlarm(first.at);
  }

  const stop = (): void => {
    alarm?.cancel.abort(NO_LONGER);
    for (const taker of takers) taker(null);
    takers.clear();
  };
  if (!signal.aborted) signal.addEventListener('abort', stop, { once: true });

  return {
    add: (key, priority) => wish(key, 0, priority),
    addAfter: wish,
    take(stopTaking) {
      if (signal.aborted || stopTaking.aborted) return Promise.resolve(null);
      const taken = next();
      if (taken) return Promise.resolve(taken);
      return new Promise((resolve) => {
        const leave = (): void => taker(null);
        const taker = (given: Taken<K> | null): void => {
          takers.delete(taker);
          stopTaking.removeEventListener('abort', leave);
          resolve(given);
        };
        takers.add(taker);
        stopTaking.addEventListener('abort', leave, { once: true });
      });
    },
    done(key) {
      out.delete(key);
      promote(key);
    },
    fail(key, delayMs) {
      const failures = (troubles.get(key)?.failures ?? 0) + 1;
      const notBefore = clock.monotonic() + delayMs;
      troubles.set(key, { failures, notBefore });
      const kept = later.get(key);
      if (!kept || kept.priority === 'spec' || kept.at >= notBefore) return;
      later.set(key, { ...kept, at: notBefore });
      promote(key);
    },
    forget: (key) => void troubles.delete(key),
    failures: (key) => troubles.get(key)?.failures ?? 0,
    depth: () => ({ waiting: PRIORITIES.reduce((sum, p) => sum + ready[p].size, 0), out: out.size }),
  };
}

const isHigher = (a: Priority, b: Priority): boolean => PRIORITIES.indexOf(a) < PRIORITIES.indexOf(b);

const merge = (a: Wish, b: Wish): Wish => ({
  at: Math.min(a.at, b.at),
  priority: isHigher(a.priority, b.priority) ? a.priority : b.priority,
});
