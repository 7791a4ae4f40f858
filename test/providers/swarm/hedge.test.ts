import { describe, expect, it } from 'vitest';
import { fail, ok, type Result } from '../../../src/base/result.ts';
import { createGate } from '../../../src/providers/swarm/gate.ts';
import { hedge } from '../../../src/providers/swarm/hedge.ts';
import { withLimit } from '../../../src/providers/swarm/limit.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const signal = new AbortController().signal;
type Answer = Result<string, string>;
const never = new Promise<never>(() => {});

describe('hedge', () => {
  it('asks the next only when the first does not answer for a while, and takes whoever answers first', async () => {
    const clock = createFakeClock();
    const asked: string[] = [];
    const result = hedge<string, string, string>(
      clock,
      ['a', 'b', 'c'],
      500,
      (c) => {
        asked.push(c);
        return c === 'b' ? Promise.resolve(ok(c)) : never;
      },
      signal,
    );
    await clock.step(499);
    expect(asked).toEqual(['a']);
    await clock.step(1);
    expect(await result).toEqual(ok('b'));
    expect(asked).toEqual(['a', 'b']);
  });

  it('asks the next at once when one has failed, and gives all problems when nobody answers well', async () => {
    const ask = async (c: string): Promise<Answer> => fail(`no ${c}`);
    expect(await hedge(createFakeClock(), ['a', 'b'], 500, ask, signal)).toEqual(fail(['no a', 'no b']));
    expect(await hedge(createFakeClock(), [], 500, ask, signal)).toEqual(fail([]));
  });

  it('still takes a slow first one after the others have failed', async () => {
    const clock = createFakeClock();
    const slow = clock.sleep(900).then((): Answer => ok('a'));
    const ask = (c: string): Promise<Answer> => (c === 'a' ? slow : Promise.resolve(fail('no')));
    const result = hedge(clock, ['a', 'b'], 500, ask, signal);
    await clock.step(900);
    expect(await result).toEqual(ok('a'));
  });

  it('aborts those that are left, and rejects when it is aborted itself', async () => {
    let left: AbortSignal | null = null;
    const ask = async (c: string, inner: AbortSignal): Promise<Answer> => {
      left ??= inner;
      return c === 'a' ? fail('no') : ok(c);
    };
    await hedge(createFakeClock(), ['a', 'b'], 500, ask, signal);
    expect((left as AbortSignal | null)?.aborted).toBe(true);
    await expect(hedge(createFakeClock(), ['a'], 500, ask, AbortSignal.abort(new Error('shutdown')))).rejects.toThrow();
  });
});

describe('createGate', () => {
  it('lets so many run at once, in the order of their coming', async () => {
    const clock = createFakeClock();
    const gate = createGate(2);
    const begun: number[] = [];
    let running = 0;
    let most = 0;
    const all = Promise.all(
      [1, 2, 3, 4, 5].map((i) =>
        gate(async () => {
          begun.push(i);
          running += 1;
          most = Math.max(most, running);
          await clock.sleep(10);
          running -= 1;
        }, signal),
      ),
    );
    await clock.step(30);
    await all;
    expect({ begun, most }).toEqual({ begun: [1, 2, 3, 4, 5], most: 2 });
  });

  it('forgets one that was aborted while it waited, and lets the next in after a failure', async () => {
    const gate = createGate(1);
    const stop = new AbortController();
    let end = (): void => {};
    const first = gate(
      () =>
        new Promise<void>((resolve) => {
          end = resolve;
        }),
      signal,
    );
    const second = gate(async () => 'second', stop.signal);
    const third = gate(async () => Promise.reject(new Error('third failed')), signal);
    const fourth = gate(async () => 'fourth', signal);
    stop.abort(new Error('stopped'));
    await expect(second).rejects.toThrow('stopped');
    end();
    await first;
    await expect(third).rejects.toThrow('third failed');
    expect(await fourth).toBe('fourth');
  });
});

describe('withLimit', () => {
  it('tells its function to end, and leaves no sleeper behind when it answers', async () => {
    const clock = createFakeClock();
    let inner: AbortSignal | null = null;
    const late = withLimit(clock, 1_000, signal, (s) => {
      inner = s;
      return never;
    });
    const failed = expect(late).rejects.toThrow('no answer within 1 s');
    await clock.step(1_000);
    await failed;
    expect((inner as AbortSignal | null)?.aborted).toBe(true);
    expect(await withLimit(clock, 1_000, signal, async () => 1)).toBe(1);
    await clock.settle();
    expect(clock.sleepers()).toBe(0);
  });
});
