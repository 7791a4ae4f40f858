import { describe, expect, it } from 'vitest';
import type { MachineId, NodeId } from '../../../src/model/ids.ts';
import type { ServiceView } from '../../../src/model/observed.ts';
import type { ServiceWish } from '../../../src/providers/simulated/acts.ts';
import { must } from '../../conformance/subject.ts';
import { type AWorld, aWorld, found, signal } from './a-world.ts';

const M1 = 'm1' as MachineId;
const M3 = 'm3' as MachineId;

/** Six tasks on m1, m2 and m3, two each. */
async function sixTasks(more: Partial<ServiceWish> = {}): Promise<AWorld> {
  const world = aWorld();
  await found(world, { managers: 1, workers: 2 });
  must(await world.acts.deployService(world.cluster, { name: 'web', replicas: 6, ...more }));
  await world.clock.step(300);
  return world;
}

const service = async (world: AWorld): Promise<ServiceView> => (await world.look()).services[0] as ServiceView;
async function keepOff(world: AWorld, on: boolean): Promise<NodeId> {
  const { id } = await world.member('m3');
  must(await world.provider.swarm.constrain(world.ref, M1, await service(world), { node: id, on }, signal));
  return id;
}
const running = async (world: AWorld) =>
  (await world.look()).tasks.filter((t) => t.desired === 'running' && t.state === 'running');

/** Least and most tasks that ran at once over `ms`, and which ran at the end. */
async function watch(world: AWorld, ms: number) {
  const counts: number[] = [];
  for (let passed = 0; passed < ms; passed += 50) {
    await world.clock.step(50);
    counts.push((await running(world)).length);
  }
  return { least: Math.min(...counts), most: Math.max(...counts), tasks: await running(world) };
}

describe('the update of a service', () => {
  it.each([
    ['start-first', 6, 6],
    ['stop-first', 5, 6],
  ] as const)('moves tasks off a paused node, %s: between %i and %i run', async (updateOrder, least, most) => {
    const world = await sixTasks({ updateOrder });
    const before = await running(world);
    must(await world.acts.editMember(world.cluster, M3, { availability: 'pause' }));
    const node = await keepOff(world, true);
    const after = await watch(world, 3_000);
    expect(after).toMatchObject({ least, most });
    expect(after.tasks.filter((t) => t.nodeId === node)).toEqual([]);
    const kept = before.filter((t) => t.nodeId !== node).map((t) => t.id);
    expect(after.tasks.map((t) => t.id)).toEqual(expect.arrayContaining(kept));
  });

  it('restarts nothing when the constraint is taken out', async () => {
    const world = await sixTasks();
    must(await world.acts.editMember(world.cluster, M3, { availability: 'pause' }));
    await keepOff(world, true);
    await world.clock.step(10_000);
    const before = (await running(world)).map((t) => t.id).sort();
    await keepOff(world, false);
    expect(await service(world)).toMatchObject({ constraints: [], labels: {} });
    const { least, tasks } = await watch(world, 3_000);
    expect([least, tasks.map((t) => t.id).sort()]).toEqual([6, before]);
  });

  it('goes on for some seconds after the last task', async () => {
    const world = await sixTasks();
    expect((await service(world)).updating).toBe(false);
    must(await world.acts.editMember(world.cluster, M3, { availability: 'pause' }));
    await keepOff(world, true);
    await world.clock.step(3_000);
    expect((await service(world)).updating).toBe(true);
    await world.clock.step(5_000);
    expect((await service(world)).updating).toBe(false);
  });

  it('leaves it to the tasks of an active node to keep what they were made with, until a label changes', async () => {
    const constraints = ['node.labels.tier!=db'];
    const world = await sixTasks({ constraints, updateOrder: 'start-first' });
    must(await world.acts.labelByHand(world.cluster, M3, { tier: 'db' }));
    const { least } = await watch(world, 1_000);
    expect(least).toBe(4); // Docker's own watch stops first, whatever the update order says
  });

  it('waits for a task that finds no place', async () => {
    const world = await sixTasks({ updateOrder: 'start-first', maxReplicasPerNode: 2 });
    must(await world.acts.editMember(world.cluster, M3, { availability: 'pause' }));
    await keepOff(world, true);
    expect(await watch(world, 3_000)).toMatchObject({ least: 6, most: 6 });
    expect((await service(world)).updating).toBe(true);
  });

  it('by force makes all tasks anew and spreads them', async () => {
    const world = await sixTasks();
    must(await world.acts.drainByHand(world.cluster, M3));
    await world.clock.step(2_000);
    must(await world.acts.editMember(world.cluster, M3, { availability: 'active' }));
    const before = (await running(world)).map((t) => t.id);
    const { version, forceUpdate } = await service(world);
    const ref = { id: (await service(world)).id, version };
    must(await world.provider.swarm.rebalance(world.ref, M1, ref, signal));
    expect(await world.provider.swarm.rebalance(world.ref, M1, ref, signal)).toMatchObject({
      problem: { kind: 'conflict' },
    });
    const { least, tasks } = await watch(world, 5_000);
    expect(least).toBe(5);
    expect(tasks.filter((t) => before.includes(t.id))).toEqual([]);
    const { members } = await world.look();
    expect(members.map((m) => tasks.filter((t) => t.nodeId === m.id).length)).toEqual([2, 2, 2]);
    expect((await service(world)).forceUpdate).toBe(forceUpdate + 1);
  });
});
