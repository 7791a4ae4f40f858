import type { Clock } from '../../base/clock.ts';
import { describeError, type EventSink } from '../../base/events.ts';
import type { Random } from '../../base/random.ts';
import { backoffMs } from './backoff.ts';
import type { Taken, WorkQueue } from './work-queue.ts';

/** How a pass ended. */
export interface Outcome {
  /** When this cluster wants to be looked at again; null: at the next resync. */
  readonly nextMs: number | null;
  /** True: back off, at least `nextMs` long if that is longer. */
  readonly failed: boolean;
  /** Null: it still moves. Else it rests: as wanted, or held or stalled, and why. For `--once`. */
  readonly rest: Rest | null;
}

/** How long until the next look, ms; null: until the next resync. `retryMs`: the back-off of a failed pass. */
export function delayOf({ nextMs, failed }: Outcome, retryMs: number): number | null {
  return failed ? Math.max(retryMs, nextMs ?? 0) : nextMs;
}

export interface Rest {
  readonly ok: boolean;
  readonly because: string;
}

export interface WorkersOptions<K extends string> {
  readonly count: number;
  readonly queue: WorkQueue<K>;
  /** One pass. May throw only when this program is wrong. `retryMs`: the back-off, should it fail. */
  readonly visit: (taken: Taken<K>, retryMs: number) => Promise<Outcome>;
  /** When the key is looked at again at the latest; null: it is no longer anybody's. */
  readonly resyncMs: (key: K) => number | null;
  readonly onOutcome: (key: K, outcome: Outcome) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly sink: EventSink;
}

/** Runs until `signal` aborts and the passes then under way have ended. Never rejects. */
export async function runWorkers<K extends string>(options: WorkersOptions<K>, signal: AbortSignal): Promise<void> {
  await Promise.all(Array.from({ length: options.count }, () => runWorker(options, signal)));
}

async function runWorker<K extends string>(options: WorkersOptions<K>, signal: AbortSignal): Promise<void> {
  const { queue } = options;
  for (;;) {
    const taken = await queue.take(signal);
    if (!taken) return;
    const retryMs = backoffMs(queue.failures(taken.key) + 1, options.random.next());
    const outcome = await visitSafely(taken, retryMs, options, signal);
    requeue(taken.key, outcome, retryMs, options);
    options.onOutcome(taken.key, outcome);
    queue.done(taken.key);
  }
}

async function visitSafely<K extends string>(
  taken: Taken<K>,
  retryMs: number,
  { visit, sink }: WorkersOptions<K>,
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    return await visit(taken, retryMs);
  } catch (error) {
    // A pass that is cut off at shutdown ends by throwing: that is no fault.
    if (signal.aborted) return { nextMs: null, failed: false, rest: null };
    const what = describeError(error);
    sink.emit('SKP409', { cluster: taken.key, what, stack: error instanceof Error ? error.stack : undefined });
    return { nextMs: null, failed: true, rest: { ok: false, because: `fault of this program: ${what}` } };
  }
}

function requeue<K extends string>(
  key: K,
  outcome: Outcome,
  retryMs: number,
  { queue, resyncMs }: WorkersOptions<K>,
): void {
  if (outcome.failed) {
    const delay = delayOf(outcome, retryMs) ?? retryMs;
    queue.fail(key, delay);
    queue.addAfter(key, delay, 'operation');
    return;
  }
  queue.forget(key);
  const resync = resyncMs(key);
  if (outcome.nextMs !== null && (resync === null || outcome.nextMs < resync)) {
    queue.addAfter(key, outcome.nextMs, 'operation');
  } else if (resync !== null) queue.addAfter(key, resync, 'resync');
}
