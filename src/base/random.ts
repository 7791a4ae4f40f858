import { randomBytes } from 'node:crypto';

/** The one door through which randomness and identifiers come in. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** `length` characters of a–z and 0–9. */
  id(length: number): string;
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

function idFrom(next: () => number, length: number): string {
  return Array.from({ length }, () => ALPHABET[Math.floor(next() * ALPHABET.length)]).join('');
}

export const systemRandom: Random = {
  next: () => randomBytes(4).readUInt32BE() / 2 ** 32,
  id: (length) => idFrom(systemRandom.next, length),
};

/** The same sequence for the same seed (mulberry32, Tommy Ettinger, public domain). For tests and simulation. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return { next, id: (length) => idFrom(next, length) };
}
