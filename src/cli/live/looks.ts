import { type FSWatcher, watch } from 'node:fs';
import type { Clock } from '../../base/clock.ts';
import { type Fleet, readFleet } from '../files/status-files.ts';

export interface LooksOptions {
  readonly statusDir: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Our choice: soon enough to feel live where file hints do not come, e.g. on network file systems. */
const POLL_MS = 500;

/** The fleet, again and again until aborted: at once on a hint of the file system, else every half second. */
export async function* fleetLooks({ statusDir, clock, signal }: LooksOptions): AsyncGenerator<Fleet> {
  let wake = () => {};
  let isHinted = false;
  const watcher = watchQuietly(statusDir, () => {
    isHinted = true;
    wake();
  });
  try {
    while (!signal.aborted) {
      isHinted = false;
      yield await readFleet(statusDir);
      // What changed meanwhile may not have been read.
      if (isHinted) continue;
      const pause = new AbortController();
      wake = () => pause.abort();
      await clock.sleep(POLL_MS, AbortSignal.any([signal, pause.signal])).catch(() => {}); // woken or over: look
    }
  } finally {
    watcher?.close();
  }
}

/** Hints only: a directory that is not there yet, or cannot be watched, is polled. */
function watchQuietly(directory: string, onChange: () => void): FSWatcher | null {
  try {
    const watcher = watch(directory, onChange);
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return null;
  }
}
