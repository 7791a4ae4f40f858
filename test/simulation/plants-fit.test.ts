import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { INVARIANTS } from '../../src/simulation/invariants/all.ts';
import { PLANTS } from './support/plants.ts';

const timesIn = (file: string, text: string): number =>
  readFileSync(new URL(`../../src/${file}.ts`, import.meta.url), 'utf8').split(text).length - 1;

describe('planted mistakes', () => {
  it('are twelve or more', () => expect(PLANTS.length).toBeGreaterThanOrEqual(12));

  it.each(PLANTS)('$name: its expression is still there, just once', ({ file, from, to, breaks }) => {
    expect(timesIn(file, from), `${from} in src/${file}.ts: change plants.json with it`).toBe(1);
    expect(to).not.toBe(from);
    expect(Object.keys(INVARIANTS)).toEqual(expect.arrayContaining([...breaks]));
  });
});
