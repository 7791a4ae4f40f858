import { describe, expect, it } from 'vitest';
import { createKeeper } from '../support/keeper.ts';

const GONE = {
  kind: 'absent',
  absence: { firstMissedAt: 1, settled: true, settlesAt: null, suspicion: null },
} as const;

describe('a cluster in a simulated world', () => {
  it('is made from its document, 3 managers and 2 workers, labelled and active', async () => {
    const keeper = createKeeper(1, { withRoads: true });
    keeper.declare({ managers: 3, workers: { web: { count: 2, nodeLabels: { tier: 'web' } } } });
    const way = await keeper.keep();
    expect(way[0]?.status.phase).toBe('Creating');
    const { status } = keeper.status();
    expect(status.because).toBe('everything is as declared.');
    expect(status).toMatchObject({
      phase: 'Ready',
      managers: { members: 3, reachable: 3, margin: 1 },
      simulated: true,
    });
    const { swarm, machines } = await keeper.world();
    expect(machines).toHaveLength(5);
    expect(swarm?.members.every((m) => m.availability === 'active' && m.state === 'ready')).toBe(true);
    expect(swarm?.members.filter((m) => m.labels.tier === 'web')).toHaveLength(2);
  });

  it('follows its number up and down, draining before a node goes, and leaves no member behind', async () => {
    const keeper = createKeeper(1, { withRoads: true });
    keeper.declare({ workers: { web: 1 } });
    await keeper.keep();
    await keeper.acts.deployService(keeper.cluster, { name: 'hello', replicas: 4 });
    keeper.declare({ workers: { web: 3 } });
    await keeper.keep();
    expect((await keeper.world()).machines).toHaveLength(4);
    keeper.declare({ workers: { web: 1 } });
    await keeper.keep();
    const { machines, swarm } = await keeper.world();
    expect(machines).toHaveLength(2);
    expect(swarm?.members).toHaveLength(2);
    expect(swarm?.tasks.filter((t) => t.state === 'running' && t.desired === 'running')).toHaveLength(4);
    expect(keeper.status().status.history.map((h) => h.change)).toEqual([
      'created',
      'generation 2 (Updating)',
      'generation 3 (Updating)',
    ]);
  });

  it('accepts its document in the same words at birth and at every change, in plan and event', async () => {
    const keeper = createKeeper(1, { withRoads: true });
    const said: string[] = [];
    for (const [i, web] of [1, 2].entries()) {
      keeper.declare({ workers: { web } });
      for (const { status } of await keeper.keep()) {
        said.push(...(status.plan?.nextBatch ?? []).filter((s) => s.kind === 'write-record').map((s) => s.why));
      }
      const accepted = keeper.events.filter(({ code }) => code === 'SKP205').map(({ data }) => data?.what);
      expect(accepted).toEqual(['generation 1', 'generation 2'].slice(0, i + 1));
    }
    expect(said.filter((why) => why !== 'something was learnt')).toEqual([
      'its document was accepted',
      'its document was accepted',
    ]);
  });

  it('goes when its document is gone for good, and leaves a tombstone', async () => {
    const keeper = createKeeper(1, { withRoads: true });
    keeper.declare({ workers: { web: 1 } });
    await keeper.keep();
    keeper.say(GONE);
    await keeper.keep();
    expect(keeper.status().status.phase).toBe('Deleted');
    expect(keeper.status().metadata.deletionTimestamp).toBeDefined();
    expect(await keeper.world()).toEqual({ machines: [], swarm: null });
    expect(keeper.worlds.list()).toEqual([]);
  });

  it('adds and removes a pool', async () => {
    const keeper = createKeeper(1, { withRoads: true });
    keeper.declare({ workers: { web: 1 } });
    await keeper.keep();
    keeper.declare({ workers: { web: 1, batch: 2 } });
    await keeper.keep();
    expect((await keeper.world()).machines.filter((m) => m.pool === 'batch')).toHaveLength(2);
    keeper.declare({ workers: { web: 1 } });
    await keeper.keep();
    const { machines, swarm } = await keeper.world();
    expect(machines.map((m) => m.pool).sort()).toEqual(['managers', 'web']);
    expect(swarm?.members).toHaveLength(2);
  });

  it('holds a node with local data instead of taking it away, and names both ways on', async () => {
    const keeper = createKeeper(1, { withRoads: true });
    keeper.declare({ workers: { web: 2 } });
    await keeper.keep();
    await keeper.acts.deployService(keeper.cluster, { name: 'db', replicas: 6, localData: ['pgdata'] });
    await keeper.clock.step(5_000);
    keeper.declare({ workers: { web: 0 } });
    await keeper.keep();
    const { status } = keeper.status();
    expect(status.phase).toBe('Held');
    expect(status.holds[0]).toMatchObject({ reason: 'LocalDataHeld' });
    expect(status.holds[0]?.release).toContain('localData: Discard');
    expect((await keeper.world()).machines).toHaveLength(3);
  });
});
