import { describe, expect, it } from 'vitest';
import { aStatus } from '../store/a-status.ts';
import { aRecord, createLoopWorld, RESTS } from './support/loop-world.ts';
import { specText } from './support/specs.ts';

const CLUSTERS = Array.from({ length: 100 }, (_, i) => `c${i}`);
/** What a pass takes here; with two workers a sweep takes 25 s. */
const PASS_MS = 500;

/** Clusters that were accepted as they stand. */
function aFleet() {
  const world = createLoopWorld();
  for (const name of CLUSTERS) {
    world.files.set(`${name}.yaml`, specText(name));
    world.records.set(name, aRecord(name));
  }
  const run = world.start(async () => {
    await world.clock.sleep(PASS_MS);
    return RESTS;
  });
  return { world, run };
}

describe('a fleet that a sweep of half a minute goes round', () => {
  it('visits a document that changed while nobody ran before all that are as accepted', async () => {
    const world = createLoopWorld();
    for (const name of CLUSTERS) {
      world.files.set(`${name}.yaml`, specText(name, name === 'c99' ? 5 : 1));
      world.records.set(name, aRecord(name));
    }
    world.statuses.set('c50', aStatus('c50', { phase: 'Updating' }));
    world.statuses.set('c51', aStatus('c51', { phase: 'Ready' }));
    const run = world.start(async () => RESTS);
    await world.clock.step(1_000);
    const order = world.passes.map(({ key, context }) => [key, context.priority]);
    expect(order.slice(0, 2)).toEqual([
      ['c99', 'spec'],
      ['c50', 'operation'],
    ]);
    expect(new Set(order.slice(2).map(([, priority]) => priority))).toEqual(new Set(['resync']));
    expect(order).toHaveLength(CLUSTERS.length);
    await run.finish();
  });

  it('acts on a fresh commit at once, at its start and in the middle of a sweep', async () => {
    const { world, run } = aFleet();
    for (const [at, name] of [
      [1_000, 'c90'],
      [20_000, 'c1'],
      [70_000, 'c95'],
    ] as const) {
      await world.clock.step(at - world.clock.monotonic());
      world.files.set(`${name}.yaml`, specText(name, 5));
      world.hint();
      await world.clock.step(PASS_MS + 150);
      const pass = world.passes.find(({ key, context }) => key === name && context.priority === 'spec');
      expect(pass?.at).toBeLessThanOrEqual(at + 50 + PASS_MS);
    }
    await run.finish();
  });

  it('spreads the next sweep by a tenth of the resync period each way, so that clusters part', async () => {
    const { world, run } = aFleet();
    await world.clock.step(100_000);
    const waits = CLUSTERS.map((name) => {
      const [first = 0, second = 0] = world.times(name);
      return second - first - PASS_MS;
    });
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(54_000);
    // At most the spread and what waits for a worker meanwhile.
    expect(Math.max(...waits)).toBeLessThan(66_000 + 25_000);
    expect(new Set(waits.map((ms) => Math.round(ms / 1_000))).size).toBeGreaterThan(5);
    await run.finish();
  });
});
