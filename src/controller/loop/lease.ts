import { describeError } from '../../base/events.ts';
import { type StandbyOptions, type TakenLease, waitForLease } from './lease-standby.ts';
import { rest, withLimit } from './lease-times.ts';

/** What a holder of the lease works under. */
export interface Leadership {
  readonly term: number;
  /** Aborted: begin no further effect. The lease was lost, or the end was asked for. */
  readonly signal: AbortSignal;
  /** Aborted when the lease was lost and another may begin from now on: break off what is still under way. */
  readonly over: AbortSignal;
  /** Ask right before each effect: also sees what the signal cannot yet, e.g. that this process was suspended. */
  mayBegin(): boolean;
  /** Lets the lease go so that a higher term may be taken. */
  stepDown(why: string): void;
}

export interface LeaderOptions extends StandbyOptions {
  /** False: the lease was removed or replaced, as far as that can be told at once. */
  readonly isInPlace: () => boolean;
  /** What to do with the lease. Resolves when it is done for good, or soon after the signal of its leadership aborts. */
  readonly onLeading: (leadership: Leadership) => Promise<void>;
}

/**
 * Stands by, leads, stands by again, until `onLeading` is done by itself or `signal` aborts. Never two of them hold
 * `mayBegin` at once. The lease is held until the work has ended, and then released, so that the next begins at once.
 */
export async function runLeader(options: LeaderOptions, signal: AbortSignal): Promise<void> {
  for (;;) {
    const taken = await waitForLease(options, signal);
    if (!taken) return;
    options.sink.emit('SKP401', { term: taken.lease.term });
    const isDone = await lead(options, taken, signal);
    if (isDone || signal.aborted) return;
  }
}

/** True when the work was done by itself. */
async function lead(options: LeaderOptions, taken: TakenLease, signal: AbortSignal): Promise<boolean> {
  const { store, id, clock, sink, times, isInPlace, onLeading } = options;
  const { term } = taken.lease;
  const leading = new AbortController();
  const over = new AbortController();
  const ended = new AbortController();
  let current = taken.lease;
  let renewedAt = taken.since;
  let isLost = false;
  let isInDoubt = false;

  /** @param graceMs what effects under way still get, at most: then another may begin */
  function lose(what: string, graceMs = times.leaseMs - times.giveUpMs): void {
    if (isLost) return;
    isLost = true;
    sink.emit('SKP403', { term, what });
    leading.abort();
    // Less, and nothing after a suspension, counted from the renewal that others saw last.
    const restMs = Math.min(graceMs, renewedAt + times.leaseMs - clock.monotonic());
    if (restMs <= 0) over.abort();
    else void rest(clock, restMs, ended.signal).then(() => over.abort());
  }
  const leftMs = (): number => renewedAt + times.giveUpMs - clock.monotonic();
  function mayBegin(): boolean {
    if (!isInPlace()) lose('the lease file was removed or replaced');
    else if (leftMs() <= 0) lose(`not renewed for ${times.giveUpMs / 1000} s`);
    return !leading.signal.aborted && !isInDoubt;
  }

  async function renew(): Promise<void> {
    const begunAt = clock.monotonic();
    const limitMs = Math.max(1, Math.min(times.callMs, leftMs()));
    const swap = (): Promise<boolean> => {
      const next = { ...current, renewals: current.renewals + 1 };
      return withLimit(clock, limitMs, async (limit) => {
        const swapped = await store.swap(current, next, limit);
        if (swapped) current = next;
        return swapped;
      });
    };
    isInDoubt = !(await swap());
    if (!isInDoubt) renewedAt = begunAt;
    else if (await adopt()) isInDoubt = false;
    else lose('another took it, or it was removed or replaced', 0);
  }

  /** A renewal that got no answer may have been written all the same: then the lease is ours, further on. */
  async function adopt(): Promise<boolean> {
    const stored = await withLimit(clock, times.callMs, (limit) => store.read(limit));
    if (stored?.holder !== id || stored.term !== term) return false;
    current = stored;
    return true;
  }

  const stop = (): void => leading.abort();
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  const stepDown = (why: string): void => {
    if (leading.signal.aborted) return;
    sink.emit('SKP406', { term, what: why });
    leading.abort();
  };
  const work = onLeading({ term, signal: leading.signal, over: over.signal, mayBegin, stepDown })
    .then(() => !leading.signal.aborted)
    .catch(async (error) => {
      sink.emit('SKP412', { what: describeError(error), stack: error instanceof Error ? error.stack : undefined });
      leading.abort();
      await rest(clock, times.lookMs, signal);
      return false;
    })
    .finally(() => ended.abort());

  while (!ended.signal.aborted && !isLost) {
    await rest(clock, Math.min(times.renewMs, leftMs()), ended.signal);
    if (ended.signal.aborted) break;
    if (leftMs() <= 0 || !isInPlace()) mayBegin();
    else await renew().catch((error) => sink.emit('SKP404', { term, what: describeError(error) }));
  }
  const isDone = await work;
  signal.removeEventListener('abort', stop);
  if (!isLost) await release();
  return isDone;

  async function release(): Promise<void> {
    const next = { ...current, renewals: current.renewals + 1, released: true };
    const swapped = await withLimit(clock, times.callMs, (limit) => store.swap(current, next, limit)).catch(
      () => false,
    );
    if (swapped) sink.emit('SKP405', { term });
    else sink.emit('SKP404', { term, what: 'could not be released: the next waits until it runs out' });
  }
}
