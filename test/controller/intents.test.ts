import { describe, expect, it } from 'vitest';
import type { Intent } from '../../src/model/record.ts';
import { createKeeper } from '../support/keeper.ts';

type Keeper = ReturnType<typeof createKeeper>;

const ABSENT = { firstMissedAt: null, settled: false, settlesAt: null } as const;

function leave(keeper: Keeper, kind: Intent['kind'], over: Partial<Intent> = {}): void {
  const id = `${kind}${keeper.clock.now()}`;
  keeper.intents.push({ id, kind, by: 'ann', at: keeper.clock.now(), reason: null, until: null, ...over });
}

async function aReadyCluster(): Promise<Keeper> {
  const keeper = createKeeper();
  keeper.declare({ workers: { web: 1 } });
  await keeper.keep();
  return keeper;
}

const recorded = ({ worlds, cluster }: Keeper): readonly Intent[] => worlds.read(cluster)?.record?.intents ?? [];

describe('an intent', () => {
  it('to pause for a while ends by itself within one resync', async () => {
    const keeper = await aReadyCluster();
    leave(keeper, 'pause', { until: keeper.clock.now() + 7_200_000 });
    await keeper.keep();
    keeper.declare({ workers: { web: 2 } });
    await keeper.pass();
    await keeper.clock.step(7_199_000);
    const { nextMs } = await keeper.pass();
    expect(keeper.status().status.phase).toBe('Paused');
    expect(nextMs ?? 60_000).toBeLessThanOrEqual(60_000);
    await keeper.clock.step(nextMs ?? 60_000);
    await keeper.keep();
    expect(keeper.status().status.phase).toBe('Ready');
    expect((await keeper.world()).machines).toHaveLength(3);
    expect(recorded(keeper)).toEqual([]);
  });

  it('outlives every database of ours and a change of holder', async () => {
    const keeper = await aReadyCluster();
    leave(keeper, 'pause', { reason: 'night' });
    await keeper.keep();
    const lost = new Map();
    Object.assign(keeper.ports, { term: 2, id: 'another' });
    keeper.ports.statuses.read = async (name) => lost.get(name) ?? null;
    keeper.declare({ workers: { web: 3 } });
    await keeper.pass();
    expect(keeper.status().status).toMatchObject({
      phase: 'Paused',
      controller: { id: 'another', term: 2 },
      holds: [{ reason: 'Paused', why: 'paused by ann: night' }],
    });
    expect((await keeper.world()).machines).toHaveLength(2);
  });

  it('to retry leaves a pause as it is, and only the last retry is kept', async () => {
    const keeper = await aReadyCluster();
    leave(keeper, 'pause');
    await keeper.pass();
    await keeper.clock.step(1);
    leave(keeper, 'retry');
    await keeper.pass();
    await keeper.clock.step(1);
    leave(keeper, 'retry');
    await keeper.keep();
    expect(keeper.status().status.phase).toBe('Paused');
    expect(recorded(keeper).map(({ kind, at }) => [kind, keeper.clock.now() - at])).toEqual([
      ['pause', 2],
      ['retry', 0],
    ]);
  });

  it('is left where it is by whoever does not hold the lease any more', async () => {
    const keeper = createKeeper();
    leave(keeper, 'pause');
    keeper.ports.mayBegin = () => false;
    await keeper.pass();
    expect(keeper.intents).toHaveLength(1);
    expect(keeper.events).toEqual([]);
  });

  it('for a cluster that does not exist is dropped, and that is said', async () => {
    const keeper = createKeeper();
    leave(keeper, 'pause');
    await keeper.pass();
    expect(keeper.intents).toEqual([]);
    expect(keeper.events.map(({ code, data }) => [code, data?.what])).toEqual([['SKP307', 'pause by ann']]);
  });

  it.each([
    ['whose document is broken', { kind: 'broken', complaints: [] }],
    ['whose directory is gone', { kind: 'absent', absence: { ...ABSENT, suspicion: 'the directory is gone' } }],
  ] as const)('waits for a cluster %s', async (_, declared) => {
    const keeper = createKeeper();
    keeper.say(declared);
    leave(keeper, 'pause');
    await keeper.pass();
    expect(keeper.intents).toHaveLength(1);
  });

  it('waits for the record of a cluster that is being born, and then holds', async () => {
    const keeper = createKeeper();
    keeper.declare({ workers: { web: 1 } });
    leave(keeper, 'pause');
    await keeper.pass();
    expect(keeper.intents).toHaveLength(1);
    await keeper.pass();
    expect(recorded(keeper).map(({ kind }) => kind)).toEqual(['pause']);
    expect(keeper.status().status.phase).toBe('Paused');
  });
});
