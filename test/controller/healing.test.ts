import { describe, expect, it } from 'vitest';
import { aCluster, expectWhole, namesOf, one, recordOf, stepsOf } from '../support/healing.ts';

const MINUTE = 60_000;

describe('a node that fails', () => {
  it.each(['web', 'managers'])('is started again when it stopped, as the same node: %s', async (pool) => {
    const keeper = await aCluster();
    const before = await namesOf(keeper);
    await keeper.acts.killMachine(keeper.cluster, await one(keeper, pool));
    await keeper.keep();
    expect(await namesOf(keeper)).toEqual(before);
    await expectWhole(keeper, 3, 2);
  });

  it.each(['web', 'managers'])('is replaced at once when it is gone: %s', async (pool) => {
    const keeper = await aCluster();
    const id = await one(keeper, pool);
    const at = keeper.clock.now();
    await keeper.acts.removeMachine(keeper.cluster, id);
    await keeper.keep();
    expect(await namesOf(keeper)).not.toContain(id);
    await expectWhole(keeper, 3, 2);
    expect(keeper.clock.now() - at).toBeLessThan(MINUTE);
  });

  it.each(['web', 'managers'])('is replaced after unhealthyAfter when it runs and is down: %s', async (pool) => {
    const keeper = await aCluster();
    const id = await one(keeper, pool);
    await keeper.acts.freeze(keeper.cluster, id);
    const since = keeper.clock.now();
    const way = await keeper.keep(10 * MINUTE);
    const sick = way.map(({ status }) => status).filter(({ because }) => because.includes(id));
    expect(sick.some(({ because }) => /replaced unless it recovers by/.test(because))).toBe(true);
    expect(new Set(sick.map(({ phase }) => phase))).toEqual(new Set(['Degraded']));
    expect(sick.every((s) => s.conditions.some((c) => c.type === 'Remediating' && c.status === 'True'))).toBe(true);
    expect(keeper.status().status.conditions.map((c) => c.type)).not.toContain('Remediating');
    expect(await namesOf(keeper)).not.toContain(id);
    await expectWhole(keeper, 3, 2);
    expect(keeper.clock.now() - since).toBeGreaterThan(5 * MINUTE);
  });

  it.each(['web', 'managers'])('is left alone when it comes back in time: %s', async (pool) => {
    const keeper = await aCluster();
    const id = await one(keeper, pool);
    const before = await namesOf(keeper);
    await keeper.acts.cutOff(keeper.cluster, id);
    await keeper.clock.step(15_000);
    await expect(keeper.keep(2 * MINUTE)).rejects.toThrow(id);
    await keeper.acts.heal(keeper.cluster, id);
    await keeper.keep(2 * MINUTE);
    expect(await namesOf(keeper)).toEqual(before);
    await expectWhole(keeper, 3, 2);
    expect((await recordOf(keeper)).health.filter((n) => n.kind === 'bad')).toEqual([]);
  });

  it('is replaced when three starts within ten minutes did not help', async () => {
    const keeper = await aCluster();
    const id = await one(keeper, 'web');
    for (let i = 0; i < 3; i++) {
      await keeper.acts.killMachine(keeper.cluster, id);
      await keeper.keep();
    }
    expect(stepsOf(keeper).filter((s) => s === `start ${id}`)).toHaveLength(3);
    await keeper.acts.killMachine(keeper.cluster, id);
    await keeper.keep();
    expect(stepsOf(keeper).filter((s) => s === `start ${id}`)).toHaveLength(3);
    expect(await namesOf(keeper)).not.toContain(id);
    await expectWhole(keeper, 3, 2);
  });
});

describe('a dead manager', () => {
  it('leaves raft before its replacement is promoted, and its machine goes last', async () => {
    const keeper = await aCluster();
    const id = await one(keeper, 'managers');
    const before = stepsOf(keeper).length;
    await keeper.acts.freeze(keeper.cluster, id);
    await keeper.keep(10 * MINUTE);
    const steps = stepsOf(keeper).slice(before);
    const order = ['make 1 machine', `demote ${id}`, 'promote', `remove machine ${id}`, `remove member ${id}`];
    const found = order.map((start) => steps.findIndex((s) => s.startsWith(start)));
    expect(
      found.every((i) => i >= 0),
      steps.join('\n'),
    ).toBe(true);
    expect(found.slice(1)).toEqual(found.slice(1).sort((a, b) => a - b));
  });

  it('that is cut off goes as well, though its own engine never hears that it manages no more', async () => {
    const keeper = await aCluster();
    const id = await one(keeper, 'managers');
    await keeper.acts.cutOff(keeper.cluster, id);
    await keeper.clock.step(30_000);
    await keeper.keep(10 * MINUTE);
    expect(await namesOf(keeper)).not.toContain(id);
    await expectWhole(keeper, 3, 2);
  });
});

describe('all nodes stopped at once', () => {
  it('are started, managers first, none replaced, and it is the same swarm', async () => {
    const keeper = await aCluster();
    await keeper.acts.deployService(keeper.cluster, { name: 'hello', replicas: 4 });
    await keeper.clock.step(5_000);
    const before = await namesOf(keeper);
    const swarmId = (await keeper.world()).swarm?.id;
    const done = stepsOf(keeper).length;
    await keeper.acts.stopAll(keeper.cluster);
    await keeper.keep();
    expect(await namesOf(keeper)).toEqual(before);
    expect((await keeper.world()).swarm?.id).toBe(swarmId);
    await expectWhole(keeper, 3, 2);
    const steps = stepsOf(keeper).slice(done);
    expect(steps.map((s) => s.split(' ')[0])).toEqual(Array(5).fill('start'));
    expect(steps.slice(0, 3).every((s) => s.includes('managers'))).toBe(true);
  });
});
