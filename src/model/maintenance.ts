import { startsOf } from './cluster-spec/cron.ts';

/** `spec.maintenance`: when healthy nodes may be taken away. */
export interface Maintenance {
  /** IANA name. */
  readonly timeZone: string;
  /** None: always. */
  readonly windows: readonly Window[];
}

interface Window {
  /** When it opens, as cron writes it. */
  readonly start: string;
  /** How long it stays open: elapsed time, whatever the clock on the wall does meanwhile. */
  readonly durationMs: number;
}

export interface WindowState {
  readonly open: boolean;
  /** When that may next be otherwise, ms since the epoch: no sooner. Null: never. */
  readonly changesAt: number | null;
}

/** How many windows that touch each other are followed to the end of the last; then it is looked at again there. */
const MAX_FOLLOWED = 10;
/** The last answer: a road asks at every batch of the same moment, and each window takes nearly 1 ms. */
const answered = new WeakMap<Maintenance, { readonly now: number; readonly state: WindowState }>();

/**
 * Whether a window is open. One that begins in the hour that spring skips opens when the clock has jumped; one that begins
 * in the hour that comes twice in autumn opens the first time only, unless its cron names every hour.
 */
export function windowAt(maintenance: Maintenance, now: number): WindowState {
  const known = answered.get(maintenance);
  if (known?.now === now) return known.state;
  const state = stateAt(maintenance, now);
  answered.set(maintenance, { now, state });
  return state;
}

function stateAt({ timeZone, windows }: Maintenance, now: number): WindowState {
  if (windows.length === 0) return { open: true, changesAt: null };
  const runs = windows.map(({ start, durationMs }) => ({ starts: startsOf(start, timeZone), durationMs }));
  /** When the last of the windows ends that began by `at`. */
  const endOf = (at: number): number =>
    Math.max(...runs.map(({ starts, durationMs }) => (starts.last(at) ?? Number.NEGATIVE_INFINITY) + durationMs));
  let end = endOf(now);
  if (end <= now) {
    const next = runs.flatMap(({ starts }) => starts.next(now) ?? []);
    return { open: false, changesAt: next.length === 0 ? null : Math.min(...next) };
  }
  for (let i = 0; i < MAX_FOLLOWED; i++) {
    const later = endOf(end);
    if (later <= end) break;
    end = later;
  }
  return { open: true, changesAt: end };
}
