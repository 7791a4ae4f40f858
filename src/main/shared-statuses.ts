import { basename, join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { mapLimit } from '../base/concurrency.ts';
import { describeError, type EventSink } from '../base/events.ts';
import { realDisk } from '../controller/store/disk.ts';
import { createStatusFiles, type StatusStore } from '../controller/store/status-files.ts';
import type { TableFiles } from '../providers/aws/table/files.ts';

export interface SharedStatuses extends StatusStore {
  /** Brings the directory up to what the table holds, at most every 5 s. For whoever stands by. Never rejects. */
  follow(): Promise<void>;
}

/** As often as the controller says that it lives: what a standby's directory says is at most two beats old. */
const FOLLOW_MS = 5_000;
const FOLDER = 'status';
const HEARTBEAT = '_controller.json';
const AT_ONCE = 16;
const IS_STATUS = /^[a-z0-9_].*\.json$/;

/**
 * Statuses in a directory, and in a table for the other hosts. The table is written first: a status that is in the
 * directory was written to both, so it is not written again while nothing changes. Each write carries the term: one that an
 * earlier holder of the lease sends late is refused.
 */
export function createSharedStatuses(
  directory: string,
  files: TableFiles,
  clock: Clock,
  sink: EventSink,
): SharedStatuses {
  /** The last under which we led; before that, below every one. */
  let term = 0;
  const statuses = createStatusFiles(directory, {
    ...realDisk,
    async write(path, text) {
      await files.write(FOLDER, basename(path), text, term);
      await realDisk.write(path, text);
    },
    async remove(path) {
      await files.remove(FOLDER, basename(path), term);
      await realDisk.remove(path);
    },
  });
  let following: Promise<void> = Promise.resolve();
  let followedAt = Number.NEGATIVE_INFINITY;

  /** Answers what the table held, by file name. */
  async function bring(): Promise<ReadonlyMap<string, string>> {
    const shared = await files.all(FOLDER);
    await realDisk.mkdir(directory);
    const names = (await realDisk.readdir(directory)).filter((name) => IS_STATUS.test(name));
    const local = new Map<string, string>();
    for (const name of names) local.set(name, await realDisk.readText(join(directory, name)));
    // A table that holds none is a new one: what this host knows goes there.
    if (shared.size === 0) for (const [name, text] of local) await files.write(FOLDER, name, text, term);
    else for (const name of names) if (!shared.has(name)) await realDisk.remove(join(directory, name));
    for (const [name, text] of shared) {
      if (local.get(name) !== text) await realDisk.write(join(directory, name), text);
    }
    return shared;
  }

  /** From now on the table refuses what an earlier holder sends. The heartbeat is written anew in any case. */
  async function claim(shared: ReadonlyMap<string, string>): Promise<void> {
    const quiet = [...shared].filter(([name]) => name !== HEARTBEAT);
    await mapLimit(quiet, AT_ONCE, ([name, text]) => files.write(FOLDER, name, text, term));
  }

  return {
    ...statuses,
    async prepare(ours) {
      term = ours;
      await following;
      await statuses.prepare(ours);
      await claim(await bring());
    },
    async follow() {
      if (clock.monotonic() - followedAt < FOLLOW_MS) return;
      followedAt = clock.monotonic();
      following = following
        .then(async () => void (await bring()))
        .catch((error) => sink.emit('SKP415', { what: `as the table has it: ${describeError(error)}` }));
      await following;
    },
  };
}
