import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWorkQueue, PRIORITIES, type Priority, type WorkQueue } from '../../../src/controller/loop/work-queue.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';

/** What the queue ought to know, kept in the plainest way: per key one wish, whether it is out, its back-off. */
interface Model {
  readonly wishes: Map<string, { at: number; rank: number }>;
  readonly out: Set<string>;
  readonly troubles: Map<string, { failures: number; notBefore: number }>;
}
interface Real {
  readonly clock: FakeClock;
  readonly queue: WorkQueue<string>;
}
type Command = fc.AsyncCommand<Model, Real>;

const due = (model: Model, now: number) =>
  [...model.wishes].filter(([key, wish]) => wish.at <= now && !model.out.has(key));

const command = (label: string, run: (model: Model, real: Real) => Promise<void> | void, check = (_: Model) => true) =>
  ({ check, run: async (model, real) => run(model, real), toString: () => label }) as Command;

const wish = (key: string, ms: number, priority: Priority): Command =>
  command(`wish(${key}, ${ms}, ${priority})`, (model, { clock, queue }) => {
    const now = clock.monotonic();
    if (priority === 'spec') model.troubles.delete(key);
    const before = model.wishes.get(key);
    const at = Math.max(now + ms, model.troubles.get(key)?.notBefore ?? 0);
    const rank = PRIORITIES.indexOf(priority);
    model.wishes.set(key, before ? { at: Math.min(before.at, at), rank: Math.min(before.rank, rank) } : { at, rank });
    if (ms === 0) queue.add(key, priority);
    else queue.addAfter(key, ms, priority);
  });

const step = (ms: number): Command => command(`step(${ms})`, (_, { clock }) => clock.step(ms));

const take: Command = command('take', async (model, { clock, queue }) => {
  const stop = new AbortController();
  const pending = queue.take(stop.signal);
  await clock.step(0);
  stop.abort();
  const taken = await pending;
  const candidates = due(model, clock.monotonic());
  if (!taken) return expect(candidates).toEqual([]);
  expect(model.out).not.toContain(taken.key);
  const mine = candidates.find(([key]) => key === taken.key)?.[1];
  expect(mine?.rank).toBe(Math.min(...candidates.map(([, { rank }]) => rank)));
  expect(PRIORITIES[mine?.rank ?? -1]).toBe(taken.priority);
  model.wishes.delete(taken.key);
  model.out.add(taken.key);
});

const end = (key: string, failed: boolean): Command =>
  command(
    `end(${key}, ${failed ? 'failed' : 'well'})`,
    (model, { clock, queue }) => {
      if (failed) {
        const failures = (model.troubles.get(key)?.failures ?? 0) + 1;
        const notBefore = clock.monotonic() + failures * 100;
        model.troubles.set(key, { failures, notBefore });
        const kept = model.wishes.get(key);
        if (kept && kept.rank > 0) kept.at = Math.max(kept.at, notBefore);
        queue.fail(key, failures * 100);
      } else {
        model.troubles.delete(key);
        queue.forget(key);
      }
      queue.done(key);
      model.out.delete(key);
      expect(queue.failures(key)).toBe(model.troubles.get(key)?.failures ?? 0);
    },
    (model) => model.out.has(key),
  );

const keys = fc.constantFrom('a', 'b', 'c');
const commands = fc.commands(
  [
    fc.tuple(keys, fc.constantFrom(0, 0, 50, 300), fc.constantFrom(...PRIORITIES)).map((wishes) => wish(...wishes)),
    fc.constantFrom(10, 100, 500).map(step),
    fc.constant(take),
    fc.tuple(keys, fc.boolean()).map(([key, failed]) => end(key, failed)),
  ],
  { maxCommands: 60 },
);

describe('the work queue against its plain model', () => {
  it('gives the most urgent due key, never one twice at once, and loses no wish', async () => {
    await fc.assert(
      fc.asyncProperty(commands, async (run) => {
        const close = new AbortController();
        const clock = createFakeClock();
        const real = { clock, queue: createWorkQueue<string>(clock, close.signal) };
        await fc.asyncModelRun(
          () => ({ model: { wishes: new Map(), out: new Set<string>(), troubles: new Map() }, real }),
          run,
        );
        close.abort();
        expect(clock.sleepers()).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
