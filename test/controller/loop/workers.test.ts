import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/base/random.ts';
import { createWorkQueue, type Taken } from '../../../src/controller/loop/work-queue.ts';
import { type Outcome, runWorkers } from '../../../src/controller/loop/workers.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { collectEvents } from './support/collect-events.ts';

const WELL: Outcome = { nextMs: null, failed: false, rest: null };

function setUp(visit: (taken: Taken<string>) => Promise<Outcome>, count = 2) {
  const clock = createFakeClock();
  const end = new AbortController();
  const queue = createWorkQueue<string>(clock, end.signal);
  const sink = collectEvents();
  const visits: { key: string; at: number }[] = [];
  const ended = runWorkers(
    {
      count,
      queue,
      visit: (taken) => {
        visits.push({ key: taken.key, at: clock.monotonic() });
        return visit(taken);
      },
      resyncMs: (key) => (key === 'gone' ? null : 60_000),
      onOutcome: () => {},
      clock,
      random: seededRandom(1),
      sink,
    },
    end.signal,
  );
  const times = (key: string) => visits.filter((v) => v.key === key).map((v) => v.at);
  return { clock, queue, end, ended, sink, times };
}

describe('runWorkers', () => {
  it('looks again when the pass wants it, and at the next resync otherwise', async () => {
    const { clock, queue, end, ended, times } = setUp(async ({ key }) =>
      key === 'busy' ? { ...WELL, nextMs: 25_000 } : WELL,
    );
    queue.add('busy', 'spec');
    queue.add('calm', 'spec');
    queue.add('gone', 'spec');
    await clock.step(60_000);
    expect(times('busy')).toEqual([0, 25_000, 50_000]);
    expect(times('calm')).toEqual([0, 60_000]);
    expect(times('gone')).toEqual([0]);
    end.abort();
    await ended;
    expect(clock.sleepers()).toBe(0);
  });

  it('backs off, longer each time, and not at all any more once it went well', async () => {
    let bad = true;
    const { clock, queue, end, ended, times } = setUp(async () => ({ ...WELL, failed: bad, nextMs: bad ? null : 500 }));
    queue.add('a', 'spec');
    await clock.step(20_000);
    const [first = 0, second = 0, third = 0, fourth = 0] = times('a');
    expect(second - first).toBeGreaterThanOrEqual(800);
    expect(third - second).toBeGreaterThan(second - first);
    expect(fourth - third).toBeGreaterThan(third - second);
    bad = false;
    await clock.step(20_000);
    const last = times('a');
    expect((last.at(-1) ?? 0) - (last.at(-2) ?? 0)).toBe(500);
    end.abort();
    await ended;
  });

  it('waits at least as long as it was told to when that is longer than its back-off', async () => {
    const { clock, queue, end, ended, times } = setUp(async () => ({ nextMs: 30_000, failed: true, rest: null }));
    queue.add('a', 'spec');
    await clock.step(29_999);
    expect(times('a')).toHaveLength(1);
    await clock.step(1);
    expect(times('a')).toHaveLength(2);
    end.abort();
    await ended;
  });

  it('outlives a pass that throws: says so with its code, backs off, tries again', async () => {
    const { clock, queue, end, ended, sink, times } = setUp(async ({ key }) => {
      if (key === 'bad') throw new Error('impossible case');
      return WELL;
    }, 1);
    queue.add('bad', 'spec');
    queue.add('good', 'resync');
    await clock.step(5_000);
    expect(times('good')).toHaveLength(1);
    expect(times('bad').length).toBeGreaterThan(1);
    expect(sink.events[0]).toMatchObject({ code: 'SKP409', data: { cluster: 'bad', what: 'impossible case' } });
    end.abort();
    await ended;
  });

  it('visits as many keys at once as it has workers, each key once', async () => {
    let running = 0;
    let most = 0;
    const { clock, queue, end, ended } = setUp(async () => {
      most = Math.max(most, ++running);
      await clock.sleep(1_000);
      running -= 1;
      return WELL;
    }, 3);
    for (const key of ['a', 'b', 'c', 'd', 'e', 'a', 'b']) queue.add(key, 'spec');
    await clock.step(10_000);
    expect(most).toBe(3);
    end.abort();
    await ended;
  });

  it('takes no further key after the end, and waits for the pass under way', async () => {
    let finished = false;
    const { clock, queue, end, ended, times } = setUp(async () => {
      await clock.sleep(2_000);
      finished = true;
      return WELL;
    }, 1);
    queue.add('a', 'spec');
    queue.add('b', 'spec');
    await clock.step(1_000);
    end.abort();
    await clock.step(2_000);
    await ended;
    expect(finished).toBe(true);
    expect(times('b')).toEqual([]);
  });
});
