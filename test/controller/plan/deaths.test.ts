import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/controller/loop/workers.ts';
import type { MachineId } from '../../../src/model/ids.ts';
import { Crash, createChaos, watchInvariants } from '../../support/chaos.ts';
import { hasQuorum } from '../../support/invariants.ts';
import { createKeeper } from '../../support/keeper.ts';

const SEEDS = Number(process.env.SKEP_TEST_SEEDS ?? 10);
const STORIES = Array.from({ length: SEEDS }, (_, i) => i + 1);
const MINUTE = 60_000;
/** Where a cluster may rest that lost too much: each says so and what releases it. */
const LOST = ['QuorumLost', 'SwarmUnreachable'];

/** One life in which machines stop, freeze, are cut off and vanish, under crashes and lies; then those that can come back. */
async function live(seed: number): Promise<void> {
  const chaos = createChaos(seed);
  const keeper = createKeeper(seed, chaos);
  const { acts, cluster, clock } = keeper;
  const { broken, most } = watchInvariants(keeper.worlds, clock, cluster, chaos.blind);
  const managers = chaos.pick([1, 3, 3, 5] as const);
  const workers = { web: chaos.pick([1, 3, 5]), api: chaos.pick([0, 2]) };
  for (const [name, count] of [...Object.entries(workers), ['managers', managers] as const]) most.set(name, count);
  const sick = new Map<MachineId, 'frozen' | 'cut off'>();

  async function pass(): Promise<Outcome | null> {
    try {
      return await keeper.pass();
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      await clock.settle();
      keeper.ports.term += 1;
      return null;
    }
  }
  async function run(limitMs: number): Promise<Outcome | null> {
    const end = clock.now() + limitMs;
    while (clock.now() < end) {
      const outcome = await pass();
      const isHeld = outcome?.rest && !outcome.rest.ok && outcome.nextMs !== null;
      if (outcome?.rest && !outcome.failed && !isHeld) return outcome;
      await clock.step(outcome === null ? 300 : Math.max(outcome.nextMs ?? 1_000, outcome.failed ? 1_000 : 0));
    }
    return pass();
  }
  async function befall(): Promise<void> {
    const world = keeper.worlds.read(cluster);
    const machine = chaos.pick(world?.machines.filter((m) => m.state === 'running' && !sick.has(m.id)) ?? []);
    if (!machine) return;
    const { id } = machine;
    const kind = chaos.pick([
      'all stop',
      'kill',
      'kill',
      'kill',
      'remove',
      'remove',
      'freeze',
      'freeze',
      'cut off',
      'cut off',
    ]);
    if (kind === 'all stop') await acts.stopAll(cluster);
    if (kind === 'kill') await acts.killMachine(cluster, id);
    if (kind === 'remove') await acts.removeMachine(cluster, id);
    if (kind === 'freeze') {
      await acts.freeze(cluster, id);
      sick.set(id, 'frozen');
    }
    if (kind === 'cut off') {
      await acts.cutOff(cluster, id);
      sick.set(id, 'cut off');
    }
  }
  async function recover(): Promise<void> {
    for (const [id, how] of sick) await (how === 'frozen' ? acts.thaw(cluster, id) : acts.heal(cluster, id));
    sick.clear();
  }

  keeper.declare({ managers, workers, spec: { health: { unhealthyAfter: '1m', startupTimeout: '3m' } } });
  await run(MINUTE);
  await acts.deployService(cluster, { name: 'hello', replicas: 4 });
  chaos.set(true);
  for (let blow = 0; blow < 4; blow++) {
    await befall();
    await run(chaos.pick([500, 5_000, 20_000, 90_000]));
    if (chaos.chance(0.3)) await recover();
  }
  chaos.set(false);
  if (chaos.chance(0.5)) await recover();
  await run(20 * MINUTE);
  await recover();
  await run(20 * MINUTE);
  expect(broken).toEqual([]);
  const { status } = keeper.status();
  const world = keeper.worlds.read(cluster);
  if (!world) throw new Error('no world');
  expect(world.swarms.length).toBeLessThanOrEqual(1);
  if (world.swarms.length === 0 || !hasQuorum(world)) {
    expect(LOST, status.because).toContain(status.holds[0]?.reason);
    return;
  }
  expect(status.because).toBe('everything is as declared.');
  const expected = [
    ...Object.entries(workers).flatMap(([name, n]) => Array<string>(n).fill(name)),
    ...Array<string>(managers).fill('managers'),
  ];
  const { machines, swarm } = await keeper.world();
  expect(machines.map((m) => m.pool).sort()).toEqual(expected.sort());
  expect(swarm?.members.map((m) => m.hostname).sort()).toEqual(machines.map((m) => m.id).sort());
  expect(swarm?.members.every((m) => m.state === 'ready' && m.availability === 'active')).toBe(true);
  expect(world.swarms[0]?.peers.filter((p) => p.reachable)).toHaveLength(managers);
}

describe('a cluster whose machines stop, freeze, vanish and are cut off, under crashes, lost answers and stale looks', () => {
  it(`comes back as declared, or rests in a hold that says what was lost, in ${SEEDS} lives`, {
    timeout: SEEDS * 4_000,
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
