import { describe, expect, it } from 'vitest';
import type { MachineId } from '../../../src/model/ids.ts';
import type { ServiceWish } from '../../../src/providers/simulated/acts.ts';
import { must } from '../../conformance/subject.ts';
import { type AWorld, aWorld, found, signal } from './a-world.ts';

const id = (text: string) => text as MachineId;
const GIB = 2 ** 30;

/** m1 is the manager, m2 and m3 are workers. */
async function aSwarmWith(...wishes: readonly ServiceWish[]): Promise<AWorld> {
  const world = aWorld();
  await found(world, { managers: 1, workers: 2 });
  for (const wish of wishes) must(await world.acts.deployService(world.cluster, wish));
  await world.clock.step(300);
  return world;
}

/** `m2 running` for each task that the look shows, sorted. */
async function tasks(world: AWorld, name = 'web'): Promise<readonly string[]> {
  const { tasks, members, services } = await world.look();
  const service = services.find((s) => s.name === name)?.id;
  const host = (node: string | null) => members.find((m) => m.id === node)?.hostname ?? 'nowhere';
  return tasks
    .filter((t) => t.serviceId === service && t.desired !== 'shutdown')
    .map((t) => `${host(t.nodeId)} ${t.state}`)
    .sort();
}

describe('a task is placed', () => {
  it.each<[string, ServiceWish, readonly string[]]>([
    ['where its constraints are met', { name: 'web', replicas: 2, constraints: ['node.role==manager'] }, ['m1', 'm1']],
    ['one a node where it takes a port', { name: 'web', replicas: 4, hostPorts: ['80/tcp'] }, ['m1', 'm2', 'm3', '-']],
    ['so many a node', { name: 'web', replicas: 4, maxReplicasPerNode: 1 }, ['m1', 'm2', 'm3', '-']],
    [
      'where its reservation is left',
      { name: 'web', replicas: 4, reservations: { nanoCpus: 0, memoryBytes: 3 * GIB } },
      ['m1', 'm2', 'm3', '-'],
    ],
  ])('%s', async (_, wish, expected) => {
    const states = expected.map((host) => (host === '-' ? 'nowhere pending' : `${host} running`)).sort();
    expect(await tasks(await aSwarmWith(wish))).toEqual(states);
  });

  it('where other services left something', async () => {
    const most = { reservations: { nanoCpus: 1.5e9, memoryBytes: 0 } };
    const world = await aSwarmWith({ name: 'api', replicas: 2, ...most }, { name: 'web', replicas: 2, ...most });
    expect(await tasks(world)).toEqual(['m3 running', 'nowhere pending']);
    must(await world.acts.removeService(world.cluster, 'api'));
    await world.clock.step(300);
    expect(await tasks(world)).toEqual(['m1 running', 'm3 running']);
  });
});

describe('a task that ended', () => {
  it('does not come back with restart condition none', async () => {
    const world = await aSwarmWith({ name: 'web', replicas: 3, restart: 'none' });
    must(await world.acts.drainByHand(world.cluster, id('m3')));
    await world.clock.step(5_000);
    expect(await tasks(world)).toEqual(['m1 running', 'm2 running']);
    must(await world.acts.removeMachine(world.cluster, id('m3')));
    await world.clock.step(20_000);
    const gone = (await world.look()).members.find((m) => m.hostname === 'm3');
    must(await world.provider.swarm.remove(world.ref, id('m1'), gone?.id as never, false, signal));
    await world.clock.step(5_000);
    expect(await tasks(world)).toEqual(['m1 running', 'm2 running']);
  });

  it('comes back as often as it may', async () => {
    const world = await aSwarmWith({ name: 'web', replicas: 1, restartMaxAttempts: 1 });
    for (const [host, restarts, left] of [
      ['m1', 0, 1],
      ['m2', 1, 0],
    ] as const) {
      const { tasks, members } = await world.look();
      const [task] = tasks.filter((t) => t.desired === 'running');
      expect([members.find((m) => m.id === task?.nodeId)?.hostname, task?.restarts]).toEqual([host, restarts]);
      must(await world.acts.drainByHand(world.cluster, id(host)));
      await world.clock.step(2_000);
      expect((await world.look()).tasks.filter((t) => t.desired === 'running')).toHaveLength(left);
    }
  });
});

describe('a job', () => {
  it('runs to its end once', async () => {
    const world = await aSwarmWith({ name: 'web', replicas: 3, job: true, jobMs: 10_000 });
    expect(await tasks(world)).toEqual(['m1 running', 'm2 running', 'm3 running']);
    expect((await world.look()).services).toMatchObject([{ mode: 'replicated-job', replicas: 3 }]);
    await world.clock.step(9_900);
    expect(await tasks(world)).toHaveLength(3);
    await world.clock.step(200);
    expect(await tasks(world)).toEqual([]);
    await world.clock.step(60_000);
    expect(await tasks(world)).toEqual([]);
  });

  it('is begun again elsewhere when its node is drained', async () => {
    const world = await aSwarmWith({ name: 'web', replicas: 3, job: true, jobMs: 10_000 });
    must(await world.acts.drainByHand(world.cluster, id('m3')));
    await world.clock.step(1_000);
    expect(await tasks(world)).toEqual(['m1 running', 'm1 running', 'm2 running']);
  });

  it('of every node runs on each once', async () => {
    const world = await aSwarmWith({ name: 'web', replicas: 'global', job: true, jobMs: 1_000 });
    expect(await tasks(world)).toEqual(['m1 running', 'm2 running', 'm3 running']);
    await world.clock.step(5_000);
    expect(await tasks(world)).toEqual([]);
  });
});
