import { expect, it } from 'vitest';
import { planCluster } from '../../../src/controller/plan/plan-cluster.ts';
import { aService, aTask, START } from '../../support/builders.ts';
import { aSituation, draining, FACTS, seen, withMember } from '../../support/worlds.ts';

/** The longer a drain lasts, the more rarely it is looked at. */
it.each([
  [1_000, 150],
  [6_000, 600],
  [60_000, 1_000],
])('a drain that has lasted %i ms is looked at again after %i ms', (lastedMs, recheckMs) => {
  const W1 = 'demo-web-0001';
  const at = withMember(aSituation({ managers: 1, web: 1 }, { workers: { web: 0 } }), W1, draining('web'));
  const swarm = { ...at.swarm, services: [aService('hello')], tasks: [aTask('hello', `n-${W1}`)] };
  const { waits } = planCluster(at.declared, seen({ ...at, swarm }, { now: START - 1_000 + lastedMs }), FACTS);
  expect(waits.map((w) => w.recheckMs)).toContain(recheckMs);
});

it.each([
  [0, 150],
  [60_000, 1_000],
])('a manager in hand for %i ms that nobody reaches yet is looked at again after %i ms', (lastedMs, recheckMs) => {
  const at = withMember(aSituation({ managers: 3 }, { managers: 3 }), 'demo-managers-0003', {
    manager: { leader: false, reachability: 'unreachable' },
  });
  const outdated = at.machines.map((m, i) => (i === 0 ? { ...m, hash: 'v1:other' } : m));
  const rollout = { startedAt: START, state: 'moving', since: START, weak: [] } as const;
  const moving = { ...at, machines: outdated, record: { ...at.record, rollout } };
  const { waits } = planCluster(at.declared, seen(moving, { now: START + lastedMs }), FACTS);
  expect(waits.find((w) => w.what.includes('becomes a reachable manager'))?.recheckMs).toBe(recheckMs);
});
