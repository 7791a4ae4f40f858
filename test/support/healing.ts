import { expect } from 'vitest';
import type { MachineId } from '../../src/model/ids.ts';
import type { ClusterRecord } from '../../src/model/record.ts';
import type { SpecWish } from './builders.ts';
import { createKeeper } from './keeper.ts';

/** What tests of healing ask of a kept cluster in a simulated world. */

export type Keeper = ReturnType<typeof createKeeper>;

export async function aCluster(wish: SpecWish = { managers: 3, workers: { web: 2 } }): Promise<Keeper> {
  const keeper = createKeeper();
  keeper.declare(wish);
  await keeper.keep();
  return keeper;
}

export const namesOf = async (keeper: Keeper, pool?: string): Promise<readonly MachineId[]> =>
  (await keeper.world()).machines
    .filter((m) => pool === undefined || m.pool === pool)
    .map((m) => m.id)
    .sort();
export const one = async (keeper: Keeper, pool: string): Promise<MachineId> => {
  const [id] = await namesOf(keeper, pool);
  if (!id) throw new Error(`no machine in ${pool}`);
  return id;
};
/** Every step begun so far, in order. */
export const stepsOf = (keeper: Keeper): readonly string[] =>
  keeper.events.filter((e) => e.code === 'SKP302').map((e) => String(e.data?.what).split(' (')[0] ?? '');

/** As declared, with nothing left over: no Down member, no dead peer, no stopped machine. */
export async function expectWhole(keeper: Keeper, managers: number, workers: number): Promise<void> {
  const { machines, swarm } = await keeper.world();
  expect(keeper.status().status.because).toBe('everything is as declared.');
  expect(machines.map((m) => m.state)).toEqual(Array(managers + workers).fill('running'));
  expect(swarm?.members.map((m) => m.hostname).sort()).toEqual(machines.map((m) => m.id).sort());
  expect(swarm?.members.every((m) => m.state === 'ready' && m.availability === 'active')).toBe(true);
  expect(swarm?.members.filter((m) => m.manager?.reachability === 'reachable')).toHaveLength(managers);
  expect(keeper.worlds.read(keeper.cluster)?.swarms).toHaveLength(1);
  expect(keeper.worlds.read(keeper.cluster)?.swarms[0]?.peers).toHaveLength(managers);
}

export async function recordOf({ provider, cluster }: Keeper): Promise<ClusterRecord> {
  const read = await provider.records.read(cluster, new AbortController().signal);
  if (!read.ok || !read.value) throw new Error('no record');
  return read.value;
}

/** Passes for so long, whatever it rests in on the way; no oftener than every two seconds, which is faster to run. */
export async function keepFor(keeper: Keeper, ms: number): Promise<void> {
  const end = keeper.clock.now() + ms;
  while (keeper.clock.now() < end) {
    const { nextMs } = await keeper.pass();
    await keeper.clock.step(Math.max(2_000, Math.min(nextMs ?? 5_000, 5_000)));
  }
  await keeper.pass();
}

export const holdsOf = (keeper: Keeper): readonly string[] => keeper.status().status.holds.map((h) => h.reason);
export const removals = (keeper: Keeper): readonly string[] =>
  stepsOf(keeper).filter((s) => s.startsWith('remove machine'));
