import type { Located } from './locate.ts';
import { shorten } from './shorten.ts';

/** Names of keys and indexes of list items, from a document's root. */
export type Path = readonly (string | number)[];

/** The part at `path`; null when the document has none. */
export function partAt(root: Located, path: Path): Located | null {
  let part: Located | null = root;
  for (const step of path) {
    if (part === null) return null;
    part = (typeof step === 'number' ? part.items?.[step] : part.entries?.get(step)?.node) ?? null;
  }
  return part;
}

/** Offset of the value at `path`; of the innermost part around it when it is missing. */
export function offsetAt(root: Located, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const part = partAt(root, path.slice(0, length));
    if (part === null) continue;
    if (length === path.length) return part.at;
    return keyOffset(root, path.slice(0, length)) ?? part.at; // of what is missing the mapping's own key tells more
  }
  return root.at;
}

/** Offset of the key that `path` ends with. */
export function keyOffset(root: Located, path: Path): number | null {
  const name = path.at(-1);
  if (typeof name !== 'string') return null;
  return partAt(root, path.slice(0, -1))?.entries?.get(name)?.keyAt ?? null;
}

/** `spec.workers[0].count` */
export function pathText(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    const plain = /^[A-Za-z_][\w-]*$/.test(step) ? step : JSON.stringify(shorten(step));
    return text === '' ? plain : `${text}.${plain}`;
  }, '');
}
