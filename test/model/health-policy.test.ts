import { describe, expect, it } from 'vitest';
import { aDesired, type SpecWish } from '../support/builders.ts';

const policies = (wish: SpecWish) => Object.fromEntries(aDesired(wish).pools.map((p) => [p.name, p.health]));

describe('the health policy of a pool', () => {
  it("is the spec's, where the pool has no word of its own", () => {
    const workers = { web: { count: 2, health: { unhealthyAfter: '30m', replace: false } }, api: 2 };
    const { managers, web, api } = policies({ workers, spec: { health: { unhealthyAfter: '1m', startupRetries: 0 } } });
    const own = {
      startupTimeoutMs: 600_000,
      startupRetries: 0,
      unhealthyAfterMs: 60_000,
      maxUnhealthy: 1,
      replace: true,
      undoManualDrain: false,
    };
    expect(managers).toEqual(own);
    expect(api).toEqual(own);
    expect(web).toEqual({ ...own, unhealthyAfterMs: 1_800_000, replace: false });
  });

  it.each([
    ['20%', 3, 1],
    ['20%', 15, 3],
    ['20%', 16, 4],
    ['7%', 100, 7],
    ['1%', 0, 1],
    ['0%', 50, 0],
    ['100%', 4, 4],
    [0, 50, 0],
    [3, 50, 3],
  ])('lets %s of %i nodes look bad: %i', (maxUnhealthy, count, nodes) => {
    const { web } = policies({ workers: { web: count }, spec: { health: { maxUnhealthy } } });
    expect(web?.maxUnhealthy).toBe(nodes);
  });
});
