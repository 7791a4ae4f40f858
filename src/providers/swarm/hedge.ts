import type { Clock } from '../../base/clock.ts';
import { fail, type Result } from '../../base/result.ts';

/**
 * The first good answer of `candidates`, asked in their order: the next one as soon as one has failed, or has not
 * answered for `patienceMs`. When one answers, the others are aborted. With no good answer all problems come back, in
 * the order in which they came.
 */
export async function hedge<C, T, P>(
  clock: Clock,
  candidates: readonly C[],
  patienceMs: number,
  ask: (candidate: C, signal: AbortSignal) => Promise<Result<T, P>>,
  signal: AbortSignal,
): Promise<Result<T, readonly P[]>> {
  signal.throwIfAborted();
  const rest = new AbortController();
  const onAbort = (): void => rest.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const problems: P[] = [];
  const asked: Promise<Result<T, P> | null>[] = [];
  try {
    for (const candidate of candidates) {
      asked.push(ask(candidate, rest.signal));
      const patience = clock.sleep(patienceMs, rest.signal).then(() => null);
      patience.catch(() => {}); // somebody answered
      const first = await firstGood(asked, problems, patience);
      if (first) return first;
    }
    return (await firstGood(asked, problems, null)) ?? fail(problems);
  } finally {
    signal.removeEventListener('abort', onAbort);
    rest.abort(new Error('another one answered'));
    for (const each of asked) each.catch(() => {}); // aborted by the line above
  }
}

/** Takes bad answers out of `asked`. Null when none is left to wait for, or when `patience` ends. */
async function firstGood<T, P>(
  asked: Promise<Result<T, P> | null>[],
  problems: P[],
  patience: Promise<null> | null,
): Promise<Result<T, never> | null> {
  while (asked.length > 0) {
    const race = asked.map(async (each) => ({ each, result: await each }));
    const won = await Promise.race(patience === null ? race : [...race, patience]);
    if (won === null || won.result === null) return null;
    if (won.result.ok) return won.result;
    problems.push(won.result.problem);
    asked.splice(asked.indexOf(won.each), 1);
  }
  return null;
}
