import { describe, expect, it } from 'vitest';
import { isUneven, planRebalance, rebalanceAfter } from '../../../src/controller/plan/rebalance.ts';
import type { ServiceView, SwarmView } from '../../../src/model/observed.ts';
import { aMember, aService, aSwarm, aTask } from '../../support/builders.ts';

const LIMIT_MS = 60_000;
const LATER = 1_000;
const by = (now: number) => ({ now, limitMs: LIMIT_MS, because: 'somebody asked for it' });

/** Nodes a, b, c; each service with so many tasks on each. */
function spread(
  on: Readonly<Record<string, readonly [number, number, number]>>,
  over: Partial<ServiceView> = {},
): SwarmView {
  const members = ['a', 'b', 'c'].map((id) => aMember(id));
  const services = Object.entries(on).map(([name, counts]) =>
    aService(name, { replicas: counts.reduce((sum, n) => sum + n), ...over }),
  );
  const tasks = Object.entries(on).flatMap(([name, counts]) =>
    counts.flatMap((n, i) =>
      Array.from({ length: n }, (_, k) => aTask(name, members[i]?.id ?? null, { id: `${name}.${i}.${k}` })),
    ),
  );
  return aSwarm({ members, services, tasks });
}

const change = (swarm: SwarmView, name: string, over: Partial<ServiceView>): SwarmView => ({
  ...swarm,
  services: swarm.services.map((s) => (s.name === name ? { ...s, ...over } : s)),
});
const of = (...names: string[]) => ({
  services: names.map((name) => ({ id: `service-${name}`, forceUpdate: 0 })),
  begunAt: null,
});

describe('isUneven', () => {
  it.each<[string, SwarmView, boolean]>([
    ['two more on one', spread({ web: [2, 2, 0] }), true],
    ['one more on one', spread({ web: [2, 1, 1] }), false],
    ['the empty node may not run it', spread({ web: [2, 2, 0] }, { constraints: ['node.id!=c'] }), false],
    [
      'the empty node has no room',
      spread({ web: [2, 2, 0] }, { reservations: { nanoCpus: 0, memoryBytes: 5e9 } }),
      false,
    ],
    ['a node takes no tasks', withPaused(spread({ web: [2, 2, 0] })), false],
  ])('%s', (_, swarm, expected) => {
    expect(isUneven(swarm.services[0] as ServiceView, swarm)).toBe(expected);
  });
});

describe('planRebalance', () => {
  it('spreads one service at a time, and each once', () => {
    const uneven = spread({ api: [3, 0, 0], even: [1, 1, 1], web: [2, 2, 0] });
    const first = planRebalance(of('api', 'even', 'web'), uneven, by(LATER));
    expect(first.steps).toMatchObject([{ kind: 'rebalance-service', service: 'service-api', version: 10 }]);
    expect(first.next).toEqual({ ...of('api', 'even', 'web'), begunAt: LATER });
    const made = change(uneven, 'api', { forceUpdate: 1, updating: true });
    const waits = planRebalance({ ...of('api', 'even', 'web'), begunAt: LATER }, made, by(2 * LATER));
    expect(waits).toMatchObject({ steps: [], waits: [{ what: 'service api is spread anew' }] });
    // It is as uneven as before: nothing else could be done, and it is not made anew again.
    const done = change(uneven, 'api', { forceUpdate: 1 });
    const second = planRebalance({ ...of('api', 'even', 'web'), begunAt: LATER }, done, by(3 * LATER));
    expect(second.steps).toMatchObject([{ service: 'service-web' }]);
    expect(second.next).toEqual({ ...of('web'), begunAt: 3 * LATER });
    const all = change(done, 'web', { forceUpdate: 1 });
    expect(planRebalance({ ...of('web'), begunAt: LATER }, all, by(4 * LATER))).toEqual({
      steps: [],
      waits: [],
      next: null,
    });
  });

  it('goes on when one does not come back in time', () => {
    const weak = change(spread({ api: [1, 0, 0], web: [2, 2, 0] }), 'api', { forceUpdate: 1, replicas: 3 });
    const at = { ...of('api', 'web'), begunAt: 0 };
    expect(planRebalance(at, weak, by(LIMIT_MS)).steps).toEqual([]);
    expect(planRebalance(at, weak, by(LIMIT_MS + 1)).steps).toMatchObject([{ service: 'service-web' }]);
  });

  it.each<[string, Partial<ServiceView>]>([
    ['is below its strength', { replicas: 5 }],
    ['is being updated', { updating: true }],
    ['is global', { mode: 'global', replicas: null }],
  ])('leaves a service alone that %s', (_, over) => {
    const { steps, next } = planRebalance(of('web', 'gone'), spread({ web: [2, 2, 0] }, over), by(LATER));
    expect({ steps, next }).toEqual({ steps: [], next: null });
  });
});

describe('rebalanceAfter', () => {
  it('names replicated services, with what they were forced to so far', () => {
    const swarm = aSwarm({ services: [aService('web', { forceUpdate: 3 }), aService('log', { mode: 'global' })] });
    expect(rebalanceAfter(swarm)).toEqual({ services: [{ id: 'service-web', forceUpdate: 3 }], begunAt: null });
    expect(rebalanceAfter(aSwarm())).toBeNull();
  });
});

function withPaused(swarm: SwarmView): SwarmView {
  return { ...swarm, members: swarm.members.map((m) => (m.id === 'c' ? { ...m, availability: 'pause' } : m)) };
}
