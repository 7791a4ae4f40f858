import type { Clock } from '../../base/clock.ts';
import { describeError, type EventSink } from '../../base/events.ts';
import type { Random } from '../../base/random.ts';
import type { Lease, LeaseStore } from '../../providers/provider.ts';
import { isSameLease, type LeaseTimes, rest, withLimit } from './lease-times.ts';

export interface StandbyOptions {
  readonly store: LeaseStore;
  /** Who we are: new for each process. */
  readonly id: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly sink: EventSink;
  readonly times: LeaseTimes;
  /** The highest term on any record of this owner; 0: there is no record; null: it cannot be told. */
  readonly highestTerm: () => Promise<number | null>;
  readonly onStandby: (lease: Lease) => void;
}

export interface TakenLease {
  readonly lease: Lease;
  /** Monotonic time before it was written: others count from then on. */
  readonly since: number;
}

/** Looks until the lease is free and ours; null once `signal` is aborted. Outlives every trouble of the store. */
export async function waitForLease(options: StandbyOptions, signal: AbortSignal): Promise<TakenLease | null> {
  const { store, clock, random, sink, times, onStandby } = options;
  let watched: Watched | null = null;
  let isFirst = true;
  while (!signal.aborted) {
    let freeInMs = Number.POSITIVE_INFINITY;
    try {
      const lease = await withLimit(clock, times.callMs, (limit) => store.read(limit));
      if (!watched || !isSameLease(watched.lease, lease)) watched = await watch(lease, watched, isFirst, options);
      isFirst = false;
      if (watched) freeInMs = watched.since + watched.waitMs - clock.monotonic();
      if (freeInMs <= 0) {
        const taken = await take(lease, options);
        if (taken) return taken;
        watched = null;
      } else if (lease) onStandby(lease);
    } catch (error) {
      sink.emit('SKP404', { what: describeError(error) });
    }
    const look = times.lookMs * (1 + times.lookJitter * random.next());
    await rest(clock, freeInMs > 0 ? Math.min(look, freeInMs) : look, signal);
  }
  return null;
}

/** Before the id of who put it there. */
const NOBODY = 'nobody, says ';

interface Watched {
  readonly lease: Lease | null;
  /** When we first saw it so, monotonic. */
  readonly since: number;
  /** How long it must stay unchanged before it is free. */
  readonly waitMs: number;
}

async function watch(
  lease: Lease | null,
  before: Watched | null,
  isFirst: boolean,
  options: StandbyOptions,
): Promise<Watched | null> {
  const { id, clock, times, sink, highestTerm } = options;
  const since = clock.monotonic();
  if (lease) {
    if (lease.released || lease.holder === id) return { lease, since, waitMs: 0 };
    if (before?.lease?.holder !== lease.holder) sink.emit('SKP402', { holder: lease.holder, term: lease.term });
    return { lease, since, waitMs: times.leaseMs };
  }
  if (isFirst && (await highestTerm()) === 0) return { lease, since, waitMs: 0 };
  sink.emit('SKP417', { what: `for ${times.leaseMs / 1000} s` });
  return vacate(options);
}

/**
 * Somebody held a lease here. Who still runs, and cannot ask the store, breaks off a lease's time after its last renewal. So
 * one that nobody holds is put there, and runs out like any other: of nothing nobody knows whether it was nothing all along.
 */
async function vacate({ store, id, clock, times, highestTerm }: StandbyOptions): Promise<Watched | null> {
  const term = (await highestTerm()) ?? 0;
  const lease = { holder: `${NOBODY}${id}`, term, renewals: Math.floor(clock.monotonic()), released: false };
  const swapped = await withLimit(clock, times.callMs, (limit) => store.swap(null, lease, limit));
  // Else another's is there by now: look again.
  return swapped ? { lease, since: clock.monotonic(), waitMs: times.leaseMs } : null;
}

async function take(seen: Lease | null, options: StandbyOptions): Promise<TakenLease | null> {
  const { store, id, clock, times, highestTerm } = options;
  const term = Math.max(seen?.term ?? 0, (await highestTerm()) ?? 0) + 1;
  const since = clock.monotonic();
  // A store that was lost may give the same holder the same term again: that is another lease, and nobody who watched the
  // former may take it for that. One holder's own clock never stands twice at the same.
  const lease = { holder: id, term, renewals: Math.floor(since), released: false };
  const swapped = await withLimit(clock, times.callMs, (limit) => store.swap(seen, lease, limit));
  return swapped ? { lease, since } : null;
}
