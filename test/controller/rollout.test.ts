import { describe, expect, it } from 'vitest';
import { createKeeper } from '../support/keeper.ts';

const MINUTE = 60_000;
const NEWER = { engine: { config: { debug: true } } };
type Keeper = ReturnType<typeof createKeeper>;

/** Every look at a cluster while it is kept: how many of each pool serve, and how its raft stands. */
async function roll(keeper: Keeper, limitMs = 60 * MINUTE) {
  const seen: { n: number; reachable: number; machines: Record<string, number>; ready: Record<string, number> }[] = [];
  const end = keeper.clock.now() + limitMs;
  for (;;) {
    const outcome = await keeper.pass();
    const { machines, swarm } = await keeper.world();
    const peers = swarm?.members.filter((m) => m.manager) ?? [];
    const pools = [...new Set(machines.map((m) => m.pool))];
    const serves = (id: string) =>
      swarm?.members.some((m) => m.hostname === id && m.state !== 'down' && m.availability !== 'drain');
    const count = (of: typeof machines) =>
      Object.fromEntries(pools.map((p) => [p, of.filter((m) => m.pool === p).length]));
    // During an election nobody answers.
    if (swarm)
      seen.push({
        n: peers.length,
        reachable: peers.filter((m) => m.manager?.reachability === 'reachable').length,
        machines: count(machines),
        ready: count(machines.filter((m) => serves(m.id))),
      });
    if (outcome.rest && !outcome.failed) return { rest: outcome.rest, seen, machines, swarm };
    if (keeper.clock.now() > end) throw new Error(`still ${keeper.status().status.because}`);
    await keeper.clock.step(outcome.nextMs ?? 1_000);
  }
}

async function living(wish: Parameters<Keeper['declare']>[0], seed = 1): Promise<Keeper> {
  const keeper = createKeeper(seed);
  keeper.declare(wish);
  await keeper.keep(10 * MINUTE);
  return keeper;
}

const most = (values: readonly number[]) => Math.max(...values);
const least = (values: readonly number[]) => Math.min(...values);

describe('a rollout', { timeout: 60_000 }, () => {
  it.each([
    [1, { web: 2 }],
    [3, { web: 3 }],
    [5, { web: 4, api: 2 }],
    [3, {}],
  ] as const)(
    'replaces every node of %i managers and %o, the quorum whole, the pools at strength',
    async (managers, workers) => {
      const keeper = await living({ managers, workers });
      const before = (await keeper.world()).machines.map((m) => m.id);
      keeper.declare({ managers, workers, spec: NEWER });
      const { rest, seen, machines, swarm } = await roll(keeper);
      expect(rest).toEqual({ ok: true, because: 'as declared' });
      expect(machines.filter((m) => before.includes(m.id))).toEqual([]);
      expect(swarm?.members).toHaveLength(machines.length);
      expect(most(seen.map((s) => s.n))).toBe(managers + 1);
      expect(least(seen.map((s) => s.n))).toBe(managers);
      for (const [pool, count] of Object.entries(workers)) {
        expect(most(seen.map((s) => s.machines[pool] ?? 0)), pool).toBe(count + 1);
        expect(least(seen.map((s) => s.ready[pool] ?? 0)), pool).toBe(count);
      }
    },
  );

  it('drains first where nodes may lack, and makes none above the count', async () => {
    const workers = { web: { count: 4, rollout: { maxSurge: 0, maxUnavailable: 2, canary: false } } };
    const keeper = await living({ managers: 1, workers });
    keeper.declare({ managers: 1, workers, spec: NEWER });
    const { rest, seen } = await roll(keeper);
    expect(rest.ok).toBe(true);
    expect(most(seen.map((s) => s.machines.web ?? 0))).toBe(4);
    expect(least(seen.map((s) => s.ready.web ?? 0))).toBe(2);
  });

  it('goes from 1 to 3 to 5 to 3 to 1 managers', async () => {
    const keeper = await living({ managers: 1 });
    for (const managers of [3, 5, 3, 1] as const) {
      keeper.declare({ managers });
      const { rest, swarm, machines } = await roll(keeper);
      expect(rest.ok).toBe(true);
      expect(machines).toHaveLength(managers);
      expect(swarm?.members.filter((m) => m.manager)).toHaveLength(managers);
    }
  });

  it('lets each replacement settle before the next', async () => {
    const keeper = await living({ managers: 1, workers: { web: 2 }, spec: { rollout: { settle: '2m' } } });
    const began = keeper.clock.now();
    keeper.declare({ managers: 1, workers: { web: 2 }, spec: { ...NEWER, rollout: { settle: '2m' } } });
    await roll(keeper);
    expect(keeper.clock.now() - began).toBeGreaterThan(4 * MINUTE);
  });

  it('goes back half-way when the old spec is declared again', async () => {
    const keeper = await living({ managers: 3, workers: { web: 4 } });
    const before = (await keeper.world()).machines.map((m) => m.id);
    keeper.declare({ managers: 3, workers: { web: 4 }, spec: NEWER });
    await expect(roll(keeper, MINUTE)).rejects.toThrow();
    keeper.declare({ managers: 3, workers: { web: 4 } });
    const { rest, machines } = await roll(keeper);
    expect(rest.ok).toBe(true);
    expect(machines.filter((m) => before.includes(m.id)).length).toBeGreaterThan(3);
  });

  it('moves each task once', async () => {
    const keeper = await living({ managers: 1, workers: { web: 3 } });
    await keeper.acts.deployService(keeper.cluster, { name: 'hello', replicas: 6 });
    await keeper.keep();
    keeper.declare({ managers: 1, workers: { web: 3 }, spec: NEWER });
    const { swarm } = await roll(keeper);
    const running = swarm?.tasks.filter((t) => t.state === 'running') ?? [];
    expect(running).toHaveLength(6);
    expect(swarm?.members.every((m) => m.availability === 'active' && m.labels['skep.intent'] === undefined)).toBe(
      true,
    );
  });

  it('demotes a worker that somebody promoted', async () => {
    const keeper = await living({ managers: 3, workers: { web: 1 } });
    const { swarm } = await keeper.world();
    const worker = swarm?.members.find((m) => m.role === 'worker');
    if (!swarm || !worker) throw new Error('no worker');
    const ref = { cluster: keeper.cluster, spec: keeper.declare({ managers: 3, workers: { web: 1 } }).spec };
    await keeper.provider.swarm.promote(ref, swarm.through, worker, new AbortController().signal);
    await keeper.clock.step(5_000);
    const after = await roll(keeper);
    expect(after.rest.ok).toBe(true);
    expect(after.swarm?.members.filter((m) => m.manager)).toHaveLength(3);
    expect(after.machines).toHaveLength(4);
  });
});
