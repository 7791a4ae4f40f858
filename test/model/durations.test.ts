import { describe, expect, it } from 'vitest';
import { type Durations, durationsAfter } from '../../src/model/durations.ts';

const startups = (...seen: number[]) =>
  durationsAfter(
    {},
    seen.map((ms) => ({ kind: 'startup', ms })),
  ).startup;

describe('what was seen to take time', () => {
  it('is absent until it was seen, and an average of what was', () => {
    expect(durationsAfter({}, [])).toEqual({});
    expect(startups(3_000)).toEqual({ ms: 3_000, count: 1 });
    expect(startups(3_000, 6_000, 9_000)).toEqual({ ms: 6_000, count: 3 });
  });

  it('follows what changes, however much was seen before', () => {
    const long = startups(...Array(200).fill(2_000), ...Array(30).fill(8_000));
    expect(long?.count).toBe(230);
    expect(long?.ms).toBeGreaterThan(7_500);
  });

  it('keeps kinds apart', () => {
    const before: Durations = { startup: { ms: 1, count: 1 } };
    expect(durationsAfter(before, [{ kind: 'drain', ms: 9 }])).toEqual({ ...before, drain: { ms: 9, count: 1 } });
  });
});
