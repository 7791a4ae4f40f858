import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { mapLimit } from '../../base/concurrency.ts';
import { describeError } from '../../base/events.ts';
import type { ParsedFile } from '../../model/cluster-spec/parse.ts';
import { MAX_FILE_BYTES, tooLarge } from '../../model/cluster-spec/text.ts';
import type { FileDoor } from './file-door.ts';
import type { Age, AgeOf } from './git-age.ts';
import { type Checkout, readCheckout } from './git-commit.ts';
import { foldListing, type ListedFile, type SourceView } from './source-view.ts';
import { type Walk, type WalkedFile, walkTree } from './walk-tree.ts';

export interface Parser {
  /** Rejects only when the parser itself broke. */
  parse(path: string, content: Uint8Array): Promise<ParsedFile>;
}

export interface Source {
  /** Reads the whole directory. Never rejects for what it finds there. */
  list(): Promise<SourceView>;
  /** What to watch so that a change of what was listed last gives a hint: links on the way, directories walked. */
  watchPaths(): Promise<readonly string[]>;
  /** How `commit` stands to `other` in the history of what was listed last. Never rejects. */
  ageOf(commit: string, other: string): Promise<Age>;
}

export interface SourceOptions {
  /** Absolute. */
  readonly directory: string;
  readonly door: FileDoor;
  readonly parser: Parser;
  readonly ageOf: AgeOf;
  readonly clock: Clock;
}

/** A swap takes a moment; a directory that is still changing after so many looks is listed as incomplete. */
const TRIES = 4;
/** A checkout of a large repository takes longer: some 2 s. */
const LOCKED_TRIES = 120;
const BETWEEN_TRIES_MS = 15;
const PARSED_AT_ONCE = 4;

/** Files of nobody knows which commit: none is believed. */
const LOCKED = {
  files: [],
  troubles: new Map([['.', 'git has its index locked (.git/index.lock): it is at work there, or was killed']]),
  steady: false,
} satisfies Partial<Walk>;

/** What a file said. */
interface Known {
  /** Of its content. */
  readonly hash: string;
  readonly parsed: ParsedFile;
  readonly stamp: string;
  /** How many listings in a row read it under this stamp. */
  readonly times: number;
}

/**
 * A file that was read twice under one stamp need not be read again. Not once: it may have been written again within the
 * same tick of the file system's clock (some milliseconds), right after it was read.
 */
const isSettled = (known: Known | undefined, stamp: string): boolean =>
  known !== undefined && known.stamp === stamp && known.times >= 2;

export function createSource({ directory, door, parser, ageOf, clock }: SourceOptions): Source {
  /** By path. Only files of the last listing are kept. */
  let cache = new Map<string, Known>();
  let directories: readonly string[] = [];
  let checkout: Checkout | null = null;

  async function list(): Promise<SourceView> {
    const begun = { listedAt: clock.now(), listedMono: clock.monotonic() };
    const walk = await walkInPeace();
    if (walk.kind === 'vanished') {
      directories = [];
      return foldListing({ ...begun, files: [], troubles: new Map(), steady: false, vanished: true, commit: null });
    }
    directories = walk.directories;
    const { files, troubles } = await parseAll(walk.files);
    return foldListing({
      ...begun,
      files,
      troubles: new Map([...walk.troubles, ...troubles]),
      steady: walk.steady,
      vanished: false,
      commit: checkout?.commit ?? null,
    });
  }

  async function walkInPeace(): Promise<Walk> {
    for (let tries = 1; ; tries += 1) {
      const walk = await walkTree(door, directory, (path, stamp) => isSettled(cache.get(path), stamp));
      if (walk.kind === 'vanished') return walk;
      checkout = await readCheckout(door, walk.root);
      const isLocked = checkout?.isLocked === true;
      if (walk.steady && !isLocked) return walk;
      if (tries >= (isLocked ? LOCKED_TRIES : TRIES)) return isLocked ? { ...walk, ...LOCKED } : walk;
      await clock.sleep(BETWEEN_TRIES_MS);
    }
  }

  async function parseAll(walked: readonly WalkedFile[]) {
    const next: typeof cache = new Map();
    const troubles = new Map<string, string>();
    const files = await mapLimit(walked, PARSED_AT_ONCE, async ({ path, size, stamp, bytes }): Promise<ListedFile> => {
      const known = cache.get(path);
      if (known && isSettled(known, stamp)) {
        next.set(path, known);
        return { path, parsed: known.parsed };
      }
      if (!bytes || size > MAX_FILE_BYTES)
        return { path, parsed: { documents: [], complaints: [tooLarge(path, size)] } };
      const hash = createHash('sha256').update(bytes).digest('hex');
      if (known?.hash === hash) {
        next.set(path, { ...known, stamp, times: known.stamp === stamp ? known.times + 1 : 1 });
        return { path, parsed: known.parsed };
      }
      try {
        const parsed = await parser.parse(path, bytes);
        next.set(path, { hash, parsed, stamp, times: 1 });
        return { path, parsed };
      } catch (error) {
        troubles.set(path, `cannot be parsed (${describeError(error)})`);
        return { path, parsed: { documents: [], complaints: [] } };
      }
    });
    cache = next;
    return { files, troubles };
  }

  async function watchPaths(): Promise<readonly string[]> {
    const links: string[] = [];
    for (let at = directory; at !== dirname(at); at = dirname(at)) {
      const real = await door.realpath(at).catch(() => null);
      if (real !== at) links.push(at);
    }
    return [...new Set([directory, ...links, ...directories])].sort();
  }

  return {
    list,
    watchPaths,
    ageOf: async (commit, other) =>
      checkout ? ageOf(checkout.gitDir, commit, other) : { kind: 'unknown', because: 'there is no git work tree' },
  };
}
