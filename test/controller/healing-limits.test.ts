import { describe, expect, it } from 'vitest';
import { ok } from '../../src/base/result.ts';
import type { MachineId } from '../../src/model/ids.ts';
import type { Intent } from '../../src/model/record.ts';
import { aCluster, expectWhole, holdsOf, keepFor, namesOf, one, removals, stepsOf } from '../support/healing.ts';

const MINUTE = 60_000;
const GONE = {
  kind: 'absent',
  absence: { firstMissedAt: 1, settled: false, settlesAt: null, suspicion: null },
} as const;

const WIDE = { workers: { web: 5 } } as const;

describe('the brake', () => {
  it('keeps what still exists while too many of a pool look bad, and lets go when they recover', async () => {
    const keeper = await aCluster(WIDE);
    const names = await namesOf(keeper, 'web');
    const [first, second] = names.filter((_, i) => i === 1 || i === 4);
    if (!first || !second) throw new Error('two workers');
    await keeper.acts.freeze(keeper.cluster, first);
    await keeper.acts.freeze(keeper.cluster, second);
    await keepFor(keeper, 8 * MINUTE);
    expect(holdsOf(keeper)).toEqual(['Braked', 'Braked']);
    expect(keeper.status().status.because).toContain('2 of 5 nodes of web look bad');
    expect(await namesOf(keeper, 'web')).toEqual(names);
    await keeper.acts.thaw(keeper.cluster, first);
    const eased = keeper.clock.now();
    await keepFor(keeper, 4 * MINUTE);
    expect(removals(keeper), 'the other one has its whole time again').toEqual([]);
    await keeper.keep(20 * MINUTE);
    expect(removals(keeper)).toEqual([`remove machine ${second}`]);
    expect(keeper.clock.now() - eased).toBeGreaterThan(5 * MINUTE);
    await expectWhole(keeper, 1, 5);
  });

  it('does not keep what is gone from being made again', async () => {
    const keeper = await aCluster(WIDE);
    const names = await namesOf(keeper, 'web');
    for (const name of names.slice(0, 4)) await keeper.acts.removeMachine(keeper.cluster, name);
    await keeper.keep();
    await expectWhole(keeper, 1, 5);
  });

  it('keeps a zone that is wholly bad, however much the pool allows', async () => {
    const keeper = await aCluster({ ...WIDE, spec: { health: { maxUnhealthy: 5 }, simulated: { zones: ['a', 'b'] } } });
    const { machines } = await keeper.world();
    const zone = machines.filter((m) => m.zone === 'b').map((m) => m.id);
    expect(zone).toHaveLength(2);
    for (const name of zone) await keeper.acts.freeze(keeper.cluster, name);
    await keepFor(keeper, 8 * MINUTE);
    expect(keeper.status().status.because).toContain('all 2 nodes of zone b look bad');
    expect(removals(keeper)).toEqual([]);
  });

  it('of 0 lets nothing that exists be taken away', async () => {
    const keeper = await aCluster({ ...WIDE, spec: { health: { maxUnhealthy: 0 } } });
    await keeper.acts.freeze(keeper.cluster, await one(keeper, 'web'));
    await keepFor(keeper, 8 * MINUTE);
    expect(holdsOf(keeper)).toEqual(['Braked']);
    expect(removals(keeper)).toEqual([]);
  });
});

describe('a machine that never joins', () => {
  const slow = { spec: { simulated: { bootTime: '1h' } } };

  it('is replaced three times in a row, then held until somebody says retry', async () => {
    const keeper = await aCluster({ workers: { web: 1 } });
    keeper.declare({ ...slow, workers: { web: { count: 2, health: { maxUnhealthy: 2, startupTimeout: '1m' } } } });
    await keepFor(keeper, 8 * MINUTE);
    expect(removals(keeper)).toHaveLength(3);
    expect(holdsOf(keeper)).toEqual(['StartupFailed']);
    expect(keeper.status().status.holds[0]?.release).toContain('skep retry demo');
    const at = keeper.clock.now();
    keeper.intents.push({ id: 'r', kind: 'retry', by: 'ana', at, reason: null, until: null } satisfies Intent);
    await keepFor(keeper, 8 * MINUTE);
    expect(removals(keeper)).toHaveLength(6);
    expect(holdsOf(keeper)).toEqual(['StartupFailed']);
  });

  it('is counted anew under a changed document', async () => {
    const keeper = await aCluster({ workers: { web: 1 } });
    keeper.declare({ ...slow, workers: { web: { count: 2, health: { maxUnhealthy: 2, startupTimeout: '1m' } } } });
    await keepFor(keeper, 8 * MINUTE);
    expect(holdsOf(keeper)).toEqual(['StartupFailed']);
    keeper.declare({ workers: { web: { count: 2, health: { maxUnhealthy: 2, startupTimeout: '1m' } } } });
    await keeper.keep(20 * MINUTE);
    await expectWhole(keeper, 1, 2);
  });

  it('is started when a crash came between making and starting it', async () => {
    const keeper = await aCluster({ workers: { web: 1 } });
    const id = 'demo-web-abcd' as MachineId;
    await keeper.worlds.change(keeper.cluster, null, new AbortController().signal, ({ world }) => {
      const like = world?.machines.find((m) => m.pool === 'web');
      if (like)
        world?.machines.push({ ...like, id, address: '10.88.9.9', state: 'made', bootedAt: null, membership: null });
      return ok(undefined);
    });
    keeper.declare({ workers: { web: 2 } });
    await keeper.keep();
    expect(stepsOf(keeper)).toContain('start demo-web-abcd');
    await expectWhole(keeper, 1, 2);
  });
});

describe('a node that looks bad is not replaced', () => {
  it('when health.replace is false', async () => {
    const keeper = await aCluster({ workers: { web: { count: 1, health: { replace: false } } } });
    await keeper.acts.freeze(keeper.cluster, await one(keeper, 'web'));
    await keepFor(keeper, 7 * MINUTE);
    expect(holdsOf(keeper)).toEqual(['ReplacementHeld']);
    expect(removals(keeper)).toEqual([]);
  });

  it('when it holds local data; gone, it is', async () => {
    const keeper = await aCluster({ workers: { web: 1 }, spec: { managers: { count: 1, availability: 'Drain' } } });
    await keeper.acts.deployService(keeper.cluster, { name: 'db', replicas: 1, localData: ['pgdata'] });
    await keeper.clock.step(5_000);
    const id = await one(keeper, 'web');
    await keeper.acts.freeze(keeper.cluster, id);
    await keepFor(keeper, 7 * MINUTE);
    expect(holdsOf(keeper)).toEqual(['LocalDataHeld']);
    expect(removals(keeper)).toEqual([]);
    await keeper.acts.removeMachine(keeper.cluster, id);
    await keeper.keep();
    expect(await namesOf(keeper, 'web')).toHaveLength(1);
    expect(keeper.status().status.phase).toBe('Ready');
  });

  it('nor started, when it carries skep.hold', async () => {
    const keeper = await aCluster();
    const id = await one(keeper, 'web');
    await keeper.acts.labelByHand(keeper.cluster, id, { 'skep.hold': 'mine' });
    await keeper.acts.stopMachine(keeper.cluster, id);
    await keepFor(keeper, 7 * MINUTE);
    expect(holdsOf(keeper)).toContain('Paused');
    expect(stepsOf(keeper).filter((s) => s.includes(id) && /^(start|remove)/.test(s))).toEqual([]);
  });

  it('while its document is missing; a stopped one is started all the same', async () => {
    const keeper = await aCluster({ workers: { web: 2 } });
    const [stopped, frozen] = await namesOf(keeper, 'web');
    if (!stopped || !frozen) throw new Error('two workers');
    keeper.say(GONE);
    await keeper.acts.freeze(keeper.cluster, frozen);
    await keeper.acts.stopMachine(keeper.cluster, stopped);
    await keepFor(keeper, 7 * MINUTE);
    expect(stepsOf(keeper)).toContain(`start ${stopped}`);
    expect(removals(keeper)).toEqual([]);
  });
});
