import { describe, expect, it } from 'vitest';
import type { MachineId } from '../../../src/model/ids.ts';
import { DOCKERS_OPTIONS, type SwarmView } from '../../../src/model/observed.ts';
import { kindOf, must } from '../../conformance/subject.ts';
import { type AWorld, aWorld, found, signal } from './a-world.ts';

const id = (text: string) => text as MachineId;
const managersOf = (view: SwarmView) =>
  view.members.flatMap(({ hostname, manager }) => (manager ? [`${hostname} ${manager.reachability}`] : []));

async function promote(world: AWorld, name: string, via = id('m1')) {
  return world.provider.swarm.promote(world.ref, via, await world.node(name), signal);
}
async function demote(world: AWorld, name: string, via = id('m1')) {
  return world.provider.swarm.demote(world.ref, via, await world.node(name), signal);
}

describe('roles in a simulated swarm', () => {
  it('shows a promoted member as no peer, then an unreachable one, then a reachable one, in 0.8 s', async () => {
    const world = aWorld();
    await found(world, { managers: 1, workers: 1 });
    must(await promote(world, 'm2'));
    expect(managersOf(await world.look())).toEqual(['m1 reachable']);
    await world.clock.step(500);
    expect(managersOf(await world.look())).toEqual(['m1 reachable', 'm2 unreachable']);
    await world.clock.step(300);
    expect(managersOf(await world.look())).toEqual(['m1 reachable', 'm2 reachable']);
  });

  it('cannot demote one that died before it became a peer; only force removes it', async () => {
    const world = aWorld();
    await found(world, { managers: 1, workers: 1 });
    const { id: node } = await world.member('m2');
    must(await promote(world, 'm2'));
    must(await world.acts.killMachine(world.cluster, id('m2')));
    await world.clock.step(5_000);
    expect(await demote(world, 'm2')).toMatchObject({ problem: { detail: "can't find manager in raft memberlist" } });
    expect(kindOf(await world.provider.swarm.remove(world.ref, id('m1'), node, false, signal))).toBe('refused');
    expect(kindOf(await world.provider.swarm.remove(world.ref, id('m1'), node, true, signal))).toBe('ok');
  });

  it('counts a dead manager in n until it is demoted', async () => {
    const world = aWorld();
    await found(world, { managers: 3, workers: 0 });
    must(await world.acts.removeMachine(world.cluster, id('m3')));
    await world.clock.step(2_000);
    expect(managersOf(await world.look())).toEqual(['m1 reachable', 'm2 reachable', 'm3 unreachable']);
    expect(await demote(world, 'm2')).toMatchObject({ problem: { kind: 'refused' } });
    must(await demote(world, 'm3'));
    await world.clock.step(200);
    expect(managersOf(await world.look())).toEqual(['m1 reachable', 'm2 reachable']);
  });

  it('does not remove a raft member even by force', async () => {
    const world = aWorld();
    await found(world, { managers: 3, workers: 0 });
    const { id: node } = await world.member('m3');
    must(await world.acts.removeMachine(world.cluster, id('m3')));
    await world.clock.step(20_000);
    expect(kindOf(await world.provider.swarm.remove(world.ref, id('m1'), node, true, signal))).toBe('refused');
  });

  it('hands leadership over within a moment when the leader is demoted', async () => {
    const world = aWorld();
    await found(world, { managers: 3, workers: 0 });
    must(await demote(world, 'm1', id('m2')));
    await world.clock.step(700);
    await expect(world.look()).rejects.toThrow('no-leader');
    await world.clock.step(500);
    expect(managersOf(await world.look())).toEqual(['m2 reachable', 'm3 reachable']);
    expect((await world.look()).members.map(({ state }) => state)).toEqual(['unknown', 'unknown', 'unknown']);
  });

  it('shows a lost manager reachable for a moment still, and a status change makes versions stale', async () => {
    const world = aWorld();
    await found(world, { managers: 3, workers: 0 });
    const before = await world.node('m3');
    must(await world.acts.killMachine(world.cluster, id('m3')));
    expect(managersOf(await world.look())).toContain('m3 reachable');
    await world.clock.step(1_000);
    expect(managersOf(await world.look())).toContain('m3 unreachable');
    await world.clock.step(11_000);
    expect(kindOf(await world.provider.swarm.demote(world.ref, id('m1'), before, signal))).toBe('conflict');
  });

  it('leads in the larger part of a divided network only', async () => {
    const world = aWorld();
    await found(world, { managers: 3, workers: 1 });
    must(await world.acts.cutOff(world.cluster, id('m1')));
    await world.clock.step(15_000);
    expect((await world.look()).through).toBe('m2');
    const [cutOff] = await world.machines();
    expect(cutOff?.engine).toMatchObject({
      isManager: true,
      swarm: 'active',
      error: expect.stringContaining('leader'),
    });
    expect(kindOf(await world.provider.swarm.observe(world.ref, cutOff ? [cutOff] : [], signal))).toBe('no-leader');
    must(await world.acts.heal(world.cluster, id('m1')));
    await world.clock.step(40_000);
    expect(managersOf(await world.look())).toContain('m1 unreachable');
    await world.clock.step(6_000);
    expect(managersOf(await world.look())).toContain('m1 reachable');
  });

  it('comes back as the same swarm after everything was stopped', async () => {
    const world = aWorld();
    const ids = await found(world, { managers: 3, workers: 2 });
    const before = await world.look();
    must(await world.acts.stopAll(world.cluster));
    await world.clock.step(60_000);
    for (const machine of ids) must(await world.provider.infrastructure.startMachine(world.ref, machine, signal));
    await world.clock.step(30_000);
    const after = await world.look();
    expect(after.id).toBe(before.id);
    expect(after.members.map((m) => [m.id, m.state, m.labels])).toEqual(
      before.members.map((m) => [m.id, 'ready', m.labels]),
    );
  });

  it('may be two swarms when somebody starts a second one', async () => {
    const world = aWorld();
    await found(world, { managers: 1, workers: 1 });
    const init = { addressPools: ['10.200.0.0/16'], subnetSize: 24, dataPathPort: 4789, ...DOCKERS_OPTIONS };
    must(await world.provider.swarm.leave(world.ref, id('m2'), signal));
    must(await world.provider.swarm.init(world.ref, id('m2'), init, signal));
    expect(world.worlds.read(world.cluster)?.swarms).toHaveLength(2);
  });

  it('takes a machine in once it is heard of, not before', async () => {
    const world = aWorld();
    await found(world, { managers: 1, workers: 2 });
    for (const machine of [id('m2'), id('m3')]) {
      must(await world.provider.swarm.leave(world.ref, machine, signal));
      must(await world.provider.swarm.join(world.ref, machine, id('m1'), signal));
    }
    must(await world.acts.freeze(world.cluster, id('m2')));
    must(await world.acts.cutOff(world.cluster, id('m3')));
    await world.clock.step(20_000);
    expect((await world.look()).members.map(({ state }) => state)).toEqual(['ready', 'down', 'down']);
    expect((await world.machines())[2]?.engine).toMatchObject({ swarm: 'pending', nodeId: null });
    must(await world.acts.thaw(world.cluster, id('m2')));
    must(await world.acts.heal(world.cluster, id('m3')));
    await world.clock.step(1_000);
    expect((await world.look()).members.map(({ state }) => state)).toEqual(['ready', 'down', 'down', 'ready', 'ready']);
  });

  it('makes versions stale that were seen before an election', async () => {
    const world = aWorld();
    await found(world, { managers: 3, workers: 0 });
    const before = await world.node('m3');
    must(await world.acts.killMachine(world.cluster, id('m1')));
    await world.clock.step(11_000);
    expect(kindOf(await world.provider.swarm.demote(world.ref, id('m2'), before, signal))).toBe('conflict');
  });
});
