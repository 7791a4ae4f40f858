import type { Clock } from '../../base/clock.ts';
import { fail, type Result } from '../../base/result.ts';
import type { ClusterName } from '../../model/ids.ts';
import type { Problem } from '../../model/problem.ts';
import { problemOf } from './problems.ts';

/** One call of a port, before it happens. */
export interface Call {
  readonly port: 'infrastructure' | 'swarm' | 'records' | 'provider';
  readonly method: string;
  /** Null for calls about no cluster in particular. */
  readonly cluster: ClusterName | null;
  /** All arguments but the signal. */
  readonly args: readonly unknown[];
}

export type Fault =
  /** Nothing happens, this is answered. */
  | { readonly kind: 'refuse'; readonly problem: Problem }
  /** It happens later. A signal that aborts meanwhile rejects the call, and it never happens. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** It happens, the answer is lost: `unreachable`. */
  | { readonly kind: 'lose' }
  /** It is sent twice, and happens twice if it can; answers what the first one met. */
  | { readonly kind: 'twice' }
  /** Answers what the same method answered last time for this cluster; the first time as usual. For reads. */
  | { readonly kind: 'stale' }
  /** It happens, and somebody tampers with the answer, e.g. makes one machine of a view `unknown`. */
  | { readonly kind: 'edit'; readonly edit: (answer: Result<unknown, Problem>) => Result<unknown, Problem> };

/** Decides, call by call, what goes wrong. Asked once for each call; null: nothing. */
export interface Faults {
  before(call: Call): Fault | null;
}

export const noFaults: Faults = { before: () => null };

type Method<A extends readonly unknown[], T> = (...args: A) => Promise<Result<T, Problem>>;

/**
 * Wraps methods whose last argument is the signal and whose first may be a cluster: rejects when the signal is aborted,
 * lets `faults` have their way, and turns trouble with files into problems.
 */
export function createGuard(faults: Faults, clock: Clock) {
  const lastAnswers = new Map<string, Result<unknown, Problem>>();
  return <A extends readonly unknown[], T>(port: Call['port'], method: string, act: Method<A, T>): Method<A, T> =>
    async (...all) => {
      const args = all.slice(0, -1);
      const signal = all.at(-1) as AbortSignal;
      const cluster = clusterOf(args[0]);
      signal.throwIfAborted();
      const fault = faults.before({ port, method, cluster, args });
      if (fault?.kind === 'refuse') return fail(fault.problem);
      if (fault?.kind === 'delay') await clock.sleep(fault.ms, signal);
      const key = `${port}.${method}:${cluster}`;
      const earlier = lastAnswers.get(key);
      if (fault?.kind === 'stale' && earlier) return earlier as Result<T, Problem>;
      const once = (): Promise<Result<T, Problem>> =>
        act(...all).catch((error: unknown) => {
          signal.throwIfAborted();
          return fail(problemOf(cluster, error));
        });
      const answer = await once();
      if (fault?.kind === 'twice') await once();
      if (faults !== noFaults) lastAnswers.set(key, answer);
      if (fault?.kind === 'lose') return fail({ kind: 'unreachable', what: method, detail: 'the answer was lost' });
      return fault?.kind === 'edit' ? (fault.edit(answer) as Result<T, Problem>) : answer;
    };
}

function clusterOf(first: unknown): ClusterName | null {
  if (typeof first === 'string') return first as ClusterName;
  if (typeof first === 'object' && first !== null && 'cluster' in first) return first.cluster as ClusterName;
  return null;
}
