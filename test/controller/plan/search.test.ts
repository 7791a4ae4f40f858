import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/controller/loop/workers.ts';
import { Crash, createChaos, watchInvariants } from '../../support/chaos.ts';
import { createKeeper } from '../../support/keeper.ts';

const GONE = {
  kind: 'absent',
  absence: { firstMissedAt: 1, settled: true, settlesAt: null, suspicion: null },
} as const;

const SEEDS = Number(process.env.SKEP_TEST_SEEDS ?? 20);
const STORIES = Array.from({ length: SEEDS }, (_, i) => i + 1);
const NAMES = ['web', 'api', 'batch'] as const;

/** One life under crashes, lost answers, refusals, stale and blind looks; then quiet, and everything has to come right. */
async function live(seed: number): Promise<void> {
  const chaos = createChaos(seed);
  const keeper = createKeeper(seed, chaos);
  const { broken, most } = watchInvariants(keeper.worlds, keeper.clock, keeper.cluster, chaos.blind);
  const managers = chaos.pick([1, 3] as const);
  let workers: Record<string, number> = {};

  async function pass(): Promise<Outcome | null> {
    try {
      return await keeper.pass();
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      await keeper.clock.settle();
      keeper.ports.term += 1;
      return null;
    }
  }
  /** Passes until it rests or time is over. */
  async function run(limitMs: number): Promise<Outcome | null> {
    const end = keeper.clock.now() + limitMs;
    while (keeper.clock.now() < end) {
      const outcome = await pass();
      if (outcome?.rest && !outcome.failed) return outcome;
      await keeper.clock.step(outcome === null ? 300 : Math.max(outcome.nextMs ?? 1_000, outcome.failed ? 1_000 : 0));
    }
    return null;
  }
  function declare(): void {
    workers = Object.fromEntries(NAMES.filter(() => chaos.chance(0.6)).map((name) => [name, chaos.pick([0, 1, 2, 3])]));
    for (const [name, count] of [...Object.entries(workers), ['managers', managers] as const])
      most.set(name, Math.max(most.get(name) ?? 0, count));
    keeper.declare({ managers, workers });
    chaos.changed();
  }

  chaos.set(true);
  for (let change = 0; change < 3; change++) {
    declare();
    await run(chaos.pick([500, 2_000, 8_000, 30_000]));
    if (change === 0) await keeper.acts.deployService(keeper.cluster, { name: 'hello', replicas: 3 });
  }
  const isDeleted = chaos.chance(0.3);
  if (isDeleted) {
    keeper.say(GONE);
    await run(3_000);
  }
  chaos.set(false);
  const last = await run(400_000);
  const { machines, swarm } = await keeper.world();
  expect(broken).toEqual([]);
  if (isDeleted) {
    expect(keeper.status().status.phase).toBe('Deleted');
    expect(keeper.worlds.list()).toEqual([]);
    return;
  }
  expect(last?.rest, keeper.status().status.because).toEqual({ ok: true, because: 'as declared' });
  const expected = [
    ...Object.entries(workers).flatMap(([name, n]) => Array<string>(n).fill(name)),
    ...Array<string>(managers).fill('managers'),
  ];
  expect(machines.map((m) => m.pool).sort()).toEqual(expected.sort());
  expect(swarm?.members.map((m) => m.hostname).sort()).toEqual(machines.map((m) => m.id).sort());
  expect(swarm?.members.every((m) => m.availability === 'active' && m.labels['skep.pool'])).toBe(true);
  expect(swarm?.members.filter((m) => m.manager !== null)).toHaveLength(managers);
}

describe('a cluster kept through crashes, lost answers, refusals, stale and blind looks', () => {
  it(`comes to what is declared, makes nothing twice, leaves nothing over, in ${SEEDS} lives`, {
    timeout: 60_000,
  }, async () => {
    for (const seed of STORIES) {
      try {
        await live(seed);
      } catch (error) {
        throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
      }
    }
  });
});
