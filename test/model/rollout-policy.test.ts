import { describe, expect, it } from 'vitest';
import { aDesired, type SpecWish } from '../support/builders.ts';

const policies = (wish: SpecWish) => Object.fromEntries(aDesired(wish).pools.map((p) => [p.name, p.rollout]));

describe('the rollout policy of a pool', () => {
  it("is the spec's, where the pool has no word of its own", () => {
    const workers = { web: { count: 4, rollout: { maxUnavailable: 1, canary: false, settle: '0s' } }, api: 4 };
    const rollout = { maxSurge: '50%', settle: '1m', drainTimeout: '5m', onDrainTimeout: 'Force' };
    const { web, api } = policies({ workers, spec: { rollout } });
    const own = { settleMs: 60_000, canary: true, drainTimeoutMs: 300_000, onDrainTimeout: 'Force' };
    expect(api).toEqual({ ...own, maxSurge: 2, maxUnavailable: 0 });
    expect(web).toEqual({ ...own, maxSurge: 2, maxUnavailable: 1, settleMs: 0, canary: false });
  });

  it.each<[string | number, string | number, number, number, number]>([
    // maxSurge, maxUnavailable, count → nodes
    [1, 0, 3, 1, 0],
    [2, 1, 3, 2, 1],
    ['25%', '25%', 10, 3, 2],
    ['10%', '100%', 3, 1, 3],
    ['0%', '10%', 3, 1, 0],
    [0, '50%', 1, 1, 0],
    [0, '50%', 2, 0, 1],
    [0, 1, 0, 0, 1],
  ])('with maxSurge %s and maxUnavailable %s of %i nodes is %i and %i', (surge, unavailable, count, more, fewer) => {
    const { web } = policies({
      workers: { web: count },
      spec: { rollout: { maxSurge: surge, maxUnavailable: unavailable } },
    });
    expect([web?.maxSurge, web?.maxUnavailable]).toEqual([more, fewer]);
  });

  it('lets managers surge by exactly one, whatever is declared', () => {
    const { managers } = policies({ managers: 5, spec: { rollout: { maxSurge: 3, maxUnavailable: '60%' } } });
    expect(managers).toMatchObject({ maxSurge: 1, maxUnavailable: 0 });
  });
});
