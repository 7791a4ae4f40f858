import { setMaxListeners } from 'node:events';
import { type Clock, NO_LONGER } from '../../base/clock.ts';

/** The world gave no answer in time. What was asked may have taken effect all the same. */
export class NoAnswerInTime extends Error {
  constructor(ms: number) {
    super(`no answer within ${ms >= 1_000 ? `${ms / 1_000} s` : `${ms} ms`}`);
  }
}

/**
 * Runs `fn` with a signal that aborts after `ms`, or when `outer` does. Rejects at that moment with `NoAnswerInTime`
 * or with `outer`'s reason, whether or not `fn` heeds its signal.
 */
export async function withLimit<T>(
  clock: Clock,
  ms: number,
  outer: AbortSignal,
  fn: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  outer.throwIfAborted();
  setMaxListeners(0, outer); // forty machines are looked at under one signal
  const inner = new AbortController();
  const settled = new AbortController();
  const onOuter = (): void => inner.abort(outer.reason);
  outer.addEventListener('abort', onOuter, { once: true });
  clock.sleep(ms, settled.signal).then(
    () => inner.abort(new NoAnswerInTime(ms)),
    () => {}, // it was settled in time
  );
  try {
    return await Promise.race([fn(inner.signal), aborted(inner.signal)]);
  } finally {
    settled.abort(NO_LONGER);
    outer.removeEventListener('abort', onOuter);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
