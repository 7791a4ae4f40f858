import { describe, expect, it } from 'vitest';
import { createWorkQueue } from '../../../src/controller/loop/work-queue.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

function setUp() {
  const clock = createFakeClock();
  const end = new AbortController();
  const queue = createWorkQueue<string>(clock, end.signal);
  /** The key that is to be had now, or null. */
  async function takeNow(): Promise<string | null> {
    const stop = new AbortController();
    const taken = queue.take(stop.signal);
    await clock.step(0);
    stop.abort();
    return (await taken)?.key ?? null;
  }
  return { clock, queue, end, takeNow };
}

describe('the work queue', () => {
  it('gives a changed spec before an operation before a resync, and the first come first within each', async () => {
    const { queue, takeNow } = setUp();
    queue.add('r1', 'resync');
    queue.add('r2', 'resync');
    queue.add('o1', 'operation');
    queue.add('s1', 'spec');
    queue.add('o2', 'operation');
    queue.add('r2', 'spec');
    const order = [await takeNow(), await takeNow(), await takeNow(), await takeNow(), await takeNow()];
    expect(order).toEqual(['s1', 'r2', 'o1', 'o2', 'r1']);
    expect(await takeNow()).toBeNull();
  });

  it('never gives a key out twice; wishes made meanwhile become one more visit', async () => {
    const { queue, takeNow } = setUp();
    queue.add('a', 'resync');
    expect(await takeNow()).toBe('a');
    queue.add('a', 'operation');
    queue.add('a', 'spec');
    expect(await takeNow()).toBeNull();
    queue.done('a');
    expect(await takeNow()).toBe('a');
    queue.done('a');
    expect(await takeNow()).toBeNull();
  });

  it('merges later wishes to the earliest time and the highest priority', async () => {
    const { clock, queue, takeNow } = setUp();
    queue.addAfter('a', 5_000, 'spec');
    queue.addAfter('a', 1_000, 'resync');
    queue.addAfter('b', 1_000, 'operation');
    await clock.step(999);
    expect(await takeNow()).toBeNull();
    await clock.step(1);
    expect([await takeNow(), await takeNow()]).toEqual(['a', 'b']);
    queue.done('a');
    await clock.step(60_000);
    expect(await takeNow()).toBeNull();
  });

  it('hands a key to a worker that waits already', async () => {
    const { clock, queue } = setUp();
    const taken = queue.take(new AbortController().signal);
    queue.addAfter('a', 10, 'operation');
    await clock.step(10);
    expect(await taken).toEqual({ key: 'a', priority: 'operation' });
  });

  it('keeps hints away while a key backs off, but not a changed spec', async () => {
    const { clock, queue, takeNow } = setUp();
    queue.add('a', 'operation');
    await takeNow();
    queue.add('a', 'operation');
    queue.fail('a', 1_000);
    queue.done('a');
    queue.add('a', 'operation');
    await clock.step(999);
    expect(await takeNow()).toBeNull();
    await clock.step(1);
    expect(await takeNow()).toBe('a');
    queue.fail('a', 2_000);
    expect(queue.failures('a')).toBe(2);
    queue.done('a');
    queue.add('a', 'operation');
    queue.add('a', 'spec');
    expect(await takeNow()).toBe('a');
    expect(queue.failures('a')).toBe(0);
  });

  it('looks at the keys that are due and at no other, however many wait', async () => {
    const { clock, end } = setUp();
    let looks = 0;
    const counting = { ...clock, monotonic: () => ++looks && clock.monotonic() };
    const queue = createWorkQueue<string>(counting, end.signal);
    for (let i = 0; i < 10_000; i++) queue.addAfter(`c${i}`, 1_000 + i, 'resync');
    looks = 0;
    await clock.step(1_009);
    expect(queue.depth().waiting).toBe(10);
    // Of each alarm some few, none of the 9,990 others.
    expect(looks).toBeLessThan(100);
  });

  it('forgets the later alarm of a key that was wished for earlier', async () => {
    const { clock, queue, takeNow } = setUp();
    queue.addAfter('a', 1_000, 'resync');
    queue.addAfter('a', 100, 'operation');
    queue.addAfter('b', 2_000, 'resync');
    await clock.step(100);
    expect(await takeNow()).toBe('a');
    queue.done('a');
    await clock.step(1_000);
    expect(await takeNow()).toBeNull();
    await clock.step(900);
    expect(await takeNow()).toBe('b');
  });

  it('leaves no timer and no waiting worker behind', async () => {
    const { clock, queue, end } = setUp();
    const waiting = queue.take(new AbortController().signal);
    queue.addAfter('a', 60_000, 'resync');
    expect(clock.sleepers()).toBe(1);
    end.abort();
    expect(await waiting).toBeNull();
    expect(clock.sleepers()).toBe(0);
    queue.add('b', 'spec');
    expect(await queue.take(new AbortController().signal)).toBeNull();
  });

  it('sets no timer any more once it has ended: a last visit that ends later would keep the process', async () => {
    const { clock, queue, end, takeNow } = setUp();
    queue.add('a', 'spec');
    expect(await takeNow()).toBe('a');
    queue.addAfter('a', 60_000, 'resync');
    end.abort();
    queue.done('a');
    expect(clock.sleepers()).toBe(0);
  });
});
