import { describe, expect, it } from 'vitest';
import { expand } from '../../../src/model/desired.ts';
import type { World } from '../../../src/providers/simulated/world.ts';
import { INVARIANTS } from '../../../src/simulation/invariants/all.ts';
import type { Call, Entry, Files } from '../../../src/simulation/trace.ts';
import { aSpec, SOURCE, type SpecWish, START } from '../../support/builders.ts';
import { aLook, anEffect, aTrace, aWorld, CLUSTER, memberIn, PLAN, removeMachine } from '../support/a-trace.ts';

const judged = (invariant: keyof typeof INVARIANTS, ...entries: Entry[]): readonly string[] =>
  INVARIANTS[invariant](aTrace(entries)).map(({ why }) => why);
const WEB = { managers: 1, workers: { web: 2 } } as const;
const drain = (w: World) => void Object.assign(memberIn(w, 'web-1'), { availability: 'drain' });

describe('S8: what is not ours is left alone', () => {
  it('a world of another owner is changed', () => {
    const world = { ...aWorld(WEB), owner: 'theirs' };
    expect(judged('S8', anEffect('set-node', world, drain))).toEqual(['demo: it belongs to theirs']);
  });

  it('a stranger, or a node that somebody keeps, is changed or removed', () => {
    const stranger = aWorld(WEB);
    memberIn(stranger, 'web-1').outside = true;
    expect(judged('S8', anEffect('set-node', stranger, drain))).toEqual(['demo: web-1, a stranger, is changed']);
    const kept = aWorld(WEB);
    memberIn(kept, 'web-1').labels['skep.hold'] = 'mine';
    const said = ['demo: web-1 carries skep.hold and is touched'];
    expect(judged('S8', anEffect('set-node', kept, drain))).toEqual(said);
    expect(
      judged(
        'S8',
        anEffect('remove-machine', kept, (w) => removeMachine(w, 'web-1')),
      ),
    ).toEqual(said);
    expect(judged('S8', anEffect('set-node', aWorld(WEB), drain))).toEqual([]);
  });

  it('a pass over one cluster changes another', () => {
    const world = aWorld(WEB);
    const look = aLook(world, { cluster: 'other' as never });
    expect(judged('S8', anEffect('set-node', world, drain, { look }))).toEqual([
      'demo: it is changed by a pass over other',
    ]);
  });
});

describe('S9: a deletion that is not allowed', () => {
  const mark = (w: World) => {
    if (w.record) w.record = { ...w.record, deletion: { markedAt: START, because: 'gone' } };
  };
  const files = (at: number, names: readonly string[], vanished = false): Files => ({
    kind: 'files',
    at,
    names: names as never,
    vanished,
  });
  function deletion(policy: string, more: Partial<SpecWish['spec']> = {}, at = 60_000) {
    const world = { ...aWorld({ ...WEB, spec: { deletionPolicy: policy, ...more } }), at: START + at };
    const look = aLook(world, { listedAt: START + at, at });
    return anEffect('write-record', world, mark, { look, at });
  }
  const gone = [files(0, [CLUSTER]), files(10_000, [])];

  it.each([
    ['its deletionPolicy is Retain', [...gone, deletion('Retain')]],
    ['nobody confirmed it', [...gone, deletion('Confirm')]],
    ['it is paused', [...gone, deletion('Delete', { paused: true })]],
    ['its document was there when it was listed', [...gone, files(50_000, [CLUSTER]), deletion('Delete')]],
    ['its document was missing for 20000 ms only', [files(0, [CLUSTER]), files(40_000, []), deletion('Delete')]],
    ['the directory had vanished', [files(0, [CLUSTER]), files(10_000, [], true), deletion('Delete')]],
    [
      'another was deleted within the hour',
      [...gone, { ...deletion('Delete', {}, 50_000), cluster: 'other' as never }, deletion('Delete')],
    ],
  ] as const)('%s', (why, entries) =>
    expect(judged('S9', ...entries)).toContain(`demo: deletion marked although ${why}`),
  );

  it('one that is allowed, and one that was never marked', () => {
    expect(judged('S9', ...gone, deletion('Delete'))).toEqual([]);
    const forget = anEffect('forget-record', aWorld(WEB), (w) => void Object.assign(w, { record: null }));
    expect(judged('S9', forget)).toEqual(['demo: forget-record and no deletion is marked']);
  });
});

const call = (over: Partial<Call>): Call => ({
  kind: 'call',
  at: 0,
  by: 'one',
  term: 1,
  cluster: CLUSTER,
  method: 'swarm.promote',
  about: 'n-1',
  fault: null,
  ...over,
});

describe('S10: older terms', () => {
  it('a record of an older term replaces one of a newer', () => {
    const world = aWorld(WEB);
    if (world.record) world.record = { ...world.record, term: 5 };
    const write = (term: number) =>
      anEffect('write-record', world, (w) => {
        if (w.record) w.record = { ...w.record, term };
      });
    expect(judged('S10', write(4))).toEqual(['demo: term 4 writes over term 5']);
    expect(judged('S10', write(6))).toEqual([]);
  });

  it('an effect is begun under an older term', () => {
    const calls = [call({ at: 1, term: 2, by: 'two' }), call({ at: 2, term: 1 })];
    expect(judged('S10', ...calls)).toEqual(['one begins swarm.promote under term 1 after term 2']);
    expect(judged('S10', ...[...calls].reverse())).toEqual([]);
  });
});

describe('S11: secrets', () => {
  it('stand in no status, event or plan', () => {
    const status = { kind: 'status', at: 1, by: 'one', path: '/status/demo.json', text: '{"a":"hunter2"}' } as const;
    const said = { kind: 'said', at: 1, by: 'one', code: 'SKP101', data: { what: 'line: hunter2' } } as const;
    const look = aLook(aWorld(WEB), { plan: { ...PLAN, waits: [{ what: 'hunter2', recheckMs: 1 }] } });
    const found = INVARIANTS.S11(aTrace([status, said, look])).map(({ why }) => why);
    expect(found).toEqual(['/status/demo.json', 'event SKP101', 'a plan'].map((where) => `hunter2 stands in ${where}`));
    expect(judged('S11', { ...status, text: '{}' })).toEqual([]);
  });
});

describe('S12: patience', () => {
  it('the same failure is met again and again within seconds', () => {
    const tries = (everyMs: number) =>
      Array.from({ length: 7 }, (_, i) => call({ at: i * everyMs, fault: 'unreachable' }));
    expect(judged('S12', ...tries(500))).toEqual(['one tries swarm.promote n-1 7 times in 10 s']);
    expect(judged('S12', ...tries(5_000))).toEqual([]);
  });

  it('passes follow each other and no time passes', () => {
    const looks = (stepMs: number) => Array.from({ length: 80 }, (_, i) => aLook(aWorld(WEB), { at: i * stepMs }));
    expect(judged('S12', ...looks(0))).toEqual(['one looks at demo again and again, and no time passes']);
    expect(judged('S12', ...looks(100))).toEqual([]);
  });

  it('the same is asked for over and over, and is answered well', () => {
    const calls = (everyMs: number) => Array.from({ length: 130 }, (_, i) => call({ at: i * everyMs }));
    expect(judged('S12', ...calls(50))).toEqual(['one asks for swarm.promote n-1 over and over']);
    expect(judged('S12', ...calls(250))).toEqual([]);
  });

  it('a hold without release, a wait without reason, a status without a next time', () => {
    const hold = { reason: 'Braked', what: 'it', why: 'because', release: '' } as const;
    expect(judged('S12', aLook(aWorld(WEB), { plan: { ...PLAN, holds: [hold] } }))).toHaveLength(1);
    expect(judged('S12', aLook(aWorld(WEB), { plan: { ...PLAN, waits: [{ what: '', recheckMs: 1 }] } }))).toHaveLength(
      1,
    );
    const text = (nextLookAt: string | null) =>
      JSON.stringify({ status: { because: 'it boots', nextLookAt, conditions: [{ type: 'Reconciling' }] } });
    const status = { kind: 'status', at: 1, by: 'one', path: '/status/demo.json' } as const;
    expect(judged('S12', { ...status, text: text(null) })).toEqual(['/status/demo.json waits without a next time']);
    expect(judged('S12', { ...status, text: text('soon') })).toEqual([]);
  });
});

describe('L1, L2 and L3: what comes of it', () => {
  const desired = expand(aSpec({ name: CLUSTER, ...WEB }), SOURCE);
  function end(phase: string, conditions: readonly string[], world: World, holds: readonly object[] = []) {
    const status = {
      phase,
      holds,
      because: 'it boots',
      observedSpecHash: desired.specHash,
      conditions: conditions.map((type) => ({ type })),
    };
    const statuses = new Map([[CLUSTER, { metadata: { name: CLUSTER }, status } as never]]);
    return { at: 9, declared: new Map([[CLUSTER, desired.specHash]]), statuses, worlds: [world] };
  }
  const told = (invariant: 'L1' | 'L2', ...ask: Parameters<typeof end>) =>
    INVARIANTS[invariant](aTrace([], { end: end(...ask) })).map(({ why }) => why);

  it('L1: it still moves long after, or rests without a hold, or its hold says too little', () => {
    const world = aWorld(WEB);
    expect(told('L1', 'Ready', [], world)).toEqual([]);
    expect(told('L1', 'Updating', ['Reconciling'], world)).toEqual(['demo: it still moves: it boots']);
    expect(told('L1', 'Pending', [], world)).toEqual(['demo: Pending without a hold: it boots']);
    const hold = { reason: 'Braked', why: 'because', release: 'they recover' };
    expect(told('L1', 'Held', [], world, [hold])).toEqual([]);
    expect(told('L1', 'Held', [], world, [{ ...hold, reason: 'Whatever' }])).toEqual(['demo: a hold says too little']);
  });

  it('L2: Ready, and something is left over, missing or there twice', () => {
    expect(told('L2', 'Ready', [], aWorld(WEB))).toEqual([]);
    expect(told('L2', 'Ready', [], aWorld(WEB, { web: 3 }))).toEqual(['demo is Ready and web has 3 of 2 machines']);
    const lost = aWorld(WEB);
    removeMachine(lost, 'web-1');
    expect(told('L2', 'Ready', [], lost)).toContain('demo is Ready and member web-1 has no machine');
    const twice = anEffect('grow-pool', aWorld(WEB), (w) => void w.machines.push(...w.machines.slice(0, 1)));
    expect(judged('L2', twice)).toEqual(['demo: a machine is made twice']);
  });

  it('L1: a machine of an older document that never came up is left in the way of a newer', () => {
    const world = aWorld(WEB);
    const [, machine] = world.machines;
    Object.assign(machine ?? {}, { hash: 'v1:older', membership: null });
    if (world.record) {
      const hashInputs = {
        ...world.record.hashInputs,
        'v1:older': { provider: 'simulated', engineConfig: { debug: true } },
      };
      world.record = { ...world.record, hashInputs };
    }
    const hold = { reason: 'Braked', why: 'because', release: 'they recover' };
    expect(told('L1', 'Held', [], world, [hold])).toEqual([
      'demo: web-1 is outdated, serves nobody, and nothing but healing speaks of it: it boots',
    ]);
    expect(told('L1', 'Held', [], world, [hold, { ...hold, reason: 'Paused' }])).toEqual([]);
    Object.assign(machine ?? {}, { hash: world.machines[2]?.hash });
    expect(told('L1', 'Held', [], world, [hold])).toEqual([]);
  });

  it('L2: a cluster is forgotten and its machines are not', () => {
    const world = aWorld(WEB);
    world.record = null;
    expect(told('L2', 'Deleted', [], world)).toEqual(['demo has no record any more and 3 machines']);
    world.machines = [];
    expect(told('L2', 'Deleted', [], world)).toEqual([]);
  });

  it('L3: a changed spec is not taken up, or something is taken away by the old one', () => {
    const changed = expand(aSpec({ name: CLUSTER, managers: 1, workers: { web: 1 } }), SOURCE);
    const declared = { kind: 'document', desired: changed } as const;
    const world = aWorld(WEB);
    expect(judged('L3', aLook(world, { declared }))).toEqual(['demo: a changed spec is not accepted at the next pass']);
    const accept = {
      kind: 'write-record',
      next: { ...(world.record as never as object), specHash: changed.specHash } as never,
      seenRevision: 1,
      why: '',
    } as const;
    const remove = { kind: 'remove-machine', machine: 'web-1' as never, why: '' } as const;
    expect(judged('L3', aLook(world, { declared, plan: { ...PLAN, batch: [accept] } }))).toEqual([]);
    expect(judged('L3', aLook(world, { declared, plan: { ...PLAN, batch: [accept, remove] } }))).toEqual([
      'demo: remove-machine goes on by the old spec while a new one is there',
    ]);
  });
});
