import { describe, expect, it } from 'vitest';
import type { ServiceWish } from '../../src/providers/simulated/acts.ts';
import { createKeeper } from '../support/keeper.ts';

type Keeper = ReturnType<typeof createKeeper>;
type World = Awaited<ReturnType<Keeper['world']>>;

/** A manager and three workers, one of which is too many; `services` run on the workers. */
async function shrinking(...services: readonly ServiceWish[]): Promise<Keeper> {
  const keeper = createKeeper();
  keeper.declare({ workers: { web: 3 } });
  await keeper.keep();
  for (const service of services) {
    const constraints = ['node.labels.skep.pool==web', ...(service.constraints ?? [])];
    await keeper.acts.deployService(keeper.cluster, { ...service, constraints });
  }
  await keeper.clock.step(2_000);
  keeper.declare({ workers: { web: 2 } });
  return keeper;
}

/** Kept until it rests; every world on the way. */
async function watched(keeper: Keeper, limitMs = 120_000): Promise<readonly World[]> {
  const seen: World[] = [];
  const end = keeper.clock.now() + limitMs;
  for (;;) {
    const outcome = await keeper.pass();
    const world = await keeper.world();
    seen.push(world);
    if (outcome.rest && !outcome.failed) return seen;
    if (keeper.clock.now() > end) throw new Error(`still ${keeper.status().status.because}`);
    await keeper.clock.step(Math.min(outcome.nextMs ?? 1_000, 100));
  }
}

const running = ({ swarm }: World, name: string): number => {
  const id = swarm?.services.find((s) => s.name === name)?.id;
  return swarm?.tasks.filter((t) => t.serviceId === id && t.desired === 'running' && t.state === 'running').length ?? 0;
};
const drains = ({ swarm }: World): boolean => swarm?.members.some((m) => m.availability === 'drain') ?? false;

describe('a drain in a simulated world', { timeout: 30_000 }, () => {
  it('never dips a service that is moved start-first, and leaves nothing of it behind', async () => {
    const surge = { 'skep.drain': 'surge' };
    const keeper = await shrinking({ name: 'db', replicas: 6, labels: surge, updateOrder: 'start-first' });
    const seen = await watched(keeper);
    expect(Math.min(...seen.map((w) => running(w, 'db')))).toBe(6);
    expect(seen.at(-1)?.machines).toHaveLength(3);
    const { services = [] } = (await keeper.world()).swarm ?? {};
    expect(services).toMatchObject([{ constraints: ['node.labels.skep.pool==web'], labels: surge }]);
    expect(seen.some(drains)).toBe(true);
  });

  it('dips one without the label: Docker stops first', async () => {
    const keeper = await shrinking({ name: 'db', replicas: 6, updateOrder: 'start-first' });
    const seen = await watched(keeper);
    expect(Math.min(...seen.map((w) => running(w, 'db')))).toBeLessThan(6);
    expect(running(await keeper.world(), 'db')).toBe(6);
  });

  it('lets jobs end first, without new ones on the node, and then drains', async () => {
    const keeper = await shrinking({ name: 'sums', replicas: 6, job: true, jobMs: 20_000 });
    const seen = await watched(keeper);
    const first = seen.findIndex(drains);
    expect(running(seen[0] as World, 'sums')).toBe(0); // a job's tasks are wanted complete
    const tasks = (w: World | undefined) => w?.swarm?.tasks.filter((t) => t.state === 'running').length;
    expect(tasks(seen[0])).toBe(6);
    expect(tasks(seen[first])).toBe(0);
    expect(seen.at(-1)?.machines).toHaveLength(3);
  });

  it('holds what would run nowhere, and goes on when there is room', async () => {
    const keeper = await shrinking({ name: 'db', replicas: 3, maxReplicasPerNode: 1 });
    await keeper.keep();
    expect(keeper.status().status.holds).toMatchObject([{ reason: 'Unplaceable' }]);
    expect((await keeper.world()).machines).toHaveLength(4);
    await keeper.acts.deployService(keeper.cluster, { name: 'db', replicas: 2, maxReplicasPerNode: 1 });
    await keeper.keep();
    expect((await keeper.world()).machines).toHaveLength(3);
  });

  it('takes out the constraint when the count goes back up meanwhile', async () => {
    const keeper = await shrinking({ name: 'db', replicas: 6, labels: { 'skep.drain': 'surge' } });
    const isKeptOff = async () => {
      const { swarm } = await keeper.world();
      return swarm?.services.some((s) => s.labels['skep.drain.from'] !== undefined) ?? false;
    };
    while (!(await isKeptOff())) {
      await keeper.pass();
      await keeper.clock.step(50);
    }
    keeper.declare({ workers: { web: 3 } });
    await keeper.keep();
    expect(await isKeptOff()).toBe(false);
    expect((await keeper.world()).swarm?.members.map((m) => m.availability)).toEqual(Array(4).fill('active'));
  });
});

describe('rebalancing', { timeout: 30_000 }, () => {
  it('spreads services over the new nodes once a rollout has ended, if the spec says so', async () => {
    const spreadOf = async (rebalance: boolean): Promise<number> => {
      const keeper = createKeeper();
      const wish = { workers: { web: 3 } };
      const rollout = { rebalance, settle: '1s', maxSurge: 0, maxUnavailable: 1 };
      keeper.declare({ ...wish, spec: { rollout } });
      await keeper.keep();
      const constraints = ['node.labels.skep.pool==web'];
      await keeper.acts.deployService(keeper.cluster, { name: 'db', replicas: 9, constraints });
      await keeper.clock.step(2_000);
      keeper.declare({ ...wish, spec: { rollout, engine: { config: { debug: true } } } });
      await keeper.keep(3_600_000);
      const { swarm } = await keeper.world();
      const counts = swarm?.members
        .filter((m) => m.labels['skep.pool'] === 'web')
        .map((m) => swarm.tasks.filter((t) => t.nodeId === m.id && t.state === 'running').length);
      expect(counts?.reduce((sum, n) => sum + n)).toBe(9);
      return Math.max(...(counts ?? [])) - Math.min(...(counts ?? []));
    };
    expect(await spreadOf(false)).toBeGreaterThan(1);
    expect(await spreadOf(true)).toBeLessThanOrEqual(1);
  });
});
