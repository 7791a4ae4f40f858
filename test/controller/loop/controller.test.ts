import { describe, expect, it } from 'vitest';
import type { ClusterName } from '../../../src/model/ids.ts';
import type { Intent } from '../../../src/model/record.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { aRecord, createLoopWorld, RESTS } from './support/loop-world.ts';
import { createMemoryLease } from './support/memory-lease.ts';
import { specText } from './support/specs.ts';

describe('runController', () => {
  it('visits every declared and every recorded cluster at once, and again at each resync', async () => {
    const world = createLoopWorld();
    world.files.set('a.yaml', specText('a'));
    world.records.set('orphan', aRecord('orphan'));
    const run = world.start(async () => RESTS);
    await world.clock.step(1_000);
    expect(world.passes.map(({ key }) => key).sort()).toEqual(['a', 'orphan']);
    await world.clock.step(66_000);
    expect(world.times('a')).toHaveLength(2);
    expect(await run.finish()).toEqual({ kind: 'stopped' });
  });

  it('visits a cluster without a document whose record cannot be understood, again and again', async () => {
    const world = createLoopWorld();
    const unreadable = ['ghost' as ClusterName];
    const run = world.start(async () => RESTS, { records: async () => ({ records: [], unreadable, missing: null }) });
    await world.clock.step(70_000);
    expect(world.times('ghost')).toHaveLength(2);
    await run.finish();
  });

  it('begins a pass within 150 ms of a change it has a hint of, and within 10 s without a hint', async () => {
    const world = createLoopWorld();
    world.files.set('a.yaml', specText('a'));
    const run = world.start(async () => RESTS);
    await world.clock.step(5_000);
    world.files.set('a.yaml', specText('a', 2));
    world.hint();
    await world.clock.step(150);
    expect(world.times('a')).toHaveLength(2);
    expect(world.passes[1]?.context.priority).toBe('spec');
    world.files.set('a.yaml', specText('a', 3));
    await world.clock.step(10_000);
    expect(world.times('a')).toHaveLength(3);
    world.hint();
    await world.clock.step(1_000);
    expect(world.times('a')).toHaveLength(3);
    await run.finish();
  });

  it('looks again at a cluster when its provider hints, and not at clusters of nobody', async () => {
    const world = createLoopWorld();
    world.files.set('a.yaml', specText('a'));
    const run = world.start(async () => RESTS);
    await world.clock.step(5_000);
    for (let i = 0; i < 20; i += 1) world.providerHint('a');
    world.providerHint('stranger');
    await world.clock.step(1_000);
    expect(world.times('a')).toEqual([0, 5_100]);
    expect(world.times('stranger')).toEqual([]);
    await run.finish();
  });

  it('tells a pass that its document is broken, in conflict, absent, and back', async () => {
    const world = createLoopWorld();
    const kinds: string[] = [];
    world.records.set('a', aRecord('a'));
    const run = world.start(async (_, cx) => {
      kinds.push((await cx.declared(world.records.get('a') ?? null)).kind);
      return RESTS;
    });
    for (const text of [specText('a'), '{{{', `${specText('a')}---\n${specText('a')}`, '', specText('a')]) {
      world.files.set('a.yaml', text);
      world.hint();
      await world.clock.step(1_000);
    }
    expect(kinds).toEqual(['document', 'broken', 'conflict', 'absent', 'document']);
    expect(world.sink.codes()).toEqual(
      expect.arrayContaining(['SKP101', 'SKP102', 'SKP103', 'SKP105', 'SKP106', 'SKP401', 'SKP407']),
    );
    await run.finish();
  });

  it('lists again right when an absence can settle, and enqueues the cluster', async () => {
    const world = createLoopWorld();
    world.files.set('a.yaml', specText('a'));
    world.records.set('a', aRecord('a'));
    const settled: [number, boolean][] = [];
    const run = world.start(
      async (_, cx) => {
        const declared = await cx.declared(world.records.get('a') ?? null);
        if (declared.kind === 'absent') settled.push([world.clock.monotonic(), declared.absence.settled]);
        return RESTS;
      },
      { relistMs: 7_000 },
    );
    await world.clock.step(1_000);
    world.files.clear();
    world.hint();
    await world.clock.step(32_000);
    expect(settled).toEqual([
      [1_050, false],
      [31_050, true],
    ]);
    await run.finish();
  });

  it('looks every second for a directory that is gone', async () => {
    const world = createLoopWorld();
    world.files.set('a.yaml', specText('a'));
    const run = world.start(async () => RESTS);
    await world.clock.step(1_000);
    world.isVanished = true;
    world.hint();
    await world.clock.step(1_000);
    world.isVanished = false;
    world.files.set('a.yaml', specText('a', 2));
    await world.clock.step(1_000);
    expect(world.sink.codes()).toEqual(expect.arrayContaining(['SKP107', 'SKP108']));
    expect(world.passes.at(-1)).toMatchObject({ key: 'a', context: { priority: 'spec' } });
    await run.finish();
  });

  it('hands an intent to the pass of its cluster until it is done', async () => {
    const world = createLoopWorld();
    world.files.set('a.yaml', specText('a'));
    const seen: number[] = [];
    const run = world.start(async (_, cx) => {
      seen.push(cx.intents.length);
      for (const { intent } of cx.intents) await cx.intentDone(intent.id);
      return RESTS;
    });
    await world.clock.step(1_000);
    const intent: Intent = { id: 'i1', kind: 'pause', by: 'ops', at: 1, reason: null, until: null };
    world.intents.push({ cluster: 'a' as ClusterName, intent });
    world.hint();
    await world.clock.step(70_000);
    expect(seen).toEqual([0, 1, 0]);
    expect(world.intents).toEqual([]);
    await run.finish();
  });

  it('ends the back-off of a failing cluster when somebody asks for it', async () => {
    const world = createLoopWorld();
    world.files.set('a.yaml', specText('a'));
    const run = world.start(async () => ({ nextMs: null, failed: true, rest: null }), { relistMs: 600_000 });
    await world.clock.step(40_000);
    const tried = world.times('a').length;
    const intent: Intent = { id: 'r1', kind: 'retry', by: 'ops', at: 1, reason: null, until: null };
    world.intents.push({ cluster: 'a' as ClusterName, intent });
    world.hint();
    await world.clock.step(100);
    expect(world.times('a').length).toBe(tried + 1);
    await world.clock.step(4_000);
    expect(world.times('a').length, 'failures are counted anew').toBeGreaterThan(tried + 2);
    await run.finish();
  });

  it('steps down and takes a higher term when a record carries one', async () => {
    const world = createLoopWorld();
    world.files.set('a.yaml', specText('a'));
    const run = world.start(async () => RESTS);
    await world.clock.step(1_000);
    world.records.set('a', aRecord('a', { term: 9 }));
    await world.clock.step(70_000);
    expect(world.passes.at(-1)?.context.term).toBe(10);
    await run.finish();
  });

  it('keeps the heartbeat and the files of the fleet up', async () => {
    const world = createLoopWorld();
    world.files.set('a.yaml', 'kind: [');
    const run = world.start(async () => RESTS);
    await world.clock.step(1_000);
    expect(world.written.source).toMatchObject({
      complete: false,
      documents: 0,
      complaints: expect.arrayContaining([expect.stringContaining('a.yaml:')]),
    });
    expect(world.written.index?.clusters).toEqual([]);
    const first = world.written.controller;
    expect(first).toMatchObject({ role: 'leading', term: 2, id: 'me' });
    await world.clock.step(5_000);
    expect(world.written.controller?.beatAt).not.toBe(first?.beatAt);
    await run.finish();
    expect(world.written.controller?.role).toBe('stopped');
  });
});

describe('the end of runController', () => {
  it('lets a pass under way end its effect, takes no other, releases the lease', async () => {
    const world = createLoopWorld();
    world.files.set('a.yaml', specText('a'));
    const seen: boolean[] = [];
    const run = world.start(async (_, cx) => {
      await world.clock.sleep(2_000);
      seen.push(cx.mayBegin(), cx.stopping.aborted, cx.signal.aborted);
      return RESTS;
    });
    await world.clock.step(500);
    run.stop.abort();
    await world.clock.step(1_600);
    await run.ended;
    expect(seen).toEqual([false, true, false]);
    expect(world.lease.stored).toMatchObject({ released: true });
    await run.finish();
  });

  it('comes within 5 s even when a pass does not end and the records do not answer', async () => {
    const world = createLoopWorld();
    world.files.set('a.yaml', specText('a'));
    let cutAt = 0;
    const run = world.start(
      (_, cx) => {
        cx.signal.addEventListener('abort', () => {
          cutAt = world.clock.monotonic();
        });
        return new Promise(() => {});
      },
      { resyncMs: 1_000 },
    );
    await world.clock.step(500);
    run.stop.abort();
    await world.clock.step(5_000);
    expect(await run.ended).toEqual({ kind: 'stopped' });
    expect(cutAt).toBe(4_500);
    expect(world.sink.codes()).toContain('SKP410');
    expect(world.lease.stored).toMatchObject({ released: true });
    await run.finish();
  });

  it('of a term breaks off what is under way at once when another holds the lease', async () => {
    const world = createLoopWorld();
    world.files.set('a.yaml', specText('a'));
    const run = world.start(() => new Promise(() => {}));
    await world.clock.step(500);
    world.lease.stored = { holder: 'another', term: 9, renewals: 0, released: false };
    await world.clock.step(2_000);
    expect(world.passes[0]?.context.signal.aborted).toBe(true);
    await run.finish();
  });

  it('is not waited for by the next controller', async () => {
    const clock = createFakeClock();
    const lease = createMemoryLease();
    const [first, second] = [createLoopWorld(clock, lease), createLoopWorld(clock, lease)];
    for (const world of [first, second]) world.files.set('a.yaml', specText('a'));
    const one = first.start(async () => RESTS, { id: 'one' });
    await clock.step(100);
    const two = second.start(async () => RESTS, { id: 'two' });
    await clock.step(20_000);
    expect([first.passes.length, second.passes.length]).toEqual([1, 0]);
    one.stop.abort();
    await clock.step(3_000);
    await one.ended;
    expect(second.passes[0]?.context.term).toBe(2);
    await two.finish();
  });
});

describe('runController --once', () => {
  it('ends when every cluster came to rest twice, and says how', async () => {
    const world = createLoopWorld();
    for (const name of ['a', 'b']) world.files.set(`${name}.yaml`, specText(name));
    let passes = 0;
    const run = world.start(
      async (key) => {
        passes += 1;
        if (key === 'b') return { ...RESTS, rest: { ok: false, because: 'held' } };
        return passes < 5 ? { nextMs: 1_000, failed: false, rest: null } : RESTS;
      },
      { once: true },
    );
    await world.clock.step(10_000);
    expect(await run.ended).toEqual({
      kind: 'rested',
      clusters: [
        { name: 'a', ok: true, because: 'as declared' },
        { name: 'b', ok: false, because: 'held' },
      ],
      complaints: [],
      vanished: false,
    });
    expect(world.times('a').length).toBeGreaterThanOrEqual(3);
    expect(world.clock.sleepers()).toBe(0);
  });

  it('ends at once with nothing to do, with what is wrong with the directory', async () => {
    const world = createLoopWorld();
    world.isVanished = true;
    const run = world.start(async () => RESTS, { once: true });
    await world.clock.step(100);
    expect(await run.ended).toMatchObject({ kind: 'rested', clusters: [], vanished: true });
  });

  it('waits for the second listing before a deletion, and for the deletion', async () => {
    const world = createLoopWorld();
    world.files.set('b.yaml', specText('b'));
    world.records.set('a', aRecord('a'));
    const run = world.start(
      async (key, cx) => {
        await world.clock.sleep(300);
        const declared = await cx.declared(world.records.get(key) ?? null);
        if (declared.kind !== 'absent' || !declared.absence.settled) return RESTS;
        if (world.records.delete(key)) return { nextMs: 2_000, failed: false, rest: null };
        cx.noteRecord(null);
        return RESTS;
      },
      { once: true },
    );
    await world.clock.step(29_000);
    expect(world.records.has('a')).toBe(true);
    await world.clock.step(10_000);
    expect(await run.ended).toMatchObject({ kind: 'rested', clusters: [{ name: 'b' }] });
    expect(world.records.has('a')).toBe(false);
    expect(world.times('a').at(-1)).toBeGreaterThan(32_000);
  });
});
