import { describe, expect, it } from 'vitest';
import type { MachineId, SwarmId } from '../../src/model/ids.ts';
import type { Recovery } from '../../src/model/recovery.ts';
import {
  aCluster,
  expectWhole,
  holdsOf,
  type Keeper,
  keepFor,
  namesOf,
  recordOf,
  stepsOf,
} from '../support/healing.ts';

/** Whole lives in a simulated world: managers are lost, somebody agrees to a recovery, and the cluster heals. */

const MINUTE = 60_000;

function agree(keeper: Keeper, recovery: Recovery): void {
  const at = keeper.clock.now();
  const id = `recover${at}`;
  keeper.intents.push({ id, kind: 'recover', by: 'ann', at, reason: null, until: at + 15 * MINUTE, recovery });
}

async function withoutQuorum(lost = 2): Promise<{ keeper: Keeper; swarmId: SwarmId; managers: readonly MachineId[] }> {
  const keeper = await aCluster({ managers: 3, workers: { web: 2 } });
  await keeper.acts.deployService(keeper.cluster, { name: 'hello', replicas: 4 });
  await keepFor(keeper, MINUTE);
  const managers = await namesOf(keeper, 'managers');
  const { swarmId } = await recordOf(keeper);
  for (const id of managers.slice(0, lost)) await keeper.acts.removeMachine(keeper.cluster, id);
  await keepFor(keeper, MINUTE);
  expect(holdsOf(keeper)).toEqual(['QuorumLost']);
  return { keeper, swarmId: swarmId as SwarmId, managers };
}

/** Tasks that run on workers, as the world has them, whoever answers. */
const onWorkers = ({ worlds, cluster }: Keeper): readonly string[] => {
  const swarm = worlds.read(cluster)?.swarms[0];
  const workers = new Set(swarm?.members.filter((m) => m.hostname.includes('-web-')).map((m) => m.id));
  return (swarm?.tasks ?? []).flatMap((t) => (t.state === 'running' && t.node && workers.has(t.node) ? [t.id] : []));
};

describe('a swarm that lost two of three managers', () => {
  it('goes on with the third once that is agreed to, the same swarm, its tasks untouched, three managers again', async () => {
    const { keeper, swarmId, managers } = await withoutQuorum();
    const survivor = managers[2] as MachineId;
    const before = onWorkers(keeper);
    expect(before).not.toEqual([]);
    const done = stepsOf(keeper).length;
    agree(keeper, { how: 'survivor', survivor, swarmId, removes: [] });
    await keeper.keep(10 * MINUTE);
    expect(stepsOf(keeper).slice(done)).toContain(`make ${survivor} the only manager of its swarm`);
    await expectWhole(keeper, 3, 2);
    const record = await recordOf(keeper);
    expect(record).toMatchObject({ swarmId, intents: [] });
    expect(await namesOf(keeper, 'managers')).toContain(survivor);
    expect(onWorkers(keeper)).toEqual(expect.arrayContaining([...before]));
  });

  it('is left alone while an old manager may come back, and goes on when that is no more', async () => {
    const { keeper, swarmId, managers } = await withoutQuorumFrozen();
    const survivor = managers[2] as MachineId;
    const done = stepsOf(keeper).length;
    agree(keeper, { how: 'survivor', survivor, swarmId, removes: [] });
    await keepFor(keeper, 2 * MINUTE);
    expect(keeper.status().status.because).toContain('an old manager may come back');
    expect(
      stepsOf(keeper)
        .slice(done)
        .filter((s) => s !== 'write the record'),
    ).toEqual([]);
    await keeper.acts.removeMachine(keeper.cluster, managers[1] as MachineId);
    await keeper.keep(10 * MINUTE);
    await expectWhole(keeper, 3, 2);
    expect((await recordOf(keeper)).swarmId).toBe(swarmId);
  });

  it('is not touched by what was agreed a quarter of an hour ago', async () => {
    const { keeper, swarmId, managers } = await withoutQuorum();
    agree(keeper, { how: 'survivor', survivor: managers[2] as MachineId, swarmId, removes: [] });
    await keeper.clock.step(15 * MINUTE);
    await keepFor(keeper, MINUTE);
    expect(holdsOf(keeper)).toEqual(['QuorumLost']);
    expect((await recordOf(keeper)).intents).toEqual([]);
  });
});

/** One manager is gone, another does not answer. */
async function withoutQuorumFrozen(): Promise<Awaited<ReturnType<typeof withoutQuorum>>> {
  const keeper = await aCluster({ managers: 3, workers: { web: 2 } });
  const managers = await namesOf(keeper, 'managers');
  const { swarmId } = await recordOf(keeper);
  await keeper.acts.freeze(keeper.cluster, managers[1] as MachineId);
  await keeper.acts.removeMachine(keeper.cluster, managers[0] as MachineId);
  await keepFor(keeper, MINUTE);
  return { keeper, swarmId: swarmId as SwarmId, managers };
}

describe('a swarm that lost all its managers', () => {
  it('is given up once that is agreed to: the same workers in a new one, which the record then names', async () => {
    const { keeper, swarmId } = await withoutQuorum(3);
    const workers = await namesOf(keeper, 'web');
    agree(keeper, { how: 'start-over', swarmId, removes: [] });
    await keeper.keep(10 * MINUTE);
    await expectWhole(keeper, 3, 2);
    const record = await recordOf(keeper);
    expect(record.swarmId).not.toBe(swarmId);
    expect(record.swarmId).toBe((await keeper.world()).swarm?.id);
    expect(record).toMatchObject({ intents: [], firstReadyAt: expect.any(Number) });
    expect(await namesOf(keeper, 'web')).toEqual(workers);
  });

  it('is given up once only, however often it was said', async () => {
    const { keeper, swarmId } = await withoutQuorum(3);
    agree(keeper, { how: 'start-over', swarmId, removes: [] });
    await keeper.keep(10 * MINUTE);
    const next = (await recordOf(keeper)).swarmId;
    agree(keeper, { how: 'start-over', swarmId, removes: [] });
    await keeper.keep(10 * MINUTE);
    expect((await recordOf(keeper)).swarmId).toBe(next);
  });
});

describe('a manager that is read for a backup', () => {
  it('is stopped, stays so while it is read, and comes back as the same peer', async () => {
    const keeper = await aCluster({ managers: 3, workers: { web: 1 } });
    const { swarm } = await keeper.world();
    const machine = swarm?.members.find((m) => m.manager?.leader === false)?.hostname as MachineId;
    const at = keeper.clock.now();
    const word = { kind: 'backup', by: 'ann', reason: null, machine } as const;
    keeper.intents.push({ ...word, id: 'b1', at, until: at + 10 * MINUTE });
    await keepFor(keeper, 5 * MINUTE);
    const stopped = (await keeper.world()).machines.filter((m) => m.state === 'stopped').map((m) => m.id);
    expect(stopped).toEqual([machine]);
    expect(keeper.status().status.because).toContain(`${machine} is read until`);
    keeper.intents.push({ ...word, id: 'b2', at: keeper.clock.now(), until: keeper.clock.now() });
    await keeper.keep(10 * MINUTE);
    await expectWhole(keeper, 3, 1);
    expect(await namesOf(keeper, 'managers')).toContain(machine);
    expect((await recordOf(keeper)).intents).toEqual([]);
  });

  it('is started at once when another manager is lost meanwhile', async () => {
    const keeper = await aCluster({ managers: 3, workers: { web: 1 } });
    const { swarm } = await keeper.world();
    const [machine, other] = (swarm?.members ?? [])
      .filter((m) => m.manager?.leader === false)
      .map((m) => m.hostname as MachineId);
    const at = keeper.clock.now();
    keeper.intents.push({
      id: 'b1',
      kind: 'backup',
      by: 'ann',
      reason: null,
      machine: machine as MachineId,
      at,
      until: at + 60 * MINUTE,
    });
    await keepFor(keeper, MINUTE);
    await keeper.acts.removeMachine(keeper.cluster, other as MachineId);
    await keeper.keep(10 * MINUTE);
    await expectWhole(keeper, 3, 1);
    expect(await namesOf(keeper, 'managers')).toContain(machine);
  });
});
