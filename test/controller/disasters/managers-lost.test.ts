import { describe, expect, it } from 'vitest';
import type { MachineId } from '../../../src/model/ids.ts';
import { film, runningIn, swarmIn } from '../../support/film.ts';
import { aCluster, expectWhole, holdsOf, keepFor, namesOf, recordOf } from '../../support/healing.ts';

/** What happened when managers were lost together, and what skep does instead: docs/disasters.md. */

const MINUTE = 60_000;

describe('docker-archive/for-aws #153', { timeout: 60_000 }, () => {
  it.each(['freeze', 'cutOff'] as const)(
    'terminated all managers together when a health check failed for all: here none is taken away (%s)',
    async (how) => {
      const keeper = await aCluster({ managers: 3, workers: { web: 2 } });
      const before = await namesOf(keeper);
      for (const id of await namesOf(keeper, 'managers')) await keeper.acts[how](keeper.cluster, id);
      await keepFor(keeper, 40 * MINUTE);
      expect(await namesOf(keeper)).toEqual(before);
      expect(keeper.status().status.because).toMatch(/no manager answers|has no leader/);
      for (const id of before) await keeper.acts[how === 'freeze' ? 'thaw' : 'heal'](keeper.cluster, id);
      await keeper.keep();
      expect(await namesOf(keeper)).toEqual(before);
      await expectWhole(keeper, 3, 2);
    },
  );

  it('and of workers that all look bad together none is, under the brake', async () => {
    const keeper = await aCluster({ managers: 3, workers: { web: 5 } });
    const before = await namesOf(keeper, 'web');
    for (const id of before) await keeper.acts.cutOff(keeper.cluster, id);
    await keepFor(keeper, 40 * MINUTE);
    expect(await namesOf(keeper, 'web')).toEqual(before);
    expect(new Set(holdsOf(keeper))).toEqual(new Set(['Braked']));
  });
});

describe('docker-archive/for-aws #39', { timeout: 60_000 }, () => {
  it('never began a swarm again after all managers were terminated, and scaling hung: here it is said at once, and a person can agree to begin anew', async () => {
    const keeper = await aCluster({ managers: 3, workers: { web: 2 } });
    const workers = await namesOf(keeper, 'web');
    const { swarmId } = await recordOf(keeper);
    if (!swarmId) throw new Error('no swarm');
    for (const id of await namesOf(keeper, 'managers')) await keeper.acts.removeMachine(keeper.cluster, id);
    await keepFor(keeper, 20 * MINUTE);
    keeper.declare({ managers: 3, workers: { web: 4 } });
    await keepFor(keeper, 20 * MINUTE);
    expect(holdsOf(keeper)).toEqual(['QuorumLost']);
    expect(keeper.status().status.because).toMatch(/0 of 3 managers answer .* skep recover demo .* --start-over/);
    expect(await namesOf(keeper)).toEqual(workers);
    const at = keeper.clock.now();
    const recovery = { how: 'start-over', swarmId, removes: [] } as const;
    keeper.intents.push({ id: 'agreed', kind: 'recover', by: 'ann', at, reason: null, until: at + MINUTE, recovery });
    await keeper.keep(10 * MINUTE);
    await expectWhole(keeper, 3, 4);
    expect(await namesOf(keeper, 'web')).toEqual(expect.arrayContaining([...workers]));
  });
});

describe('docker-archive/for-aws #30', { timeout: 60_000 }, () => {
  it('began a second swarm after three managers were replaced in a row: here it is the same one with its tasks', async () => {
    const keeper = await aCluster({ managers: 3, workers: { web: 2 } });
    const [before, { swarmId }] = [await namesOf(keeper, 'managers'), await recordOf(keeper)];
    await keeper.acts.deployService(keeper.cluster, { name: 'hello', replicas: 4 });
    for (const id of before) {
      await keeper.acts.removeMachine(keeper.cluster, id);
      const seen = await film(keeper, 10 * MINUTE);
      expect(seen.filter((world) => swarmIn(world).id !== swarmId)).toEqual([]);
      await expectWhole(keeper, 3, 2);
    }
    expect((await namesOf(keeper, 'managers')).filter((id) => before.includes(id))).toEqual([]);
    expect(runningIn((await film(keeper, MINUTE))[0] as never, 'hello')).toBe(4);
  });

  it.each([2_000, 12_000])(
    'and when they go %i ms after each other, too fast to be replaced, still no second one is begun',
    async (ms) => {
      const keeper = await aCluster({ managers: 3, workers: { web: 2 } });
      const { swarmId } = await recordOf(keeper);
      for (const id of await namesOf(keeper, 'managers')) {
        await keeper.acts.removeMachine(keeper.cluster, id);
        await keepFor(keeper, ms);
      }
      await keepFor(keeper, 20 * MINUTE);
      expect(keeper.worlds.read(keeper.cluster)?.swarms.map(({ id }) => id)).toEqual([swarmId]);
      expect(holdsOf(keeper)).toEqual(['QuorumLost']);
    },
  );

  it('nor is one begun on the empty machine that was to replace the first, when the other two go', async () => {
    const keeper = await aCluster({ managers: 3, workers: { web: 2 } });
    const [old, { swarmId }] = [await namesOf(keeper, 'managers'), await recordOf(keeper)];
    await keeper.acts.removeMachine(keeper.cluster, old[0] as MachineId);
    let fresh: MachineId | null = null;
    await film(keeper, 20 * MINUTE, async ({ machines }) => {
      const empty = machines.find((m) => !old.includes(m.id) && m.state === 'running' && m.membership === null);
      if (fresh !== null || !empty) return;
      fresh = empty.id;
      for (const id of old.slice(1)) await keeper.acts.removeMachine(keeper.cluster, id);
    });
    expect(await namesOf(keeper, 'managers')).toEqual([fresh]);
    expect(keeper.worlds.read(keeper.cluster)?.swarms.map(({ id }) => id)).toEqual([swarmId]);
    expect(holdsOf(keeper)).toEqual(['QuorumLost']);
  });
});

describe('moby #33769', { timeout: 60_000 }, () => {
  it('never elected a leader after a restart of all three managers gave them other addresses: here all start with those they had, and it is the same swarm', async () => {
    const keeper = await aCluster({ managers: 3, workers: { web: 2 } });
    const { swarmId } = await recordOf(keeper);
    const placesOf = () => keeper.worlds.read(keeper.cluster)?.machines.map(({ id, address }) => [id, address]);
    const before = placesOf();
    await keeper.acts.stopAll(keeper.cluster);
    await keeper.keep(10 * MINUTE);
    await expectWhole(keeper, 3, 2);
    expect(placesOf()).toEqual(before);
    expect((await recordOf(keeper)).swarmId).toBe(swarmId);
  });
});
