import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from './fake-clock.ts';

describe('the fake clock', () => {
  it('wakes sleepers in order of their time, then of their coming, each at its time', async () => {
    const clock = createFakeClock(0);
    const woke: [string, number][] = [];
    const sleep = async (name: string, ms: number) => {
      await clock.sleep(ms);
      woke.push([name, clock.now()]);
    };
    const all = Promise.all([sleep('c', 30), sleep('a', 10), sleep('b', 10), sleep('d', 31)]);
    await clock.step(30);
    expect(woke).toEqual([
      ['a', 10],
      ['b', 10],
      ['c', 30],
    ]);
    await clock.step(1);
    await all;
  });

  it('lets one that was woken sleep again within the same step', async () => {
    const clock = createFakeClock(0);
    let ticks = 0;
    const stop = new AbortController();
    const loop = (async () => {
      for (;;) {
        await clock.sleep(1_000, stop.signal);
        ticks += 1;
      }
    })();
    await clock.step(3_600_000);
    expect([ticks, clock.monotonic()]).toEqual([3_600, 3_600_000]);
    stop.abort(new Error('end'));
    await expect(loop).rejects.toThrow('end');
    expect(clock.sleepers()).toBe(0);
  });

  it('waits for file requests before it moves on', async () => {
    const clock = createFakeClock(0);
    const dir = await mkdtemp(join(tmpdir(), 'skep-clock-'));
    let at: number | null = null;
    const work = (async () => {
      await clock.sleep(10);
      await writeFile(join(dir, 'x'), 'x');
      await readFile(join(dir, 'x'));
      at = clock.now();
    })();
    await clock.step(1_000_000);
    expect(at).toBe(10);
    await work;
    await rm(dir, { recursive: true });
  });

  it('goes until something is so, and says when it never will be', async () => {
    const clock = createFakeClock(0);
    let done = false;
    const work = clock.sleep(50).then(() => {
      done = true;
    });
    await clock.until(() => done, 1_000);
    await work;
    expect(clock.now()).toBe(50);
    await expect(clock.until(() => false, 1_000)).rejects.toThrow('not so within 1000 ms; 0 still sleep');
  });

  it('rejects at once when the signal is or becomes aborted', async () => {
    const clock = createFakeClock(0);
    await expect(clock.sleep(1, AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
    expect(await clock.next()).toBe(false);
  });
});
