import { fail, ok, type Result } from '../../base/result.ts';
import type { Problem } from '../../model/problem.ts';
import { NoAnswerInTime } from '../swarm/limit.ts';

/** Longest that is kept of AWS's own words, in characters: one line for people. */
const DETAIL_LIMIT = 300;
/** AWS names no time; the SDK has waited between its own tries by then. Our choice. */
const THROTTLED_MS = 5_000;

/**
 * Runs `fn` and makes what AWS answered a value. Rejects only when `signal` is aborted or this program is wrong.
 * `what` names for people what was asked for.
 */
export async function answer<T>(what: string, signal: AbortSignal, fn: () => Promise<T>): Promise<Result<T, Problem>> {
  try {
    signal.throwIfAborted();
    return ok(await fn());
  } catch (error) {
    signal.throwIfAborted();
    return fail(toProblem(error, what));
  }
}

/** What the SDK throws, as ours: by code, never by words. The one place that knows AWS's codes. */
export function toProblem(error: unknown, what: string): Problem {
  if (error instanceof NoAnswerInTime) return { kind: 'unreachable', what, detail: error.message };
  if (!(error instanceof Error) || isOurFault(error)) throw error;
  const detail = oneLine(`${error.name}: ${error.message}`);
  switch (error.name) {
    case 'ConditionalCheckFailedException':
    case 'TransactionConflictException':
    case 'ReplicatedWriteConflictException':
    case 'AlreadyExistsException':
    case 'InvalidChangeSetStatusException':
    case 'TokenAlreadyExistsException':
    case 'OperationInProgressException':
    case 'ResourceContentionFault':
    case 'ScalingActivityInProgressFault':
      return { kind: 'conflict', what };
    case 'ChangeSetNotFoundException':
      return { kind: 'gone', what };
    case 'ThrottlingException':
    case 'Throttling':
    case 'ProvisionedThroughputExceededException':
    case 'RequestLimitExceeded':
    case 'UnprocessedKeys':
      return { kind: 'throttled', retryAfterMs: THROTTLED_MS };
    case 'LimitExceededException':
    case 'LimitExceededFault':
    case 'ItemCollectionSizeLimitExceededException':
      return { kind: 'no-capacity', what: detail };
    case 'ResourceNotFoundException':
      return { kind: 'refused', field: null, detail: `${what}: the table is not there (${detail})` };
    case 'AccessDeniedException':
    case 'AccessDenied':
    case 'UnauthorizedOperation':
      return { kind: 'refused', field: null, detail: `${what}: not allowed (${detail})` };
    case 'InsufficientCapabilitiesException':
    case 'ValidationException':
    case 'ValidationError':
      return { kind: 'refused', field: null, detail };
  }
  // What is left may pass: no connection, a 5xx, credentials that are being renewed.
  return { kind: 'unreachable', what, detail };
}

const isOurFault = (error: Error): boolean =>
  error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError;

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, DETAIL_LIMIT);
}
