import { describe, expect, it } from 'vitest';
import { planCluster } from '../../../src/controller/plan/plan-cluster.ts';
import { planSpreading } from '../../../src/controller/plan/spreading.ts';
import type { Rollout } from '../../../src/model/record.ts';
import { aDesired, aMember, aRecord, aService, aSwarm, aTask, START } from '../../support/builders.ts';
import { aSituation, FACTS, seen } from '../../support/worlds.ts';

const ROLLED: Rollout = { startedAt: START, state: 'well', since: START, weak: [] };
const NOTED = { services: [{ id: 'service-web', forceUpdate: 0 }], begunAt: null };
/** All three tasks are on one of two nodes. */
const UNEVEN = aSwarm({
  members: [aMember('a'), aMember('b')],
  services: [aService('web', { replicas: 3 })],
  tasks: [1, 2, 3].map((n) => aTask('web', 'a', { id: `t${n}` })),
});
const EVEN = { ...UNEVEN, tasks: ['a', 'a', 'b'].map((node, n) => aTask('web', node, { id: `t${n}` })) };
const ASKED = { id: 'r', kind: 'rebalance', by: 'ann', at: START, reason: null, until: null } as const;
const OVER = { next: null, isOver: true };
/** Open for a minute on the first of January. */
const CLOSED = { timeZone: 'UTC', windows: [{ start: '0 0 1 1 *', duration: '1m' }] };

function plan(
  over: Partial<Parameters<typeof planSpreading>[0]> = {},
  record: Parameters<typeof aRecord>[0] = { rebalance: NOTED },
  spec: Readonly<Record<string, unknown>> = { rollout: { rebalance: true } },
) {
  const desired = aDesired({ spec });
  const ask = { desired, record: aRecord(record), swarm: UNEVEN, rollout: null, now: START, isCalm: true, ...over };
  const { steps, holds, next, isOver } = planSpreading(ask);
  return { steps: steps.map((s) => s.kind), holds: holds.map((h) => h.reason), next, isOver };
}

describe('planSpreading', () => {
  it('notes all services when a rollout has ended in which nodes were replaced', () => {
    expect(plan({}, { rollout: ROLLED })).toEqual({ steps: [], holds: [], next: NOTED, isOver: false });
  });

  it.each<[string, ReturnType<typeof plan>, object]>([
    ['spreads what is noted', plan(), { steps: ['rebalance-service'], next: { ...NOTED, begunAt: START } }],
    ['notes nothing of a rollout that replaced no node', plan({}, { rollout: { ...ROLLED, state: 'fresh' } }), {}],
    ['waits while anything else is to be done', plan({ isCalm: false }), { next: NOTED }],
    ['waits while the swarm cannot be seen', plan({ swarm: null }), { next: NOTED }],
    ['leaves it to the end of the next rollout', plan({ rollout: ROLLED }), {}],
    ['does nothing that is not asked for', plan({}, { rollout: ROLLED }, {}), {}],
    ['forgets it when it is asked for no more', plan({}, { rebalance: NOTED }, {}), {}],
    [
      'waits for a maintenance window',
      plan({}, { rebalance: NOTED }, { rollout: { rebalance: true }, maintenance: CLOSED }),
      { holds: ['OutsideWindow'], next: NOTED },
    ],
    ['notes all services when somebody asks', plan({}, { intents: [ASKED] }, {}), { next: NOTED }],
    [
      'spreads them though the spec does not ask for it',
      plan({}, { intents: [ASKED], rebalance: NOTED }, {}),
      { steps: ['rebalance-service'], next: { ...NOTED, begunAt: START } },
    ],
    ['waits for the end of the rollout in progress', plan({ rollout: ROLLED }, { intents: [ASKED] }, {}), {}],
    [
      'waits for a maintenance window, whoever asked',
      plan({}, { intents: [ASKED], rebalance: NOTED }, { maintenance: CLOSED }),
      { holds: ['OutsideWindow'], next: NOTED },
    ],
    ['is over when no service is uneven', plan({ swarm: EVEN }, { intents: [ASKED], rebalance: NOTED }, {}), OVER],
    ['is over at once where there is no service', plan({ swarm: aSwarm() }, { intents: [ASKED] }, {}), OVER],
  ])('%s', (_, planned, expected) => {
    expect(planned).toEqual({ steps: [], holds: [], next: null, isOver: false, ...expected });
  });
});

it('the word that asked for it leaves the record with the last service', () => {
  const at = aSituation({ managers: 1, web: 2 }, { workers: { web: 2 } });
  const record = { ...at.record, intents: [ASKED], rebalance: { services: [], begunAt: START } };
  const { batch } = planCluster(at.declared, seen({ ...at, record }), FACTS);
  expect(batch).toMatchObject([{ kind: 'write-record', next: { rebalance: null, intents: [] } }]);
});
