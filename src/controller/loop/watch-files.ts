import { lstat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { describeError, type EventSink } from '../../base/events.ts';

/** Hints that something below some paths may have changed. Hints make it fast, the periodic listing makes it right. */
interface FileWatch {
  /** Watches these paths (not what is below their sub-directories) from now on. True: that was a change. */
  set(paths: readonly string[]): Promise<boolean>;
  close(): Promise<void>;
}

export type WatchFiles = (onHint: () => void) => FileWatch;

/** `..data` is the link that the kubelet swaps when a ConfigMap changes. */
const DATA_LINK = '..data';

/**
 * Links are watched themselves, not what they lead to: a swapped link is then seen, and the next listing names the
 * directories behind it. A watcher stays blind once its directory was removed, so a path whose inode changed is watched
 * anew, by a new watcher that stands before the old one goes.
 */
export function watchFiles(sink: EventSink): WatchFiles {
  return (onHint) => {
    let watcher: FSWatcher | null = null;
    let watched = '';
    let isClosed = false;

    async function open(paths: readonly string[]): Promise<FSWatcher> {
      const isWanted = new Set(paths);
      const next = watch([...paths], {
        depth: 0,
        followSymlinks: false,
        ignoreInitial: true,
        // The 100 ms it would wait to join an unlink and an add into one change.
        atomic: false,
        ignorePermissionErrors: true,
        ignored: (path) => !isWanted.has(path) && isHidden(path),
      });
      next.on('error', (error) => sink.emit('SKP110', { what: describeError(error) }));
      await new Promise<void>((resolve) => next.once('ready', resolve));
      next.on('all', onHint);
      // What the kernel says of the directory itself. chokidar's own events leave out a write that follows closely on
      // another change of that name, and now and then a swapped link.
      next.on('raw', (_, path) => {
        if (path && !isHidden(path)) onHint();
      });
      return next;
    }

    return {
      async set(paths) {
        const now = (await Promise.all(paths.map(inodeOf))).join('\n');
        if (isClosed || now === watched) return false;
        watched = now;
        const before = watcher;
        const next = await open(paths);
        await before?.close();
        if (isClosed) await next.close();
        else watcher = next;
        return true;
      },
      async close() {
        isClosed = true;
        await watcher?.close();
        watcher = null;
      },
    };
  };
}

function isHidden(path: string): boolean {
  const name = basename(path);
  return name.startsWith('.') && name !== DATA_LINK;
}

async function inodeOf(path: string): Promise<string> {
  const stat = await lstat(path).catch(() => null);
  return `${path}:${stat?.dev}:${stat?.ino}`;
}
