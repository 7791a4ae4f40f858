import type { FileDoor } from '../../controller/loop/file-door.ts';
import type { Disk } from '../../controller/store/disk.ts';

/** A file system in memory: directories, files, links. Paths are absolute. */
export interface FileTree {
  readonly door: FileDoor;
  readonly disk: Disk;
  /** With what is missing above it. */
  put(path: string, text: string): void;
  /** Makes or swaps a link in one move. */
  link(path: string, to: string): void;
  /** With all that is below. Removing what is not there does nothing. */
  drop(path: string): void;
  /** In one move, with all that is below. */
  move(from: string, to: string): void;
  /** Nobody may read these and what is below. */
  readonly denied: Set<string>;
  text(path: string): string | null;
}

type Entry =
  | { readonly kind: 'file'; readonly text: string; readonly bytes: Uint8Array; readonly stamp: string }
  | { readonly kind: 'directory'; stamp: string }
  | { readonly kind: 'link'; readonly to: string; readonly stamp: string };

const encoder = new TextEncoder();

export function createFileTree(): FileTree {
  const entries = new Map<string, Entry>([['/', { kind: 'directory', stamp: '0' }]]);
  const denied = new Set<string>();
  let changes = 0;

  const stamp = (): string => String(++changes);
  const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';

  function trouble(code: string, path: string): Error {
    return Object.assign(new Error(`${code}: ${path}`), { code });
  }
  /** Where all links on the way lead. `isOwner`: nothing is denied to whoever keeps the files. */
  function real(path: string, isOwner = false): string {
    let at = '';
    for (const part of path.split('/').filter(Boolean)) {
      at = `${at}/${part}`;
      if (!isOwner && denied.has(at)) throw trouble('EACCES', path);
      const entry = entries.get(at);
      if (entry?.kind === 'link') at = real(entry.to, isOwner);
    }
    return at || '/';
  }
  function find(path: string): Entry & { kind: 'file' | 'directory' } {
    const entry = entries.get(real(path));
    if (!entry || entry.kind === 'link') throw trouble('ENOENT', path);
    return entry;
  }
  function touch(directory: string): void {
    const entry = entries.get(directory);
    if (entry?.kind === 'directory') entry.stamp = stamp();
  }
  function mkdir(path: string): void {
    if (path === '/' || entries.get(path)?.kind === 'directory') return;
    mkdir(parentOf(path));
    entries.set(path, { kind: 'directory', stamp: stamp() });
    touch(parentOf(path));
  }
  function set(path: string, entry: Entry): void {
    entries.set(path, entry);
    touch(parentOf(path));
  }
  function put(path: string, text: string): void {
    const at = `${real(parentOf(path), true)}/${path.slice(path.lastIndexOf('/') + 1)}`.replace('//', '/');
    mkdir(parentOf(at));
    set(at, { kind: 'file', text, bytes: encoder.encode(text), stamp: stamp() });
  }
  function below(path: string): string[] {
    return [...entries.keys()].filter((key) => key === path || key.startsWith(`${path}/`));
  }
  function drop(path: string): void {
    for (const key of below(path)) entries.delete(key);
    touch(parentOf(path));
  }
  function move(from: string, to: string): void {
    drop(to);
    for (const key of below(from)) {
      entries.set(to + key.slice(from.length), entries.get(key) as Entry);
      entries.delete(key);
    }
    touch(parentOf(from));
    touch(parentOf(to));
  }
  function list(path: string): string[] {
    if (find(path).kind !== 'directory') throw trouble('ENOTDIR', path);
    const at = real(path);
    return [...entries.keys()].filter((key) => key !== '/' && parentOf(key) === at).sort();
  }
  function readFile(path: string): Entry & { kind: 'file' } {
    const entry = find(path);
    if (entry.kind !== 'file') throw trouble('EISDIR', path);
    return entry;
  }
  const statOf = (entry: Entry & { kind: 'file' | 'directory' }) => ({
    kind: entry.kind,
    size: entry.kind === 'file' ? entry.bytes.length : 0,
    stamp: entry.stamp,
  });

  return {
    denied,
    put,
    link: (path, to) => set(path, { kind: 'link', to, stamp: stamp() }),
    drop,
    move,
    text(path) {
      const entry = entries.get(path);
      return entry?.kind === 'file' ? entry.text : null;
    },
    door: {
      async readdir(path) {
        const name = (key: string): string => key.slice(key.lastIndexOf('/') + 1);
        return list(path).map((key) => ({ name: name(key), kind: entries.get(key)?.kind ?? 'other' }));
      },
      stat: async (path) => statOf(find(path)),
      async realpath(path) {
        const at = real(path);
        if (!entries.has(at)) throw trouble('ENOENT', path);
        return at;
      },
      async readFile(path, maxBytes) {
        const entry = find(path);
        const bytes = entry.kind === 'file' && entry.bytes.length <= maxBytes ? entry.bytes : null;
        return { stat: statOf(entry), bytes };
      },
    },
    disk: {
      mkdir: async (path) => mkdir(path),
      readdir: async (path) => list(path).map((key) => key.slice(key.lastIndexOf('/') + 1)),
      readText: async (path) => readFile(path).text,
      size: async (path) => readFile(path).bytes.length,
      async write(path, text) {
        if (find(parentOf(path)).kind === 'directory') put(path, text);
      },
      async rename(from, to) {
        readFile(from);
        move(from, to);
      },
      remove: async (path) => drop(path),
      tidy: async () => {},
    },
  };
}
