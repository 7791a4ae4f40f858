import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import type { WorldBackend } from './world-backend.ts';

/**
 * How long a lock must be seen unchanged before its holder counts as dead, ms. Our choice: a holder needs a few
 * milliseconds, all of them synchronous. Judged by what this process sees, never by comparing clocks.
 */
const LOCK_STALE_MS = 2_000;
const LOCK_LOOK_MS = 20;
const SUFFIX = '.json';

/** Whose lock it was, and since when this process has seen that one (monotonic ms). */
interface SeenLock {
  readonly holder: string | null;
  readonly since: number;
}

/**
 * Worlds as files of `dir`, one a cluster, each replaced in one move. File calls are synchronous on purpose: a process
 * cannot get in its own way, and a fake clock need not wait for them.
 *
 * Two processes are kept apart by a lock file beside the world. Not promised: that no update is lost when a holder is
 * suspended for over 2 s between its last look at the lock and its write, or when two processes break the same dead
 * lock at the same moment; nor anything on file systems without exclusive creation.
 */
export function createWorldFiles(dir: string, clock: Clock, random: Random): WorldBackend {
  mkdirSync(dir, { recursive: true });
  const pathOf = (name: string) => join(dir, `${name}${SUFFIX}`);
  const lockOf = (name: string) => join(dir, `.${name}.lock`);

  /** Resolves when a lock that another process holds is worth another try. Breaks it when its holder seems dead. */
  async function waitForLock(name: string, token: string, seen: SeenLock, signal: AbortSignal): Promise<SeenLock> {
    const holder = readIfThere(lockOf(name));
    const isSame = holder === seen.holder;
    if (isSame && clock.monotonic() - seen.since >= LOCK_STALE_MS) breakLock(lockOf(name), holder, token);
    await clock.sleep(LOCK_LOOK_MS, signal);
    return isSame ? seen : { holder, since: clock.monotonic() };
  }

  return {
    list: () =>
      readdirSync(dir)
        .filter((file) => file.endsWith(SUFFIX) && !file.startsWith('.'))
        .map((file) => file.slice(0, -SUFFIX.length))
        .sort(),
    read: (name) => readIfThere(pathOf(name)),
    write(name, text, during) {
      if (text === null) {
        during();
        rmSync(pathOf(name), { force: true });
      } else replaceFile(pathOf(name), text, during);
    },
    async exclusively(name, signal, act) {
      const token = `${process.pid}-${random.id(12)}`;
      let seen: SeenLock = { holder: null, since: clock.monotonic() };
      while (!createExclusively(lockOf(name), token)) seen = await waitForLock(name, token, seen, signal);
      // From here to the end nothing waits, so no other call of this process ever finds the lock.
      try {
        return act(() => readIfThere(lockOf(name)) === token);
      } finally {
        if (readIfThere(lockOf(name)) === token) rmSync(lockOf(name), { force: true });
      }
    },
  };
}

/** A reader sees the old text or the new one; after a crash either, plus perhaps a temporary that nobody reads. */
function replaceFile(path: string, text: string, during: () => void): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(temporary, 'w', 0o644);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    during();
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function createExclusively(path: string, text: string): boolean {
  try {
    const file = openSync(path, 'wx', 0o644);
    writeSync(file, text);
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Moves a dead lock aside; if it was not the dead one after all, puts it back. */
function breakLock(path: string, dead: string | null, token: string): void {
  const aside = `${path}.${token}`;
  try {
    renameSync(path, aside);
    if (readIfThere(aside) !== dead) linkSync(aside, path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error;
  }
  rmSync(aside, { force: true });
}
