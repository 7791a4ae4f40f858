import type { Clock } from '../../base/clock.ts';
import { describeError, type EventSink } from '../../base/events.ts';
import type { ClusterName } from '../../model/ids.ts';
import type { Inbox } from '../store/inbox.ts';
import type { StatusStore } from '../store/status-files.ts';
import type { Knowledge } from './knowledge.ts';
import { rest } from './lease-times.ts';
import { createNudge } from './nudge.ts';
import type { Source } from './source.ts';
import type { WatchFiles } from './watch-files.ts';

/** An editor or a checkout makes several changes within this time; a pass begins within 150 ms of a change. */
const DEBOUNCE_MS = 50;
/** A directory that is gone is not watched, so it is looked for. */
const VANISHED_RELIST_MS = 1_000;

export interface LookingOptions {
  readonly knowledge: Knowledge;
  readonly source: Source;
  readonly watch: WatchFiles;
  readonly inbox: Inbox;
  readonly statuses: StatusStore;
  /** How often the specs directory is listed without a hint. */
  readonly relistMs: number;
  /** Until the records are listed again; asked each time. */
  readonly nextResyncMs: () => number;
  /** A record of a cluster that was not known turned up. */
  readonly onFound: (cluster: ClusterName) => void;
  /** After each look. */
  readonly onLooked: () => void;
  readonly clock: Clock;
  readonly sink: EventSink;
}

/** Keeps what is known fresh: the directory and the inbox at every hint and now and then, the records at each resync. */
export function createLooking({ knowledge, source, inbox, statuses, clock, ...options }: LookingOptions) {
  const changed = createNudge(clock);
  const files = options.watch(() => changed.nudge());

  async function look(signal: AbortSignal): Promise<void> {
    await knowledge.look(signal);
    if (signal.aborted) return;
    // What changed between the listing and the new watcher would go unseen: list once more.
    const box = inbox.directory === null ? [] : [inbox.directory];
    if (await files.set([...(await source.watchPaths()), ...box])) changed.nudge();
    options.onLooked();
  }

  return {
    look,
    async keepLooking(signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        const dueMs = knowledge.view()?.vanished ? VANISHED_RELIST_MS : options.relistMs;
        const isHinted = await changed.wait(Math.min(dueMs, knowledge.settlesInMs() ?? dueMs), signal);
        if (isHinted) await rest(clock, DEBOUNCE_MS, signal);
        if (!signal.aborted) await look(signal);
      }
    },
    async keepRecords(signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        await statuses
          .removeTombstones(clock.now())
          .catch((error) => options.sink.emit('SKP415', { what: `of deleted clusters: ${describeError(error)}` }));
        await rest(clock, options.nextResyncMs(), signal);
        if (signal.aborted) return;
        const before = knowledge.clusters();
        await knowledge.lookAtRecords(signal);
        for (const cluster of knowledge.clusters()) if (!before.has(cluster)) options.onFound(cluster);
        options.onLooked();
      }
    },
    close: () => files.close(),
  };
}
