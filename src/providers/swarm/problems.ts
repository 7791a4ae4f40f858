import { fail, ok, type Result } from '../../base/result.ts';
import type { Problem } from '../../model/problem.ts';
import { EngineError } from './engine.ts';
import { NoAnswerInTime } from './limit.ts';

/** Longest that is kept of Docker's own words, in characters: one line for people. */
const DETAIL_LIMIT = 300;

/**
 * Runs `fn` and makes what the engine answered a value. Rejects only when `signal` is aborted or this program is wrong.
 * `what` names for people what was asked of whom.
 */
export async function answer<T>(
  what: string,
  signal: AbortSignal,
  fn: () => Promise<T>,
  translate: (error: unknown) => Problem | null = () => null,
): Promise<Result<T, Problem>> {
  try {
    return ok(await fn());
  } catch (error) {
    signal.throwIfAborted();
    return fail(translate(error) ?? toProblem(error, what));
  }
}

/** Docker's answers as ours: by status code, by words only where Docker uses one code for several things. */
export function toProblem(error: unknown, what: string): Problem {
  if (error instanceof NoAnswerInTime) return { kind: 'unreachable', what, detail: error.message };
  if (error instanceof EngineError) return fromAnswer(error, what);
  if (isOfTheConnection(error)) return { kind: 'unreachable', what, detail: oneLine(error.message) };
  throw error;
}

function fromAnswer(error: EngineError, what: string): Problem {
  const detail = oneLine(error.message);
  switch (error.status) {
    case 404:
      return { kind: 'gone', what };
    case 409:
      return { kind: 'conflict', what };
    case 400:
    case 401:
    case 403:
    case 405:
    case 406:
    case 501:
      return { kind: 'refused', field: null, detail };
    case 429:
      // Docker never says it; a proxy before it may. A minute is our choice.
      return { kind: 'throttled', retryAfterMs: 60_000 };
  }
  // All that follows comes as 500 or 503, so only the words tell.
  // swarmkit, manager/state/store/memory.go: ErrSequenceConflict = "update out of sequence".
  if (says(error, 'update out of sequence')) return { kind: 'conflict', what };
  // moby, daemon/cluster/errors.go: errNoQuorum-like sentence of `convertRaftError`; while an election runs, requests
  // end after 20 s with gRPC's own words, seen on 20.10 and 28.5.
  if (says(error, 'does not have a leader') || says(error, 'context deadline exceeded'))
    return { kind: 'no-leader', detail };
  // Go's syscall.ENOSPC.
  if (says(error, 'no space left on device')) return { kind: 'no-capacity', what: detail };
  return { kind: 'unreachable', what, detail };
}

const says = (error: unknown, words: string): boolean => error instanceof EngineError && error.message.includes(words);

/** moby, daemon/cluster/errors.go: errSwarmExists, a 503: "This node is already part of a swarm." */
export const isAlreadyInSwarm = (error: unknown): boolean => says(error, 'already part of a swarm');

/** moby, daemon/cluster/errors.go: errNoSwarm, a 503: "This node is not part of a swarm". */
export const isNotInSwarm = (error: unknown): boolean => says(error, 'not part of a swarm');

/** libnetwork, ipams: ErrIPAlreadyAllocated, a 403 at start: "Address already in use". Capital A: an address, no port. */
export const isAddressTaken = (error: unknown): boolean => says(error, 'Address already in use');

/** libnetwork, portallocator and the kernel: "port is already allocated", "bind: address already in use". A 500. */
export const isPortTaken = (error: unknown): boolean =>
  says(error, 'port is already allocated') || says(error, 'address already in use');

/** libnetwork, ipam: "Pool overlaps with other one on this address space". A 403, in older ones a 500. */
export const isSubnetTaken = (error: unknown): boolean => says(error, 'overlaps with other one');

/** libnetwork, network.go: ActiveEndpointsError, a 403: "network X id Y has active endpoints". */
export const hasActiveEndpoints = (error: unknown): boolean => says(error, 'has active endpoints');

export const isStatus = (error: unknown, ...statuses: readonly number[]): boolean =>
  error instanceof EngineError && statuses.includes(error.status);

/** One line, cut, and without any join token or unlock key that Docker might have repeated. */
export function oneLine(text: string): string {
  const safe = text.replace(/SWM(TKN|KEY)-[\w+/=-]+/g, '(token)');
  return safe.replace(/\s+/g, ' ').trim().slice(0, DETAIL_LIMIT);
}

/** Node gives errors of sockets a code (ECONNREFUSED, HPE_INVALID_…); an exec stream's error is the command's own words. */
function isOfTheConnection(error: unknown): error is Error {
  return (
    error instanceof Error &&
    !(error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError)
  );
}
