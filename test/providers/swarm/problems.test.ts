import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../src/providers/swarm/engine.ts';
import { NoAnswerInTime } from '../../../src/providers/swarm/limit.ts';
import { answer, oneLine, toProblem } from '../../../src/providers/swarm/problems.ts';

describe('toProblem', () => {
  it.each([
    [404, 'node x not found', 'gone'],
    [409, 'Conflict. The container name "/a" is already in use', 'conflict'],
    [400, 'rpc error: node x is not down and can’t be removed', 'refused'],
    [403, 'forbidden', 'refused'],
    [429, 'slow down', 'throttled'],
    [500, 'rpc error: code = Unknown desc = update out of sequence', 'conflict'],
    [500, 'rpc error: code = Unknown desc = The swarm does not have a leader.', 'no-leader'],
    [500, 'rpc error: code = DeadlineExceeded desc = context deadline exceeded', 'no-leader'],
    [500, 'write /var/lib/docker/x: no space left on device', 'no-capacity'],
    [503, 'This node is not a swarm manager.', 'unreachable'],
    [500, 'something else', 'unreachable'],
  ])('calls %i "%s" %s', (status, message, kind) => {
    expect(toProblem(new EngineError(status, message), 'it').kind).toBe(kind);
  });

  it('calls silence and lost connections unreachable', () => {
    expect(toProblem(new NoAnswerInTime(3_000), 'it')).toMatchObject({
      kind: 'unreachable',
      detail: 'no answer within 3 s',
    });
    const refused = Object.assign(new Error('connect ENOENT /x'), { code: 'ENOENT' });
    expect(toProblem(refused, 'it').kind).toBe('unreachable');
  });

  it('never repeats a token or a key', () => {
    const problem = toProblem(new EngineError(400, 'bad token SWMTKN-1-abc123-def456, key SWMKEY-1-xyz/789'), 'it');
    expect(JSON.stringify(problem)).not.toMatch(/abc123|def456|xyz/);
    expect(oneLine('a\n  b\tSWMKEY-1-Ab+/9=')).toBe('a b (token)');
  });
});

describe('answer', () => {
  const signal = new AbortController().signal;

  it('throws on when this program is wrong', async () => {
    await expect(
      answer('it', signal, () => Promise.reject(new TypeError('undefined is not a function'))),
    ).rejects.toThrow();
  });

  it('rejects when the signal is aborted, whatever the engine said', async () => {
    const failing = (): Promise<never> => Promise.reject(new EngineError(404, 'x'));
    await expect(answer('it', AbortSignal.abort(new Error('shutdown')), failing)).rejects.toThrow('shutdown');
  });

  it('lets the caller name what it knows better', async () => {
    const failing = (): Promise<never> => Promise.reject(new EngineError(500, 'port is already allocated'));
    const result = await answer('it', signal, failing, () => ({ kind: 'conflict', what: 'port' }));
    expect(result).toEqual({ ok: false, problem: { kind: 'conflict', what: 'port' } });
  });
});
