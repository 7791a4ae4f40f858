import { join } from 'node:path';
import { mapLimit } from '../../base/concurrency.ts';
import { MAX_FILE_BYTES } from '../../model/cluster-spec/text.ts';
import { codeOf, type FileDoor } from './file-door.ts';

/** What one walk over the specs directory found. Paths of files and troubles are relative to it, with `/`. */
export type Walk =
  | { readonly kind: 'vanished' }
  | {
      readonly kind: 'tree';
      readonly root: string;
      readonly files: readonly WalkedFile[];
      /** Path → why it could not be read. */
      readonly troubles: ReadonlyMap<string, string>;
      /** Real paths of all directories walked. */
      readonly directories: readonly string[];
      /** True: nothing that was read had changed by the end of the walk. */
      readonly steady: boolean;
    };

export interface WalkedFile {
  readonly path: string;
  readonly size: number;
  /** As the door's. */
  readonly stamp: string;
  /** Null: larger than `MAX_FILE_BYTES`, or known already, and so not read. */
  readonly bytes: Uint8Array | null;
}

/** Directories below directories; more is somebody's mistake (a tree linked into itself has ended before). */
const MAX_DEPTH = 32;
/** A tree of more files is not a directory of specs. */
const MAX_FILES = 10_000;
/** Node reads four at a time; the rest waits there and not for its turn in a loop that is busy with passes. */
const AT_ONCE = 64;

/**
 * Reads every `*.yaml` and `*.yml` below `directory`, links followed, names that begin with a dot left out. A file or
 * directory reached by two ways counts once. At the end everything is looked at again: a link that points elsewhere,
 * a directory or file that was changed or replaced makes the walk unsteady. Of such a file half may have been read: it is
 * no file but a trouble.
 * @param isKnown whether the content of the file at a path (relative) is known when it has this stamp: then it is not read
 */
export async function walkTree(
  door: FileDoor,
  directory: string,
  isKnown: (path: string, stamp: string) => boolean = () => false,
): Promise<Walk> {
  /** By real path. */
  const files = new Map<string, WalkedFile>();
  const troubles = new Map<string, string>();
  const directories = new Set<string>();
  const checks: { readonly same: () => Promise<boolean> }[] = [];
  let steady = true;

  const remember = (path: string, ask: (path: string) => Promise<string>, seen: string): void => {
    checks.push({ same: async () => (await ask(path).catch(() => '')) === seen });
  };
  const stampOf = async (path: string): Promise<string> => (await door.stat(path)).stamp;

  function trouble(path: string, error: unknown): void {
    const code = codeOf(error);
    // Gone between two looks, or a link made before its target: worth another walk.
    if (code === 'ENOENT' || code === 'ENOTDIR') steady = false;
    troubles.set(path, `cannot be read (${code})`);
  }

  async function enter(path: string, real: string, depth: number): Promise<void> {
    if (directories.has(real)) return;
    directories.add(real);
    if (depth > MAX_DEPTH) return void troubles.set(path, `too deep (allowed: ${MAX_DEPTH} directories)`);
    remember(real, stampOf, await stampOf(real));
    const entries = [...(await door.readdir(real))].filter(({ name }) => !name.startsWith('.'));
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    const found = await mapLimit(entries, AT_ONCE, async ({ name, kind }) => {
      const below = path === '' ? name : `${path}/${name}`;
      const looked = await look(below, join(real, name), kind).catch((error) => trouble(below, error));
      return { below, looked };
    });
    for (const { below, looked } of found) {
      if (looked?.is === 'directory') {
        await enter(below, looked.real, depth + 1).catch((error) => trouble(below, error));
      } else if (looked && !files.has(looked.real)) files.set(looked.real, { ...looked.file, path: below });
    }
  }

  async function look(path: string, at: string, kind: string) {
    const isSpec = /\.ya?ml$/.test(path);
    if (kind === 'directory') return { is: 'directory', real: at } as const;
    if (kind !== 'link' && !isSpec) return null;
    const real = kind === 'link' ? await door.realpath(at) : at;
    if (kind === 'link') {
      remember(at, door.realpath, real);
      if ((await door.stat(real)).kind === 'directory') return { is: 'directory', real } as const;
      if (!isSpec) return null;
    }
    const before = await door.stat(real);
    const { stat, bytes } = isKnown(path, before.stamp)
      ? { stat: before, bytes: null }
      : await door.readFile(real, MAX_FILE_BYTES);
    if (stat.kind !== 'file') return void troubles.set(path, 'is no regular file');
    return { is: 'file', real, file: { size: stat.size, bytes, stamp: stat.stamp } } as const;
  }

  let root: string;
  try {
    root = await door.realpath(directory);
    remember(directory, door.realpath, root);
    if ((await door.stat(root)).kind !== 'directory') return { kind: 'vanished' };
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return { kind: 'vanished' };
    return {
      kind: 'tree',
      root: directory,
      files: [],
      troubles: new Map([['.', `cannot be read (${codeOf(error)})`]]),
      directories: [],
      steady,
    };
  }
  await enter('', root, 0).catch((error) => trouble('.', error));
  if (files.size > MAX_FILES) troubles.set('.', `${files.size} files (allowed: ${MAX_FILES})`);
  const same = await mapLimit(checks, AT_ONCE, (check) => check.same());
  await mapLimit([...files], AT_ONCE, async ([real, { path, stamp }]) => {
    if ((await stampOf(real).catch(() => '')) === stamp) return;
    steady = false;
    files.delete(real);
    troubles.set(path, 'kept changing while it was read');
  });
  return {
    kind: 'tree',
    root,
    files: [...files.values()],
    troubles,
    directories: [...directories],
    steady: steady && same.every(Boolean),
  };
}
