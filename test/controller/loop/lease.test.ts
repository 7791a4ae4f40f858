import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/base/random.ts';
import { type LeaderOptions, type Leadership, runLeader } from '../../../src/controller/loop/lease.ts';
import { LEASE_TIMES } from '../../../src/controller/loop/lease-times.ts';
import type { LeaseStore } from '../../../src/providers/provider.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { collectEvents } from './support/collect-events.ts';
import { createMemoryLease } from './support/memory-lease.ts';

/** One process that works for ever once it leads; its last effect ends `windDownMs` after it was told to stop. */
function candidate(
  clock: FakeClock,
  store: LeaseStore,
  {
    id = 'me',
    windDownMs = 0,
    seed = 1,
    ...more
  }: { id?: string; windDownMs?: number; seed?: number } & Partial<LeaderOptions> = {},
) {
  const stop = new AbortController();
  const sink = collectEvents();
  const terms: { term: number; at: number }[] = [];
  let leadership: Leadership | null = null;
  const ended = runLeader(
    {
      store,
      id,
      clock,
      random: seededRandom(seed),
      sink,
      times: LEASE_TIMES,
      highestTerm: async () => 0,
      onStandby: () => {},
      isInPlace: () => true,
      onLeading: async (given) => {
        leadership = given;
        terms.push({ term: given.term, at: clock.monotonic() });
        await new Promise((resolve) => given.signal.addEventListener('abort', resolve));
        await clock.sleep(windDownMs);
      },
      ...more,
    },
    stop.signal,
  );
  async function finish(): Promise<void> {
    stop.abort();
    await clock.step(windDownMs);
    await ended;
    expect(clock.sleepers()).toBe(0);
  }
  return {
    stop,
    ended,
    finish,
    sink,
    terms,
    mayBegin: () => leadership?.mayBegin() ?? false,
    leadership: () => leadership,
  };
}

const ghost = (renewals = 0, released = false) => ({ holder: 'ghost', term: 4, renewals, released });

describe('runLeader', () => {
  it('takes a lease that nobody ever held at once, renews it, and releases it at the end', async () => {
    const clock = createFakeClock();
    const store = createMemoryLease();
    const me = candidate(clock, store);
    await clock.step(10_000);
    expect(me.terms).toEqual([{ term: 1, at: 0 }]);
    expect(store.stored).toMatchObject({ holder: 'me', term: 1, renewals: 5, released: false });
    await me.finish();
    expect(store.stored).toMatchObject({ holder: 'me', term: 1, released: true });
    expect(clock.sleepers()).toBe(0);
  });

  it('holds the lease, renewing it, until its last effect has ended', async () => {
    const clock = createFakeClock();
    const store = createMemoryLease();
    const me = candidate(clock, store, { windDownMs: 3_000 });
    await clock.step(1_000);
    me.stop.abort();
    expect(me.mayBegin()).toBe(false);
    await clock.step(2_900);
    expect(store.stored).toMatchObject({ released: false, renewals: 1 });
    await clock.step(200);
    await me.ended;
    expect(store.stored).toMatchObject({ released: true });
  });

  it('takes over 12 to 17 s after a crash, wherever in its period the crash fell', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 0, max: 9_000 }), async (seed, livesForMs) => {
        const clock = createFakeClock();
        const store = createMemoryLease(ghost());
        const me = candidate(clock, store, { seed });
        let renewedAt = 0;
        for (let at = 2_000; at <= livesForMs; at += 2_000) {
          await clock.step(2_000);
          store.stored = ghost(at);
          renewedAt = at;
        }
        await clock.step(17_000 - (clock.monotonic() - renewedAt));
        const [taken] = me.terms;
        expect(taken?.term).toBe(5);
        expect((taken?.at ?? 0) - renewedAt).toBeGreaterThanOrEqual(12_000);
        await me.finish();
      }),
      { numRuns: 50 },
    );
  });

  it('takes over within 3 s of a clean exit', async () => {
    const clock = createFakeClock();
    const store = createMemoryLease(ghost());
    const me = candidate(clock, store);
    await clock.step(3_100);
    store.stored = ghost(1, true);
    await clock.step(3_000);
    expect(me.terms.map(({ term }) => term)).toEqual([5]);
    expect(me.sink.codes()).toEqual(['SKP402', 'SKP401']);
    await me.finish();
  });

  it('takes a term above every record', async () => {
    const clock = createFakeClock();
    const me = candidate(clock, createMemoryLease(ghost(0, true)), { highestTerm: async () => 41 });
    await clock.step(1);
    expect(me.terms.map(({ term }) => term)).toEqual([42]);
    await me.finish();
  });

  it.each(['error', 'silence'] as const)(
    'begins nothing after 8 s of %s, and goes on with a new term',
    async (trouble) => {
      const clock = createFakeClock();
      const store = createMemoryLease();
      const me = candidate(clock, store, { windDownMs: 1_000 });
      await clock.step(4_000);
      store.trouble = trouble;
      await clock.step(7_900);
      expect(me.mayBegin()).toBe(true);
      await clock.step(100);
      expect(me.mayBegin()).toBe(false);
      expect(me.leadership()?.signal.aborted).toBe(true);
      store.trouble = 'none';
      await clock.step(5_000);
      expect(me.terms.map(({ term }) => term)).toEqual([1, 2]);
      await me.finish();
      expect(clock.sleepers()).toBe(0);
    },
  );

  it('begins nothing after it was suspended, even before it could look at its lease', async () => {
    const clock = createFakeClock();
    let asleepMs = 0;
    const me = candidate({ ...clock, monotonic: () => clock.monotonic() + asleepMs }, createMemoryLease());
    await clock.step(4_500);
    asleepMs = 8_000;
    expect(me.leadership()?.signal.aborted).toBe(false);
    expect(me.mayBegin()).toBe(false);
    await me.finish();
  });

  it('breaks off what is under way when others may begin: 12 s after the last renewal', async () => {
    const clock = createFakeClock();
    const store = createMemoryLease();
    const me = candidate(clock, store, { windDownMs: 60_000 });
    await clock.step(4_000);
    store.trouble = 'silence';
    await clock.step(11_900);
    expect(me.leadership()?.signal.aborted).toBe(true);
    expect(me.leadership()?.over.aborted).toBe(false);
    await clock.step(200);
    expect(me.leadership()?.over.aborted).toBe(true);
    await me.finish();
  });

  it('breaks it off at once after a suspension of so long, and when another holds the lease', async () => {
    const clock = createFakeClock();
    let asleepMs = 0;
    const slept = candidate({ ...clock, monotonic: () => clock.monotonic() + asleepMs }, createMemoryLease());
    await clock.step(4_500);
    asleepMs = 12_000;
    expect(slept.mayBegin()).toBe(false);
    expect(slept.leadership()?.over.aborted).toBe(true);
    await slept.finish();

    const store = createMemoryLease();
    const robbed = candidate(clock, store, { windDownMs: 60_000 });
    await clock.step(1_000);
    store.stored = ghost();
    await clock.step(1_001);
    expect(robbed.leadership()?.over.aborted).toBe(true);
    await robbed.finish();
  });

  it('does not take a renewal whose answer was lost for somebody else', async () => {
    const clock = createFakeClock();
    const store = createMemoryLease();
    const me = candidate(clock, store);
    await clock.step(1_000);
    store.trouble = 'lost-reply';
    await clock.step(3_000);
    store.trouble = 'none';
    await clock.step(10_000);
    expect(me.terms).toHaveLength(1);
    expect(me.mayBegin()).toBe(true);
    await me.finish();
  });

  it('stops at once when another holds the lease, and stands by', async () => {
    const clock = createFakeClock();
    const store = createMemoryLease();
    const me = candidate(clock, store);
    await clock.step(1_000);
    store.stored = ghost();
    await clock.step(1_000);
    expect(me.mayBegin()).toBe(false);
    expect(me.sink.codes()).toContain('SKP403');
    await me.finish();
    expect(store.stored).toEqual(ghost());
  });

  it('stops before the next effect when the lease file is gone, and waits before it takes another', async () => {
    const clock = createFakeClock();
    const store = createMemoryLease();
    let inPlace = true;
    const me = candidate(clock, store, { isInPlace: () => inPlace, highestTerm: async () => 1 });
    await clock.step(20_500);
    const [first] = me.terms;
    inPlace = false;
    store.stored = null;
    expect(me.mayBegin()).toBe(false);
    inPlace = true;
    await clock.step(11_900);
    expect(me.terms).toHaveLength(1);
    expect(store.stored).toMatchObject({ holder: 'nobody, says me', term: 1, released: false });
    await clock.step(2_000);
    expect(me.terms.map(({ term }) => term)).toEqual([first?.term, 2]);
    await me.finish();
  });

  it('steps down to take a higher term', async () => {
    const clock = createFakeClock();
    let highest = 0;
    const me = candidate(clock, createMemoryLease(), { highestTerm: async () => highest });
    await clock.step(1_000);
    highest = 7;
    me.leadership()?.stepDown('a record carries term 7');
    expect(me.mayBegin()).toBe(false);
    await clock.step(3_000);
    expect(me.terms.map(({ term }) => term)).toEqual([1, 8]);
    await me.finish();
  });

  it('ends when its work is done by itself, and goes on when the work was broken', async () => {
    const clock = createFakeClock();
    const store = createMemoryLease();
    let runs = 0;
    const me = candidate(clock, store, {
      onLeading: async () => {
        runs += 1;
        if (runs === 1) throw new Error('impossible case');
      },
    });
    await clock.step(10_000);
    await me.ended;
    expect(runs).toBe(2);
    expect(me.sink.codes()).toEqual(['SKP401', 'SKP412', 'SKP405', 'SKP401', 'SKP405']);
    expect(store.stored).toMatchObject({ term: 2, released: true });
  });
});

describe('several candidates', () => {
  it('never hold it at once, whatever their stores do, and one holds it soon after the faults stop', async () => {
    const fault = fc.record({
      who: fc.nat(2),
      trouble: fc.constantFrom('none', 'error', 'silence', 'lost-reply', 'file-lost'),
      forMs: fc.integer({ min: 100, max: 9_000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { maxLength: 10 }), fc.integer(), async (faults, seed) => {
        const clock = createFakeClock();
        const shared = createMemoryLease();
        const doors = [0, 1, 2].map(() => createMemoryLease());
        let highest = 0;
        let file = 0;
        const candidates = doors.map((door, i) => {
          // Each has a way of its own to the one lease, and sees at once when the file is another.
          const seen = { file };
          const inPlace = () => seen.file === file;
          Object.defineProperty(door, 'stored', { get: () => shared.stored, set: (next) => (shared.stored = next) });
          const store: LeaseStore = {
            read: (limit) => door.read(limit),
            async swap(before, next, limit) {
              const swapped = await door.swap(before, next, limit);
              if (swapped) seen.file = file;
              return swapped;
            },
          };
          const highestTerm = async () => highest;
          const more = { id: `c${i}`, seed: seed + i, windDownMs: 500, highestTerm, isInPlace: inPlace };
          return candidate(clock, store, more);
        });
        const check = (): void => {
          const holders = candidates.filter((one) => one.mayBegin());
          expect(holders.length).toBeLessThanOrEqual(1);
          for (const one of holders) highest = Math.max(highest, one.leadership()?.term ?? 0);
        };
        for (const { who, trouble, forMs } of faults) {
          const door = doors[who];
          if (trouble === 'file-lost') {
            shared.stored = null;
            file += 1;
          } else if (door) door.trouble = trouble;
          for (let ms = 0; ms < forMs; ms += 100) {
            await clock.step(100);
            check();
          }
        }
        for (const door of doors) door.trouble = 'none';
        for (let ms = 0; ms < 17_000; ms += 100) {
          await clock.step(100);
          check();
        }
        expect(candidates.filter((one) => one.mayBegin())).toHaveLength(1);
        const terms = candidates.flatMap((one) => one.terms.map(({ term }) => term));
        expect(new Set(terms).size).toBe(terms.length);
        for (const one of candidates) one.stop.abort();
        await clock.step(3_000);
        await Promise.all(candidates.map((one) => one.ended));
        expect(clock.sleepers()).toBe(0);
      }),
      {
        numRuns: 60,
        examples: [
          // A standby that saw no store for long meets what looks like the lease that it knew: taken anew in another file.
          [
            [
              { who: 0, trouble: 'none', forMs: 14_000 },
              { who: 0, trouble: 'lost-reply', forMs: 8_601 },
              { who: 2, trouble: 'silence', forMs: 2_101 },
              { who: 0, trouble: 'file-lost', forMs: 2_201 },
              { who: 0, trouble: 'none', forMs: 5_100 },
            ],
            408954520,
          ],
        ],
      },
    );
  }, 300_000);
});
