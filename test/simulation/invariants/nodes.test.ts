import { describe, expect, it } from 'vitest';
import type { World } from '../../../src/providers/simulated/world.ts';
import { INVARIANTS } from '../../../src/simulation/invariants/all.ts';
import type { Change } from '../../../src/simulation/trace.ts';
import { START } from '../../support/builders.ts';
import {
  aLook,
  anEffect,
  aTrace,
  aWorld,
  lose,
  machineIn,
  memberIn,
  PLAN,
  removeMachine,
  runTask,
  swarmIn,
} from '../support/a-trace.ts';

const judged = (invariant: keyof typeof INVARIANTS, change: Change): readonly string[] =>
  INVARIANTS[invariant](aTrace([change])).map(({ why }) => why);
const removeWeb = (w: World) => removeMachine(w, 'web-1');
const WEB = { managers: 1, workers: { web: 2 } } as const;

describe('S4 and S13: nodes that go with tasks or data on them', () => {
  it('a live node is terminated with tasks on it', () => {
    const world = aWorld(WEB);
    runTask(world, 'web-1');
    expect(judged('S4', anEffect('remove-machine', world, removeWeb))).toEqual([
      'demo: web-1 is terminated with 1 tasks on it',
    ]);
    lose(world, 'web-1');
    expect(judged('S4', anEffect('remove-machine', world, removeWeb))).toEqual([]);
  });

  it('drainTimeout under Force lets it go, and only then', () => {
    const force = { rollout: { onDrainTimeout: 'Force', drainTimeout: '1m' } };
    const world = aWorld({ managers: 1, workers: { web: 2 }, spec: force });
    runTask(world, 'web-1');
    const drainedFor = (ms: number) =>
      Object.assign(memberIn(world, 'web-1'), { availability: 'drain', labels: { 'skep.since': String(START - ms) } });
    drainedFor(30_000);
    expect(judged('S4', anEffect('remove-machine', world, removeWeb))).toHaveLength(1);
    drainedFor(61_000);
    expect(judged('S4', anEffect('remove-machine', world, removeWeb))).toEqual([]);
  });

  it('a service may say itself whether it is waited for', () => {
    const drained = (labels: Record<string, string>): World => {
      const world = aWorld({
        managers: 1,
        workers: { web: 2 },
        spec: { rollout: { onDrainTimeout: 'Force', drainTimeout: '1m' } },
      });
      runTask(world, 'web-1');
      Object.assign(swarmIn(world).services[0] ?? {}, { labels });
      Object.assign(memberIn(world, 'web-1'), {
        availability: 'drain',
        labels: { 'skep.since': String(START - 61_000) },
      });
      return world;
    };
    expect(judged('S4', anEffect('remove-machine', drained({ 'skep.drain': 'wait' }), removeWeb))).toHaveLength(1);
    const skipped = drained({ 'skep.drain': 'skip' });
    memberIn(skipped, 'web-1').labels = {};
    expect(judged('S4', anEffect('remove-machine', skipped, removeWeb))).toEqual([]);
  });

  it('protected local data is destroyed', () => {
    const world = aWorld(WEB);
    runTask(world, 'web-1', ['data']);
    lose(world, 'web-1');
    expect(judged('S13', anEffect('remove-machine', world, removeWeb))).toEqual([
      'demo: web-1 is destroyed with local data on it',
    ]);
    const discards = aWorld({ managers: 1, workers: { web: { count: 2, localData: 'Discard' } } });
    runTask(discards, 'web-1', ['data']);
    expect(judged('S13', anEffect('remove-machine', discards, removeWeb))).toEqual([]);
  });
});

describe('S5 and S7: budgets and the brake', () => {
  const drain = (w: World) => void Object.assign(memberIn(w, 'web-1'), { availability: 'drain' });

  it('a node is drained that the pool cannot spare', () => {
    expect(judged('S5', anEffect('set-node', aWorld(WEB), drain))).toHaveLength(1);
    expect(judged('S5', anEffect('set-node', aWorld(WEB, { web: 3 }), drain))).toEqual([]);
    const one = { managers: 1, workers: { web: { count: 2, rollout: { maxUnavailable: 1 } } } } as const;
    expect(judged('S5', anEffect('set-node', aWorld(one), drain))).toEqual([]);
  });

  it('nodes already down count', () => {
    const world = aWorld({ managers: 1, workers: { web: { count: 3, rollout: { maxUnavailable: 1 } } } });
    lose(world, 'web-3');
    expect(judged('S5', anEffect('set-node', world, drain))).toHaveLength(1);
  });

  it('what is unknown after a leader change is spared like what is ready', () => {
    const world = aWorld(WEB);
    for (const member of swarmIn(world).members) member.state = 'unknown';
    expect(judged('S5', anEffect('set-node', world, drain))).toHaveLength(1);
  });

  it('a bad node is taken away while too many look bad', () => {
    const world = aWorld({ managers: 1, workers: { web: 5 } });
    lose(world, 'web-1');
    expect(judged('S7', anEffect('remove-machine', world, removeWeb))).toEqual([]);
    lose(world, 'web-2');
    expect(judged('S7', anEffect('remove-machine', world, removeWeb))).toEqual([
      'demo: web-1 is taken away under the brake',
    ]);
  });

  it('what a rollout has in hand when it goes down is not healed away', () => {
    const world = aWorld(WEB);
    lose(world, 'web-1');
    lose(world, 'web-2');
    memberIn(world, 'web-1').labels['skep.intent'] = 'replace:1';
    expect(judged('S7', anEffect('remove-machine', world, removeWeb))).toHaveLength(1);
    machineIn(world, 'web-1').hash = 'v1:older';
    expect(judged('S7', anEffect('remove-machine', world, removeWeb))).toEqual([]);
  });

  it('a bad node is taken away while its whole zone looks bad', () => {
    const world = aWorld({ managers: 1, workers: { web: 5 }, spec: { health: { maxUnhealthy: '100%' } } });
    lose(world, 'web-2');
    lose(world, 'web-5');
    expect(
      judged(
        'S7',
        anEffect('remove-machine', world, (w) => removeMachine(w, 'web-2')),
      ),
    ).toHaveLength(1);
  });
});

describe('S6: looks that failed, are partial, or are of another pass', () => {
  it('a live machine is removed that the look could not see into, or did not show', () => {
    const world = aWorld(WEB);
    for (const hide of [(w: World) => void Object.assign(machineIn(w, 'web-1'), { frozen: true }), removeWeb]) {
      const saw = structuredClone(world);
      hide(saw);
      expect(judged('S6', anEffect('remove-machine', world, removeWeb, { saw }))).toHaveLength(1);
    }
    expect(judged('S6', anEffect('remove-machine', world, removeWeb))).toEqual([]);
  });

  it('something is taken away on a look that failed', () => {
    const failed = { ok: false, problem: { kind: 'unreachable', what: 'it', detail: 'no route' } } as const;
    const step = { kind: 'remove-machine', machine: 'web-1' as never, why: 'because' } as const;
    const look = aLook(aWorld(WEB), { plan: { ...PLAN, batch: [step] } });
    const blind = { ...look, observed: { ...look.observed, infrastructure: failed } };
    expect(INVARIANTS.S6(aTrace([blind])).map(({ why }) => why)).toEqual([
      'demo: remove-machine on a look that failed',
    ]);
    expect(INVARIANTS.S6(aTrace([look]))).toEqual([]);
  });
});

describe('S6: looks that are out of date, or failed and are taken for an answer', () => {
  const pause = (w: World) =>
    void Object.assign(memberIn(w, 'web-1'), { availability: 'pause', version: memberIn(w, 'web-1').version + 1 });

  it('a member is changed that others changed since the look', () => {
    const world = aWorld(WEB);
    const saw = structuredClone(world);
    memberIn(world, 'web-1').version += 1;
    expect(judged('S6', anEffect('set-node', world, pause, { saw }))).toEqual([
      'demo: web-1 is changed by a look that is out of date',
    ]);
    memberIn(saw, 'web-1').version += 1;
    memberIn(saw, 'web-2').version += 1;
    expect(judged('S6', anEffect('set-node', world, pause, { saw }))).toEqual([]);
  });

  it('machines are made, or a record given up, after a look that answered nothing', () => {
    const grow = { kind: 'grow-pool', pool: 'web', count: 2, machines: [], why: '' } as const;
    const forget = { kind: 'forget-record', seenRevision: 1, why: '' } as const;
    const blindly = (...lies: string[]) =>
      INVARIANTS.S6(aTrace([aLook(aWorld(WEB), { lies, plan: { ...PLAN, batch: [grow, forget] } })])).length;
    expect(blindly('unreachable infrastructure.observe')).toBe(2);
    expect(blindly('late infrastructure.observe', 'unreachable records.list')).toBe(0);
  });
});

describe('S14: nothing is replaced that was made of the same', () => {
  const older = (w: World): World => {
    const { record } = w;
    for (const machine of w.machines) machine.hash = machine.hash.replace('v1:', 'v0:');
    const inputs = Object.entries(record?.hashInputs ?? {}).map(([hash, of]) => [hash.replace('v1:', 'v0:'), of]);
    if (record) w.record = { ...record, hashInputs: { ...record.hashInputs, ...Object.fromEntries(inputs) } };
    return w;
  };
  const surge = (w: World) => void w.machines.push({ ...machineIn(w, 'web-1'), id: 'web-9' as never });

  it('a whole and healthy pool grows beyond its count', () => {
    expect(judged('S14', anEffect('grow-pool', older(aWorld(WEB)), surge))).toHaveLength(1);
  });

  it('but a pool made of something else may', () => {
    const changed = aWorld({ ...WEB, spec: { engine: { config: { debug: true } } } });
    for (const machine of changed.machines) machine.hash = 'v1:other';
    expect(judged('S14', anEffect('grow-pool', changed, surge))).toEqual([]);
  });
});
