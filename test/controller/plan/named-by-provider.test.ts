import { describe, expect, it } from 'vitest';
import { planGrowth } from '../../../src/controller/plan/grow.ts';
import { planCluster } from '../../../src/controller/plan/plan-cluster.ts';
import { planRoad } from '../../../src/controller/plan/plan-road.ts';
import type { MachineId, SwarmId } from '../../../src/model/ids.ts';
import type { CarriersView, Machine, Observed } from '../../../src/model/observed.ts';
import type { ClusterRecord } from '../../../src/model/record.ts';
import { describeStep } from '../../../src/model/step.ts';
import { aDesired, aMachine, anInfrastructure, anObserved, aRecord } from '../../support/builders.ts';
import { aSituation, FACTS, seen } from '../../support/worlds.ts';

/** As on EC2: machines have a name once they are there. */
const desired = { ...aDesired({ managers: 3, workers: { web: 2 } }), namedBy: 'provider' } as const;
const declared = { kind: 'document', desired } as const;
const hash = desired.pools[0]?.machineHash ?? '';
const idle = (id: string, over: Partial<Machine> = {}) => aMachine(id, { hash, ...over });

function at(
  record: ClusterRecord | null,
  machines: readonly Machine[],
  carriers: Partial<CarriersView> = {},
): Observed {
  const { carriers: ready } = anInfrastructure([]);
  return anObserved({
    record: { ok: true, value: record },
    infrastructure: { ok: true, value: anInfrastructure(machines, { carriers: { ...ready, ...carriers } }) },
    swarm: { ok: true, value: null },
  });
}
const plan = (observed: Observed) => planCluster(declared, observed, FACTS);
const written = (observed: Observed) =>
  plan(observed).batch.flatMap((step) => (step.kind === 'write-record' && step.next ? [step.next] : []));
const kinds = (observed: Observed) => plan(observed).batch.map(({ kind }) => kind);
const unborn = aRecord({
  spec: desired.spec,
  specHash: desired.specHash,
  founder: null,
  hashInputs: Object.fromEntries(desired.pools.map((p) => [p.machineHash, p.hashInputs])),
});

describe('a cluster whose machines their provider names', () => {
  it('is born without a founder, and grows by numbers', () => {
    expect(written(at(null, []))[0]?.founder).toBeNull();
    const steps = plan(at(unborn, [])).batch;
    expect(steps).toMatchObject([
      { kind: 'grow-pool', pool: 'managers', count: 3 },
      { kind: 'grow-pool', pool: 'web', count: 2 },
    ]);
    expect(steps.map(describeStep)[1]).toBe('make 2 machines in web: new web 1, new web 2');
  });

  it('names the founder when a manager is seen, before a swarm is begun there', () => {
    const first = at(unborn, [idle('i-0a'), idle('i-0b', { pool: 'web' })]);
    expect(written(first)[0]?.founder).toBe('i-0a');
    expect(kinds(first)).toEqual(['write-record']);
    expect(kinds(at({ ...unborn, founder: 'i-0a' as MachineId }, [idle('i-0a')]))).toContain('init-swarm');
    expect(written(at(unborn, [idle('i-0b', { pool: 'web' })]))).toEqual([]);
  });

  it('names another founder when that one is gone and no swarm came of it', () => {
    const lost = at({ ...unborn, founder: 'i-0a' as MachineId }, [idle('i-0c')]);
    expect(written(lost)[0]?.founder).toBe('i-0c');
    const founded = { ...unborn, founder: 'i-0a' as MachineId, swarmId: 's' as SwarmId };
    expect(written(at(founded, [idle('i-0c')])).map((r) => r.founder)).not.toContain('i-0c');
  });

  it('makes no machine while what makes them is not as declared', () => {
    expect(kinds(at(unborn, [], { state: 'partial', differences: ['x'] }))).toEqual(['ensure-carriers']);
    const busy = at(unborn, [], { state: 'partial', underWay: 'stack web is being updated' });
    expect(kinds(busy)).toEqual([]);
    expect(plan(busy).waits).toContainEqual(expect.objectContaining({ what: 'stack web is being updated' }));
  });

  it('is held for a person, and still fills the places of machines that are gone', () => {
    const stuck = at(unborn, [], { state: 'partial', stuck: { why: 'it says so', release: 'do this' } });
    expect(kinds(stuck)).toEqual(['grow-pool', 'grow-pool']);
    expect(plan(stuck).holds).toContainEqual({
      reason: 'StackNeedsHuman',
      what: 'change what carries its machines',
      why: 'it says so',
      release: 'do this',
    });
  });

  it('counts machines on their way out into the number that is wanted', () => {
    const machines = ['i-0a', 'i-0b', 'i-0c'].map((id) => idle(id));
    const ask = { desired, salt: 1, taken: new Set<string>(), surge: new Map(), founder: null };
    const grown = planGrowth({ ...ask, machines: machines.slice(1), going: machines.slice(0, 1) });
    expect(grown[0]).toMatchObject({ pool: 'managers', count: 4, machines: [{ id: 'new managers 1' }] });
  });

  it('has a road to its end', () => {
    const road = planRoad(declared, at(unborn, [], { state: 'absent' }), FACTS);
    const steps = road.batches.flat();
    expect(road.isCut).toBe(false);
    expect(steps.filter(({ kind }) => kind === 'join')).toHaveLength(4);
    expect(steps.filter(({ kind }) => kind === 'promote')).toHaveLength(2);
  });

  it('has nothing taken away before what makes machines is as declared', () => {
    const many = aSituation({ managers: 1, web: 2 }, { workers: { web: 1 } });
    const observed = seen(many);
    if (!observed.infrastructure.ok) throw new Error('no look');
    const { carriers } = observed.infrastructure.value;
    const stale = {
      ...observed.infrastructure.value,
      carriers: { ...carriers, state: 'partial', differences: ['x'] },
    } as const;
    const less = { kind: 'document', desired: { ...aDesired({ workers: { web: 1 } }), namedBy: 'provider' } } as const;
    const drains = (infrastructure: Observed['infrastructure']) =>
      planCluster(less, { ...observed, infrastructure }, FACTS).batch.filter((s) => s.kind === 'set-node');
    expect(drains(observed.infrastructure)).toHaveLength(1);
    expect(drains({ ok: true, value: stale })).toEqual([]);
  });
});
