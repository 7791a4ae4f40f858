import { describe, expect, it } from 'vitest';
import type { MachineId } from '../../../src/model/ids.ts';
import { must } from '../../conformance/subject.ts';
import { aWorld, found, signal } from './a-world.ts';

const id = (text: string) => text as MachineId;

describe('a simulated swarm', () => {
  it('has a leader, reachable managers and ready members', async () => {
    const world = aWorld();
    await found(world, { managers: 3, workers: 1 });
    const { members } = await world.look();
    expect(members.map(({ hostname, state, manager }) => [hostname, state, manager])).toEqual([
      ['m1', 'ready', { leader: true, reachability: 'reachable' }],
      ['m2', 'ready', { leader: false, reachability: 'reachable' }],
      ['m3', 'ready', { leader: false, reachability: 'reachable' }],
      ['m4', 'ready', null],
    ]);
  });

  it('elects another leader about 10 s after one died, and then knows nobody for a while', async () => {
    const world = aWorld();
    await found(world, { managers: 3, workers: 1 });
    must(await world.acts.killMachine(world.cluster, id('m1')));
    await expect(world.look()).rejects.toThrow('no-leader');
    await world.clock.step(9_900);
    await expect(world.look()).rejects.toThrow('no-leader');
    await world.clock.step(200);
    const { members, through } = await world.look();
    expect(through).toBe('m2');
    expect(members.map(({ state }) => state)).toEqual(['unknown', 'unknown', 'unknown', 'unknown']);
    await world.clock.step(13_000);
    const later = (await world.look()).members;
    expect(later.map(({ state }) => state)).toEqual(['down', 'ready', 'ready', 'ready']);
    expect(later[0]?.manager).toEqual({ leader: false, reachability: 'unreachable' });
  });

  it('has no leader without a majority, and one again when a manager comes back', async () => {
    const world = aWorld();
    await found(world, { managers: 3, workers: 0 });
    must(await world.acts.killMachine(world.cluster, id('m2')));
    must(await world.acts.killMachine(world.cluster, id('m3')));
    await world.clock.step(60_000);
    await expect(world.look()).rejects.toThrow('no-leader');
    must(await world.provider.infrastructure.startMachine(world.ref, id('m3'), signal));
    await world.clock.step(13_000);
    expect((await world.look()).members).toHaveLength(3);
  });

  it('calls a dead worker down after about 12 s, and moves its tasks then', async () => {
    const world = aWorld();
    await found(world, { managers: 1, workers: 2 });
    must(await world.acts.deployService(world.cluster, { name: 'web', replicas: 3 }));
    await world.clock.step(1_000);
    expect((await world.look()).tasks.map(({ state }) => state)).toEqual(['running', 'running', 'running']);
    must(await world.acts.killMachine(world.cluster, id('m3')));
    await world.clock.step(11_900);
    expect((await world.look()).members[2]?.state).toBe('ready');
    await world.clock.step(600);
    const { members, tasks } = await world.look();
    expect(members[2]?.state).toBe('down');
    expect(tasks.filter((task) => task.desired === 'running' && task.state === 'running')).toHaveLength(3);
    expect(tasks.filter((task) => task.desired === 'running' && task.nodeId === members[2]?.id)).toEqual([]);
  });
});
