import { ConditionalCheckFailedException, InternalServerError, ThrottlingException } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { answer, toProblem } from '../../../src/providers/aws/problems.ts';

const $metadata = {};
const named = (name: string) => Object.assign(new Error('as AWS says'), { name });

describe('errors of AWS', () => {
  it.each([
    [new ConditionalCheckFailedException({ message: 'no', $metadata }), 'conflict'],
    [new ThrottlingException({ message: 'slow', $metadata }), 'throttled'],
    [named('ProvisionedThroughputExceededException'), 'throttled'],
    [named('RequestLimitExceeded'), 'throttled'],
    [named('UnprocessedKeys'), 'throttled'],
    [named('LimitExceededException'), 'no-capacity'],
    [named('AlreadyExistsException'), 'conflict'],
    [named('InvalidChangeSetStatusException'), 'conflict'],
    [named('ScalingActivityInProgressFault'), 'conflict'],
    [named('ChangeSetNotFoundException'), 'gone'],
    [named('LimitExceededFault'), 'no-capacity'],
    [named('InsufficientCapabilitiesException'), 'refused'],
    [named('ResourceNotFoundException'), 'refused'],
    [named('AccessDeniedException'), 'refused'],
    [named('ValidationException'), 'refused'],
    [named('ExpiredTokenException'), 'unreachable'],
    [named('CredentialsProviderError'), 'unreachable'],
    [new InternalServerError({ message: 'oh', $metadata }), 'unreachable'],
    [Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 'unreachable'],
  ])('%s', (error, kind) => {
    expect(toProblem(error, 'the item').kind).toBe(kind);
  });

  it('does not take a fault of this program for an answer', () => {
    expect(() => toProblem(new TypeError('x is not a function'), 'the item')).toThrow('not a function');
    expect(() => toProblem('thrown text', 'the item')).toThrow();
  });

  it('says in one line what AWS said', () => {
    const problem = toProblem(Object.assign(new Error(`two\nlines ${'x'.repeat(999)}`), { name: 'Odd' }), 'the item');
    expect(problem).toMatchObject({ detail: expect.stringMatching(/^Odd: two lines x{200,300}$/) });
  });

  it('rejects when the signal is aborted, whatever the SDK made of it', async () => {
    const stop = new AbortController();
    const answered = answer('the item', stop.signal, async () => {
      stop.abort(new Error('shutdown'));
      throw named('AbortError');
    });
    await expect(answered).rejects.toThrow('shutdown');
  });
});
