import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { createParser, inProcessParser, type SpecParser } from '../../src/controller/loop/parse-worker.ts';

const THREAD = new URL('../../dist/controller/loop/parse-worker-thread.js', import.meta.url);
const DEMO = `apiVersion: skep/v1alpha1
kind: ClusterSpec
metadata: {name: demo}
spec: {provider: local, managers: {count: 1}, workers: [{name: web, count: 2}]}
`;
/** Quadratic in the library: a million braces took 10 s. */
const SLOW = '}'.repeat(600_000);

let parser: SpecParser | null = null;
afterEach(() => parser?.close());

function open(timeoutMs = 1_000, onStart = () => {}): SpecParser {
  parser = createParser({
    timeoutMs,
    startThread: (resourceLimits) => {
      onStart();
      return new Worker(THREAD, { resourceLimits });
    },
  });
  return parser;
}

describe('the parser thread', { timeout: 60_000 }, () => {
  it('answers as the parser in this process does, for texts and for bytes', async () => {
    const expected = await inProcessParser.parse('demo.yaml', DEMO);
    expect(expected.documents[0]?.spec).not.toBeNull();
    expect(await open().parse('demo.yaml', DEMO)).toEqual(expected);
    expect(await parser?.parse('demo.yaml', Buffer.from(DEMO))).toEqual(expected);
  });

  it('ends a file that takes too long, in time, without holding this thread, and parses the next one', async () => {
    let starts = 0;
    const { parse } = open(1_000, () => starts++);
    await parse('first.yaml', DEMO);
    let longestGap = 0;
    let last = performance.now();
    const beat = setInterval(() => {
      longestGap = Math.max(longestGap, performance.now() - last);
      last = performance.now();
    }, 10);
    const began = performance.now();
    const [slow, next] = await Promise.all([parse('slow.yaml', SLOW), parse('demo.yaml', DEMO)]);
    clearInterval(beat);
    expect(slow.complaints).toEqual([
      { path: 'slow.yaml', line: 1, column: 1, message: 'the file takes longer than 1 s to parse' },
    ]);
    expect(next.documents[0]?.name).toBe('demo');
    expect(starts).toBe(2);
    expect(performance.now() - began).toBeGreaterThan(1_000);
    expect(longestGap).toBeLessThan(1_000);
  });

  it('counts only the own time of a file, not that of the files before it', async () => {
    const { parse } = open(600);
    const results = await Promise.all([parse('a', SLOW), parse('b', SLOW), parse('demo.yaml', DEMO)]);
    expect(results.map((result) => result.complaints.length)).toEqual([1, 1, 0]);
  });

  it('takes an answer that came in time though this thread was too busy to look', async () => {
    const { parse } = open(500);
    await parse('first.yaml', DEMO);
    const answer = parse('demo.yaml', DEMO);
    await new Promise((resolve) => setImmediate(resolve)); // the job is posted
    const began = performance.now();
    while (performance.now() - began < 1_000);
    expect((await answer).complaints).toEqual([]);
  });

  it('survives a file that takes too much memory', async () => {
    parser = createParser({
      timeoutMs: 30_000,
      startThread: () =>
        new Worker(THREAD, { resourceLimits: { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 8 } }),
    });
    const greedy = await parser.parse('greedy.yaml', `[${'[],'.repeat(340_000)}]`);
    expect(greedy.complaints.map((c) => c.message)).toEqual(['the file takes too much memory to parse']);
    expect((await parser.parse('demo.yaml', DEMO)).documents[0]?.name).toBe('demo');
  });

  it('says so when the thread cannot start, and when it is closed', async () => {
    parser = createParser({ timeoutMs: 1_000, startThread: () => new Worker(new URL('file:///nowhere.js')) });
    expect((await parser.parse('demo.yaml', DEMO)).complaints[0]?.message).toMatch(/^the file breaks the parser: /);
    await parser.close();
    expect((await parser.parse('demo.yaml', DEMO)).complaints[0]?.message).toMatch(/closed/);
  });

  it('takes a new thread when the old one died between two files', async () => {
    const threads: Worker[] = [];
    parser = createParser({
      timeoutMs: 1_000,
      startThread: () => threads[threads.push(new Worker(THREAD)) - 1] as Worker,
    });
    await parser.parse('demo.yaml', DEMO);
    await threads[0]?.terminate();
    expect((await parser.parse('demo.yaml', DEMO)).documents[0]?.name).toBe('demo');
    expect(threads).toHaveLength(2);
  });

  it('leaves no listeners behind on a thread it keeps', async () => {
    const threads: Worker[] = [];
    parser = createParser({
      timeoutMs: 1_000,
      startThread: () => threads[threads.push(new Worker(THREAD)) - 1] as Worker,
    });
    await parser.parse('demo.yaml', DEMO);
    const listeners = () => ['message', 'error', 'exit'].map((name) => threads[0]?.listenerCount(name));
    const before = listeners();
    for (let i = 0; i < 20; i++) await parser.parse('demo.yaml', DEMO);
    expect(listeners()).toEqual(before);
  });

  it('answers the files in hand when it is closed', async () => {
    const open1 = open();
    const results = Promise.all([open1.parse('a', SLOW), open1.parse('b', DEMO)]);
    await open1.close();
    for (const { complaints } of await results) expect(complaints[0]?.message).toMatch(/closed/);
  });
});
