import { describe, expect, it } from 'vitest';
import { planCluster } from '../../../src/controller/plan/plan-cluster.ts';
import type { MachineId, SwarmId } from '../../../src/model/ids.ts';
import type { ClusterRecord } from '../../../src/model/record.ts';
import { withRecord } from '../../support/guard-rows.ts';
import { aSituation, FACTS, type Situation, seen } from '../../support/worlds.ts';

const [M1, M2] = ['demo-managers-0001' as MachineId, 'demo-managers-0002' as MachineId];
const three = aSituation({ managers: 3 }, { managers: 3 });
const noSwarm = { swarm: { ok: true, value: null } } as const;

/** No swarm is known, and no machine has one. */
const unborn = (founder: MachineId, over: Partial<ClusterRecord> = {}): Situation => ({
  ...withRecord(three, { swarmId: null, firstReadyAt: null, founder, ...over }),
  machines: three.machines.map((machine) => ({
    ...machine,
    engine: machine.engine && { ...machine.engine, swarm: 'inactive', nodeId: null, isManager: false },
  })),
});
const batch = (at: Situation, look = {}) => planCluster(at.declared, seen(at, look), FACTS).batch;
const recordOf = (at: Situation, look = {}) => batch(at, look).find((step) => step.kind === 'write-record')?.next;

describe('what counts no more when a swarm is founded', () => {
  it('is every founder that went before a swarm was known', () => {
    const gone = 'demo-managers-0009' as MachineId;
    expect(recordOf(unborn(gone), noSwarm)).toMatchObject({ founder: M1, givenUp: [gone] });
    const again = unborn(gone, { givenUp: ['demo-managers-0008'] });
    expect(recordOf(again, noSwarm)).toMatchObject({ founder: M1, givenUp: ['demo-managers-0008', gone] });
  });

  it('is said to whoever founds it', () => {
    expect(batch(unborn(M2, { givenUp: ['s-old'] }), noSwarm)[0]).toMatchObject({
      kind: 'init-swarm',
      machine: M2,
      options: { givenUp: ['s-old'] },
    });
    expect(batch(unborn(M2), noSwarm)[0]).toMatchObject({ kind: 'init-swarm' });
    expect(batch(unborn(M2), noSwarm)[0]).not.toHaveProperty('options.givenUp');
  });

  it('is nothing any more once the swarm is known', () => {
    const next = recordOf(withRecord(three, { swarmId: null, givenUp: ['s-old' as SwarmId] }));
    expect(next?.swarmId).toBe(three.swarm.id);
    expect(next).not.toHaveProperty('givenUp');
  });

  it('is no founder that is there, and none of a swarm that is known', () => {
    expect(recordOf(unborn(M1), noSwarm) ?? {}).not.toHaveProperty('givenUp');
    expect(recordOf(withRecord(three, { founder: 'demo-managers-0009' as MachineId })) ?? {}).not.toHaveProperty(
      'givenUp',
    );
  });
});
