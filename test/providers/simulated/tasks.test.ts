import { describe, expect, it } from 'vitest';
import type { MachineId } from '../../../src/model/ids.ts';
import { must } from '../../conformance/subject.ts';
import { type AWorld, aWorld, found, signal } from './a-world.ts';

const id = (text: string) => text as MachineId;

/** Host names of running tasks that are to run, sorted; of one service when named. */
async function running(world: AWorld, service?: string): Promise<(string | undefined)[]> {
  const { tasks, members, services } = await world.look();
  const wanted = services.find(({ name }) => name === service)?.id;
  return tasks
    .filter((t) => t.desired === 'running' && t.state === 'running' && (!service || t.serviceId === wanted))
    .map((task) => members.find((member) => member.id === task.nodeId)?.hostname)
    .sort();
}

async function aSwarmWith(replicas: number | 'global', more: object = {}) {
  const world = aWorld();
  await found(world, { managers: 1, workers: 2 });
  must(await world.acts.deployService(world.cluster, { name: 'web', replicas, ...more }));
  await world.clock.step(300);
  return world;
}

describe('tasks in a simulated swarm', () => {
  it('are spread over active nodes', async () => {
    expect(await running(await aSwarmWith(6))).toEqual(['m1', 'm1', 'm2', 'm2', 'm3', 'm3']);
  });

  it('leave a drained node, stopping before they start elsewhere', async () => {
    const world = await aSwarmWith(3);
    must(await world.acts.drainByHand(world.cluster, id('m3')));
    expect(await running(world)).toEqual(['m1', 'm2']);
    const moving = (await world.look()).tasks.find(({ state }) => state === 'starting');
    expect(moving).toMatchObject({ desired: 'running' });
    await world.clock.step(450);
    expect(await running(world)).toEqual(['m1', 'm2']);
    await world.clock.step(50);
    expect(await running(world)).toEqual(['m1', 'm1', 'm2']);
  });

  it('stay on a paused node, which gets no new ones', async () => {
    const world = await aSwarmWith(3);
    must(await world.acts.editMember(world.cluster, id('m3'), { availability: 'pause' }));
    must(await world.acts.deployService(world.cluster, { name: 'web', replicas: 6 }));
    await world.clock.step(1_000);
    expect(await running(world)).toEqual(['m1', 'm1', 'm1', 'm2', 'm2', 'm3']);
  });

  it('wait while no node suits them', async () => {
    const world = await aSwarmWith(1, { constraints: ['node.labels.tier==db'] });
    expect((await world.look()).tasks).toMatchObject([{ state: 'pending', nodeId: null, detail: 'no suitable node' }]);
    must(await world.acts.labelByHand(world.cluster, id('m2'), { tier: 'db' }));
    await world.clock.step(300);
    expect(await running(world)).toEqual(['m2']);
  });

  it('of a global service run on every node that is not drained', async () => {
    const world = await aSwarmWith('global');
    expect(await running(world)).toEqual(['m1', 'm2', 'm3']);
    must(await world.acts.drainByHand(world.cluster, id('m2')));
    await world.clock.step(1_000);
    expect(await running(world)).toEqual(['m1', 'm3']);
  });

  it('run on, on a node that was cut off, and are told to stop when it is back', async () => {
    const world = await aSwarmWith(3);
    must(await world.acts.cutOff(world.cluster, id('m3')));
    await world.clock.step(13_000);
    const down = (await world.look()).members.find(({ state }) => state === 'down');
    const left = (await world.look()).tasks.filter(({ nodeId }) => nodeId === down?.id);
    expect(left).toMatchObject([{ desired: 'shutdown', state: 'running' }]);
    must(await world.acts.heal(world.cluster, id('m3')));
    await world.clock.step(3_000);
    expect((await world.look()).tasks.filter(({ nodeId }) => nodeId === down?.id)).toMatchObject([
      { state: 'shutdown' },
    ]);
    expect(await running(world)).toHaveLength(3);
  });

  it('do not survive the restart of their engine', async () => {
    const world = await aSwarmWith(3);
    must(await world.acts.killMachine(world.cluster, id('m3')));
    must(await world.provider.infrastructure.startMachine(world.ref, id('m3'), signal));
    await world.clock.step(2_000);
    expect((await world.look()).tasks.filter(({ state }) => state === 'failed')).toHaveLength(1);
    await world.clock.step(1_000);
    expect(await running(world)).toHaveLength(3);
  });

  it('become fewer with fewer replicas, and go with their service or their node', async () => {
    const world = await aSwarmWith(6);
    must(await world.acts.deployService(world.cluster, { name: 'web', replicas: 2 }));
    await world.clock.step(1_000);
    expect(await running(world)).toHaveLength(2);
    must(await world.acts.removeService(world.cluster, 'web'));
    expect(await world.look()).toMatchObject({ tasks: [], services: [] });
  });

  it('show what their service says of data and labels', async () => {
    const world = await aSwarmWith(1, { localData: ['pg'], labels: { 'skep.drain': 'surge' } });
    expect((await world.look()).services).toMatchObject([
      { name: 'web', mode: 'replicated', replicas: 1, localData: ['pg'], labels: { 'skep.drain': 'surge' } },
    ]);
  });
});
