import { constants, type Stats } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';

/**
 * The door to the specs directory, so that a simulation can stand in for it. All paths are absolute.
 * Rejects like node:fs, with `code` on the error.
 */
export interface FileDoor {
  /** Everything in a directory but `.` and `..`; links are not followed. */
  readdir(path: string): Promise<readonly Entry[]>;
  /** Follows links. */
  stat(path: string): Promise<FileStat>;
  /** Where all links on the way lead in the end. */
  realpath(path: string): Promise<string>;
  /** Bytes and stat of one and the same file; bytes are null if it is no regular file or has more than `maxBytes`. */
  readFile(path: string, maxBytes: number): Promise<{ readonly stat: FileStat; readonly bytes: Uint8Array | null }>;
}

interface Entry {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
}

interface FileStat {
  readonly kind: 'file' | 'directory' | 'other';
  readonly size: number;
  /** Another text when it was replaced or changed: device, inode, size, times of change. */
  readonly stamp: string;
}

export const realFileDoor: FileDoor = {
  async readdir(path) {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.map((entry) => ({ name: entry.name, kind: entry.isSymbolicLink() ? 'link' : kindOf(entry) }));
  },
  stat: async (path) => statOf(await stat(path)),
  realpath,
  async readFile(path, maxBytes) {
    // Without O_NONBLOCK, opening a named pipe put in a file's place would wait for its writer for ever.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const seen = statOf(await file.stat());
      const readable = seen.kind === 'file' && seen.size <= maxBytes;
      return { stat: seen, bytes: readable ? await file.readFile() : null };
    } finally {
      await file.close();
    }
  },
};

const statOf = (s: Stats): FileStat => ({
  kind: kindOf(s),
  size: s.size,
  stamp: [s.dev, s.ino, s.size, s.mtimeMs, s.ctimeMs].join(':'),
});

function kindOf(of: { isFile(): boolean; isDirectory(): boolean }): 'file' | 'directory' | 'other' {
  if (of.isFile()) return 'file';
  return of.isDirectory() ? 'directory' : 'other';
}

/** `ENOENT`, `EACCES` …, or `unknown`. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return typeof code === 'string' ? code : 'unknown';
}
