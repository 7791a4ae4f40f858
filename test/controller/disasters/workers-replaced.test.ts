import { describe, expect, it } from 'vitest';
import type { World } from '../../../src/providers/simulated/world.ts';
import { type Film, film, runningIn, swarmIn } from '../../support/film.ts';
import { aCluster, expectWhole, type Keeper, namesOf } from '../../support/healing.ts';

/** What happened when workers were replaced, and what skep does instead: docs/disasters.md. */

const MINUTE = 60_000;
const WORKERS = { web: 3 };
const NEWER = { engine: { config: { debug: true } } };
const ON_WEB = ['node.labels.skep.pool==web'];

async function replaced(labels: Record<string, string>): Promise<{ keeper: Keeper; seen: Film }> {
  const keeper = await aCluster({ managers: 1, workers: WORKERS });
  const updateOrder = labels['skep.drain'] === 'surge' ? 'start-first' : 'stop-first';
  await keeper.acts.deployService(keeper.cluster, {
    name: 'shop',
    replicas: 6,
    constraints: ON_WEB,
    labels,
    updateOrder,
  });
  await keeper.clock.step(10_000);
  const before = await namesOf(keeper, 'web');
  keeper.declare({ managers: 1, workers: WORKERS, spec: NEWER });
  const seen = await film(keeper, 60 * MINUTE);
  await expectWhole(keeper, 1, 3);
  expect((await namesOf(keeper, 'web')).filter((id) => before.includes(id))).toEqual([]);
  return { keeper, seen };
}

const pairs = (seen: Film): readonly (readonly [World, World])[] =>
  seen.slice(1).map((world, i) => [seen[i] as World, world] as const);
const drainedIn = (world: World): readonly string[] =>
  swarmIn(world)
    .members.filter((m) => m.availability === 'drain')
    .map((m) => m.id);

describe('docker-archive/for-aws #165', { timeout: 60_000 }, () => {
  it('killed workers before their tasks ran elsewhere: here a machine goes when all of them do, and the next drain waits for that', async () => {
    const { seen } = await replaced({});
    const went = pairs(seen).flatMap(([before, after]) =>
      before.machines
        .filter((m) => m.pool === 'web' && !after.machines.some(({ id }) => id === m.id))
        .map((m) => ({ m, before })),
    );
    expect(went).toHaveLength(3);
    expect(went.map(({ m, before }) => [runningIn(before, 'shop', m), runningIn(before, 'shop')])).toEqual(
      Array(3).fill([0, 6]),
    );
    const begun = pairs(seen).filter(([before, after]) =>
      drainedIn(after).some((id) => !drainedIn(before).includes(id)),
    );
    expect(begun.map(([before]) => runningIn(before, 'shop'))).toEqual(Array(begun.length).fill(6));
    // Docker stops a task before it starts the next: what one node carries is the most that ever lacks.
    expect(Math.min(...seen.map((world) => runningIn(world, 'shop')))).toBeGreaterThanOrEqual(3);
  });

  it('and a service labelled skep.drain=surge never runs fewer tasks than it should', async () => {
    const { seen } = await replaced({ 'skep.drain': 'surge' });
    expect(Math.min(...seen.map((world) => runningIn(world, 'shop')))).toBe(6);
  });
});
