import { describe, expect, it } from 'vitest';
import { PAIRS, shortfalls } from '../../src/simulation/coverage.ts';

/** Schedules, each of which met everything so many times in 100,000. */
const met = (schedules: number, per: { guard?: number; pair?: number; ready?: number } = {}) => ({
  schedules,
  guards: { Braked: ((per.guard ?? 100) * schedules) / 100_000, Paused: schedules },
  faults: Object.fromEntries(PAIRS.map((pair) => [pair, ((per.pair ?? 20) * schedules) / 100_000])),
  eligible: 100,
  ready: per.ready ?? 90,
});

describe('what a search has to have met', () => {
  it('each guard, each fault at each call, and enough that reached Ready', () => {
    expect(shortfalls(met(100_000))).toEqual([]);
    expect(shortfalls(met(100_000, { guard: 99 }))).toEqual(['Braked: 99, at least 100 needed']);
    expect(shortfalls(met(100_000, { pair: 19 }))).toHaveLength(PAIRS.length);
    expect(shortfalls(met(100_000, { ready: 89 }))).toEqual(['schedules that reached Ready: 89, at least 90 needed']);
  });

  it('fewer in a shorter search, and nothing can be said of a short one', () => {
    expect(shortfalls(met(2_000))).toEqual([]);
    expect(shortfalls(met(2_000, { guard: 50 }))).toEqual(['Braked: 1, at least 2 needed']);
    expect(shortfalls(met(1_999, { guard: 0 }))).toEqual([]);
  });

  it('each kind of call that changes something meets each fault, death on both sides too', () => {
    expect(PAIRS).toContain('twice × swarm.rebalance');
    expect(PAIRS).toContain('death after × infrastructure.destroy');
    expect(PAIRS).toContain('stale × swarm.observe');
  });
});
