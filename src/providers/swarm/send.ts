import { setImmediate as turn } from 'node:timers/promises';
import type { Failpoint } from '../../base/failpoint.ts';
import type { Engine, EngineCall } from './engine.ts';

/** Makes a call; `<kind>:during` is hit when the request has left and before its answer is looked at. */
export async function send<T>(
  failpoint: Failpoint,
  kind: string,
  engine: Engine,
  call: EngineCall,
  signal: AbortSignal,
): Promise<T> {
  const answered = engine.call<T>(call, signal);
  answered.catch(() => {}); // it is awaited below
  await turn(); // on a connection that is open the request is written within this turn
  failpoint(`${kind}:during`);
  return answered;
}
