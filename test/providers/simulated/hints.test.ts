import { describe, expect, it } from 'vitest';
import type { MachineId } from '../../../src/model/ids.ts';
import { createSimulatedProvider } from '../../../src/providers/simulated/provider.ts';
import { must, wish } from '../../conformance/subject.ts';
import { aRecord } from '../../support/builders.ts';
import { aWorld, found, signal } from './a-world.ts';

function listen(world: ReturnType<typeof aWorld>, provider = world.provider) {
  const at: number[] = [];
  const stop = new AbortController();
  const begun = world.clock.now();
  provider.infrastructure.hints(() => at.push(world.clock.now() - begun), stop.signal);
  return { at, stop };
}

describe('hints of simulated worlds', () => {
  it('come when a machine has booted, at that very moment', async () => {
    const world = aWorld();
    must(await world.provider.infrastructure.ensure(world.ref, { forwardTo: [] }, signal));
    const machines = [wish(world.ref, 'aaa1')];
    must(await world.provider.infrastructure.resize(world.ref, { pool: 'managers', count: 1, machines }, signal));
    const { at } = listen(world);
    await world.clock.step(60_000);
    expect(at).toEqual([2_000]);
  });

  it('come when a person acts, and when the swarm draws its conclusions', async () => {
    const world = aWorld();
    await found(world, { managers: 1, workers: 1 });
    const { at } = listen(world);
    must(await world.acts.killMachine(world.cluster, 'm2' as MachineId));
    await world.clock.step(60_000);
    expect(at).toEqual([0, 12_000]);
  });

  it('do not come for record writes, nor for other owners worlds', async () => {
    const world = aWorld();
    const stranger = createSimulatedProvider({ owner: 'you', clock: world.clock, worlds: world.worlds });
    const mine = listen(world);
    const theirs = listen(world, stranger);
    must(await world.provider.records.swap(world.cluster, null, aRecord(), signal));
    expect(mine.at).toEqual([]);
    must(await world.provider.infrastructure.ensure(world.ref, { forwardTo: [] }, signal));
    expect(mine.at).toEqual([0]);
    expect(theirs.at).toEqual([]);
  });

  it('end with their signal, leaving nobody asleep', async () => {
    const world = aWorld();
    await found(world, { managers: 1, workers: 1 });
    const { at, stop } = listen(world);
    must(await world.acts.killMachine(world.cluster, 'm2' as MachineId));
    stop.abort();
    await world.clock.step(60_000);
    expect(at).toEqual([0]);
    expect(world.clock.sleepers()).toBe(0);
  });
});
