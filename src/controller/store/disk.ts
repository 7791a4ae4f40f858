import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { removeTemporaries, writeAtomic } from './write-atomic.ts';

/**
 * The door to the directories that the controller writes, so that a simulation can stand in for it. All paths are
 * absolute. Rejects like node:fs, with `code` on the error.
 */
export interface Disk {
  /** With what is missing above it. */
  mkdir(path: string): Promise<void>;
  /** Names. */
  readdir(path: string): Promise<readonly string[]>;
  readText(path: string): Promise<string>;
  /** In bytes. */
  size(path: string): Promise<number>;
  /** A reader sees the old text or the new one. */
  write(path: string, text: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Removing what is not there succeeds. */
  remove(path: string): Promise<void>;
  /** Removes what a killed writer left in a directory. Only for the one who alone writes there. */
  tidy(directory: string): Promise<void>;
}

export const realDisk: Disk = {
  mkdir: async (path) => void (await mkdir(path, { recursive: true })),
  readdir: (path) => readdir(path),
  readText: (path) => readFile(path, 'utf8'),
  size: async (path) => (await stat(path)).size,
  write: writeAtomic,
  rename: (from, to) => rename(from, to),
  remove: (path) => rm(path, { force: true }),
  tidy: removeTemporaries,
};
