import { describe, expect, it } from 'vitest';
import { together } from '../../src/base/concurrency.ts';

describe('parts that run together', () => {
  const until = (signal: AbortSignal, ended: string[], name: string) =>
    new Promise<void>((resolve) => {
      const end = (): void => void setTimeout(() => resolve(void ended.push(name)), 5);
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
    });

  it('end when they are stopped', async () => {
    const stop = new AbortController();
    const ended: string[] = [];
    const run = together(stop.signal, (inner) => [until(inner, ended, 'a'), until(inner, ended, 'b')]);
    stop.abort();
    await run;
    expect(ended).toEqual(['a', 'b']);
  });

  it('are stopped by the fault of one of them, which is told when all have ended', async () => {
    const ended: string[] = [];
    const fault = new Error('a fault');
    const run = together(new AbortController().signal, (inner) => [Promise.reject(fault), until(inner, ended, 'b')]);
    await expect(run).rejects.toBe(fault);
    expect(ended).toEqual(['b']);
  });
});
