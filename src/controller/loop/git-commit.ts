import { dirname, join, resolve } from 'node:path';
import type { FileDoor } from './file-door.ts';

/** SHA-1 or SHA-256, in full. */
export const HASH = /^[0-9a-f]{40}([0-9a-f]{24})?$/;
/** A mirror with 100,000 packed refs has about 7 MB of them. */
const MAX_BYTES = 16 * 1024 * 1024;

/** The git work tree in which a directory lies. */
export interface Checkout {
  /** Of this work tree alone, where it is a linked one. */
  readonly gitDir: string;
  /** Null: HEAD cannot be told. */
  readonly commit: string | null;
  /**
   * git has its index locked, as it does while it changes files; HEAD follows after that, so nobody can tell which commit
   * the files are of. A git that was killed leaves the lock behind, and then no git goes on there before somebody removes it.
   */
  readonly isLocked: boolean;
}

/**
 * What is checked out where `directory` lies, or null: no git work tree. Reads git's files (HEAD, loose and packed refs,
 * linked work trees); needs no git program. `directory` is a real path.
 */
export async function readCheckout(door: FileDoor, directory: string): Promise<Checkout | null> {
  const gitDir = await findGitDir(door, directory);
  if (!gitDir) return null;
  const lock = await door.stat(join(gitDir, 'index.lock')).catch(() => null);
  return { gitDir, commit: await readCommit(door, gitDir), isLocked: lock !== null };
}

async function readCommit(door: FileDoor, gitDir: string): Promise<string | null> {
  const head = await readText(door, join(gitDir, 'HEAD'));
  const ref = head?.match(/^ref: (refs\/\S+)$/)?.[1];
  if (!ref) return hashOrNull(head);
  const common = await readText(door, join(gitDir, 'commondir'));
  for (const place of new Set([gitDir, common ? resolve(gitDir, common) : gitDir])) {
    const loose = hashOrNull(await readText(door, join(place, ref)));
    if (loose) return loose;
    const packed = await readText(door, join(place, 'packed-refs'));
    const line = packed?.split('\n').find((candidate) => candidate.endsWith(` ${ref}`));
    const hash = hashOrNull(line?.split(' ')[0] ?? null);
    if (hash) return hash;
  }
  return null;
}

/** The nearest `.git` upwards: a directory, or a file that says `gitdir: …` (linked work tree, submodule, git-sync). */
async function findGitDir(door: FileDoor, start: string): Promise<string | null> {
  for (let at = start; ; at = dirname(at)) {
    const candidate = join(at, '.git');
    const stat = await door.stat(candidate).catch(() => null);
    if (stat?.kind === 'directory') return candidate;
    if (stat?.kind === 'file') {
      const target = (await readText(door, candidate))?.match(/^gitdir: (.+)$/)?.[1];
      return target ? resolve(at, target) : null;
    }
    if (at === dirname(at)) return null;
  }
}

async function readText(door: FileDoor, path: string): Promise<string | null> {
  try {
    const { bytes } = await door.readFile(path, MAX_BYTES);
    return bytes ? new TextDecoder().decode(bytes).trim() : null;
  } catch {
    return null;
  }
}

const hashOrNull = (text: string | null): string | null => (text && HASH.test(text) ? text : null);
