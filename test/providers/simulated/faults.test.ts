import { describe, expect, it } from 'vitest';
import type { InfrastructureView } from '../../../src/model/observed.ts';
import type { Call, Fault, Faults } from '../../../src/providers/simulated/faults.ts';
import { kindOf, must, wish } from '../../conformance/subject.ts';
import { aWorld, signal } from './a-world.ts';

/** Answers `fault` to the next call of `method`, and keeps all calls. */
function faultNext() {
  const planned: [string, Fault][] = [];
  const calls: Call[] = [];
  const faults: Faults = {
    before(call) {
      calls.push(call);
      const index = planned.findIndex(([method]) => method === call.method);
      return index < 0 ? null : (planned.splice(index, 1)[0]?.[1] ?? null);
    },
  };
  return { faults, calls, next: (method: string, fault: Fault) => planned.push([method, fault]) };
}

function aFaultyWorld() {
  const { faults, calls, next } = faultNext();
  const world = aWorld({ faults });
  const { infrastructure } = world.provider;
  const ensure = () => infrastructure.ensure(world.ref, { forwardTo: [] }, signal);
  const state = async () => must(await infrastructure.observe(world.ref, signal)).carriers.state;
  return { ...world, infrastructure, ensure, state, calls, next };
}

describe('faults on demand', () => {
  it('refuse: nothing happens, and the call is told with its cluster', async () => {
    const { next, ensure, state, calls, cluster } = aFaultyWorld();
    next('ensure', { kind: 'refuse', problem: { kind: 'throttled', retryAfterMs: 5_000 } });
    expect(kindOf(await ensure())).toBe('throttled');
    expect(await state()).toBe('absent');
    expect(calls[0]).toMatchObject({ port: 'infrastructure', method: 'ensure', cluster });
    expect(calls[0]?.args).toHaveLength(2);
  });

  it('lose: it happens, the answer does not come', async () => {
    const { next, ensure, state } = aFaultyWorld();
    next('ensure', { kind: 'lose' });
    expect(kindOf(await ensure())).toBe('unreachable');
    expect(await state()).toBe('ready');
  });

  it('delay: it happens later, or never when the signal aborts', async () => {
    const { next, ensure, state, clock, infrastructure, ref } = aFaultyWorld();
    next('ensure', { kind: 'delay', ms: 10_000 });
    const late = ensure();
    await clock.step(9_999);
    expect(await state()).toBe('absent');
    await clock.step(1);
    expect(kindOf(await late)).toBe('ok');
    next('destroy', { kind: 'delay', ms: 10_000 });
    const stop = new AbortController();
    const never = infrastructure.destroy(ref, stop.signal);
    stop.abort(new Error('shutdown'));
    await expect(never).rejects.toThrow('shutdown');
    expect(await state()).toBe('ready');
  });

  it('stale: answers what it answered last time', async () => {
    const { next, ensure, state } = aFaultyWorld();
    expect(await state()).toBe('absent');
    must(await ensure());
    next('observe', { kind: 'stale' });
    expect(await state()).toBe('absent');
    expect(await state()).toBe('ready');
  });

  it('edit: tampers with the answer', async () => {
    const { next, ensure, infrastructure, ref } = aFaultyWorld();
    must(await ensure());
    must(await infrastructure.resize(ref, { pool: 'managers', count: 1, machines: [wish(ref, 'aaa1')] }, signal));
    next('observe', {
      kind: 'edit',
      edit: (answer) => {
        const view = must(answer) as InfrastructureView;
        return { ok: true, value: { ...view, machines: view.machines.map((m) => ({ ...m, state: 'unknown' })) } };
      },
    });
    expect(must(await infrastructure.observe(ref, signal)).machines).toMatchObject([{ state: 'unknown' }]);
  });

  it('a world has no engine to dial', async () => {
    const { provider, cluster } = aFaultyWorld();
    expect(await provider.dial(cluster, signal)).toMatchObject({
      problem: { kind: 'refused', detail: 'a simulated world has no engine' },
    });
  });
});
