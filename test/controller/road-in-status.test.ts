import { describe, expect, it } from 'vitest';
import { createKeeper } from '../support/keeper.ts';

describe('the status of a cluster that is rolled', () => {
  it('shows the road with what each step costs, also while nothing is begun because it settles', async () => {
    const keeper = createKeeper(1, { withRoads: true });
    keeper.declare({ workers: { web: 2 } });
    await keeper.keep();
    await keeper.acts.deployService(keeper.cluster, { name: 'hello', replicas: 2 });
    await keeper.clock.step(60_000);
    await keeper.keep();
    keeper.declare({ workers: { web: 2 }, spec: { engine: { config: { debug: true } } } });
    const plans: NonNullable<ReturnType<typeof keeper.status>['status']['plan']>[] = [];
    for (let i = 0; i < 400 && plans.every((p) => p.nextBatch.length > 0); i++) {
      const { nextMs } = await keeper.pass();
      const { plan } = keeper.status().status;
      if (plan) plans.push(plan);
      await keeper.clock.step(Math.min(nextMs ?? 1_000, 1_000));
    }
    const settling = plans.at(-1);
    expect(settling).toMatchObject({ nextBatch: [], estimate: { basis: 'seen', isCut: false } });
    expect(settling?.road[0]?.waitMs).toBeGreaterThan(0);
    expect(settling?.road[0]?.waitMs).toBeLessThanOrEqual(30_000);
    expect(settling?.road.map((s) => s.kind)).toContain('promote');
    const costs = plans.flatMap((p) => p.road).filter((s) => s.blinks?.length);
    expect(costs[0]).toMatchObject({ kind: 'set-node', blinks: ['hello'], marginAfter: 0 });
  });
});
