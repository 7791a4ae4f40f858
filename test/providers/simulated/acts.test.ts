import { describe, expect, it } from 'vitest';
import type { MachineId } from '../../../src/model/ids.ts';
import { must } from '../../conformance/subject.ts';
import { aWish } from '../../support/builders.ts';
import { type AWorld, aWorld, found, signal } from './a-world.ts';

const id = (text: string) => text as MachineId;

async function three(): Promise<AWorld> {
  const world = aWorld();
  await found(world, { managers: 3, workers: 1 });
  return world;
}
const machine = async (world: AWorld, name: string) => (await world.machines()).find((m) => m.id === name);

describe('what happens to a simulated machine', () => {
  it('locked: its engine says so and is in no swarm until it is unlocked; then it is the same node', async () => {
    const world = await three();
    const before = await world.member('m3');
    must(await world.acts.lock(world.cluster, id('m3')));
    expect((await machine(world, 'm3'))?.engine).toMatchObject({ swarm: 'locked', nodeId: null, isManager: false });
    await world.clock.step(15_000);
    const seen = (await world.look()).members.find((m) => m.id === before.id);
    expect(seen).toMatchObject({ state: 'down', manager: { reachability: 'unreachable' } });
    must(await world.acts.unlock(world.cluster, id('m3')));
    await world.clock.step(2_000);
    expect(await world.member('m3')).toMatchObject({
      id: before.id,
      state: 'ready',
      manager: { reachability: 'reachable' },
    });
  });

  it('expired: its engine reports an error, and its member goes down', async () => {
    const world = await three();
    const { id: node } = await world.member('m4');
    must(await world.acts.expire(world.cluster, id('m4')));
    const engine = (await machine(world, 'm4'))?.engine;
    expect(engine).toMatchObject({ swarm: 'error', nodeId: null, error: expect.stringContaining('expired') });
    await world.clock.step(13_000);
    expect((await world.look()).members.find((m) => m.id === node)?.state).toBe('down');
    expect(await world.provider.swarm.join(world.ref, id('m4'), id('m1'), signal)).toMatchObject({
      problem: { kind: 'refused' },
    });
    must(await world.provider.swarm.leave(world.ref, id('m4'), signal));
    expect((await machine(world, 'm4'))?.engine).toMatchObject({ swarm: 'inactive' });
  });

  it('a locked majority is a lost quorum', async () => {
    const world = await three();
    for (const name of ['m2', 'm3']) must(await world.acts.lock(world.cluster, id(name)));
    const look = await world.provider.swarm.observe(world.ref, await world.machines(), signal);
    expect(look).toMatchObject({ ok: false, problem: { kind: 'no-leader' } });
  });

  it('a dark zone: all of it stops at once, nothing in it starts, and it comes back by itself', async () => {
    const world = await three();
    const { provider, ref, cluster, clock } = world;
    const wish = aWish('m5', { zone: 'b' });
    must(await provider.infrastructure.resize(ref, { pool: 'managers', count: 5, machines: [wish] }, signal));
    await clock.step(2_000);
    must(await world.acts.loseZone(cluster, 'b'));
    expect((await world.machines()).map((m) => m.state)).toEqual([...Array(4).fill('running'), 'stopped']);
    expect(await provider.infrastructure.startMachine(ref, id('m5'), signal)).toMatchObject({
      problem: { kind: 'no-capacity' },
    });
    const more = { pool: 'managers', count: 6, machines: [aWish('m6', { zone: 'b' })] };
    expect(await provider.infrastructure.resize(ref, more, signal)).toMatchObject({ problem: { kind: 'no-capacity' } });
    expect(await machine(world, 'm6')).toMatchObject({ state: 'stopped', neverStarted: true });
    must(await world.acts.restoreZone(cluster, 'b'));
    await clock.step(2_000);
    expect(await machine(world, 'm5')).toMatchObject({ state: 'running' });
    must(await provider.infrastructure.startMachine(ref, id('m6'), signal));
  });

  it('a zone that is cut off is down for the others and comes back', async () => {
    const world = await three();
    must(await world.acts.cutOffZone(world.cluster, 'a'));
    await world.clock.step(15_000);
    expect((await world.look()).members.every((m) => m.state === 'ready')).toBe(true); // all of them still hear each other
    must(await world.acts.healZone(world.cluster, 'a'));
    expect((await world.look()).members).toHaveLength(4);
  });
});

describe('what happens to a simulated swarm', () => {
  it('another leader: every state is unknown for a while, and nobody is lost', async () => {
    const world = await three();
    const leader = (await world.look()).members.find((m) => m.manager?.leader)?.hostname;
    must(await world.acts.changeLeader(world.cluster));
    await world.clock.step(500);
    const { members } = await world.look();
    expect(members.find((m) => m.manager?.leader)?.hostname).not.toBe(leader);
    expect(members.map((m) => m.state)).toEqual(Array(4).fill('unknown'));
    await world.clock.step(3_000);
    expect((await world.look()).members.map((m) => m.state)).toEqual(Array(4).fill('ready'));
  });

  it('a rotation of its root', async () => {
    const world = await three();
    must(await world.acts.rotateRoot(world.cluster, true));
    expect((await world.look()).rootRotationInProgress).toBe(true);
    must(await world.acts.rotateRoot(world.cluster, false));
    expect((await world.look()).rootRotationInProgress).toBe(false);
  });
});
