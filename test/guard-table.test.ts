import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { INVARIANTS } from '../src/simulation/invariants/all.ts';
import { GUARDS } from './support/guard-table.ts';

describe('the table of guards', () => {
  it.each(Object.keys(INVARIANTS))('has a row for %s', (rule) => {
    expect(GUARDS.some((row) => row.rule === rule)).toBe(true);
  });

  it.each(GUARDS)('$rule, $guard: its test is there', ({ file, test }) => {
    const titles = readFileSync(new URL(file, import.meta.url), 'utf8')
      .split('\n')
      .filter((line) => /^\s*(it|guard:|it\.each.*\)\()|^\s*['`]|\{ guard: /.test(line));
    expect(titles.filter((line) => line.includes(test))).not.toEqual([]);
  });
});
