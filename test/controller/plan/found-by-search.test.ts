import { describe, expect, it } from 'vitest';
import { planCluster } from '../../../src/controller/plan/plan-cluster.ts';
import type { NodeId } from '../../../src/model/ids.ts';
import type { Machine } from '../../../src/model/observed.ts';
import { aService, aTask, START } from '../../support/builders.ts';
import { aNode, aSituation, FACTS, type Situation, seen, withMachine, withMember } from '../../support/worlds.ts';

/** What the search in virtual time found, each as the smallest world that shows it. */

const HOUR = 3_600_000;
const engineOf = ({ engine }: Machine, over: object): Machine['engine'] => engine && { ...engine, ...over };
const decide = (at: Situation, over: Parameters<typeof seen>[1] = {}) =>
  planCluster(at.declared, seen(at, over), FACTS);
const NO_LEADER = { ok: false, problem: { kind: 'no-leader', detail: 'no quorum' } } as const;

describe('what the search found', () => {
  it('a demoted manager that went down keeps its local data', () => {
    const base = aSituation({ managers: 4 }, { managers: 3 });
    const demoted = withMember(
      withMachine(base, 'demo-managers-0004', { state: 'stopped', engine: null }),
      'demo-managers-0004',
      {
        role: 'worker',
        manager: null,
        state: 'down',
      },
    );
    const service = aService('db', { replicas: 1, localData: ['data'] });
    const task = aTask('db', aNode('managers', 4).member.id);
    const kept = { ...demoted, swarm: { ...demoted.swarm, services: [service], tasks: [task] } };
    expect(decide(demoted).batch.map(({ kind }) => kind)).toContain('remove-machine');
    const plan = decide(kept);
    expect(plan.batch.map(({ kind }) => kind)).not.toContain('remove-machine');
    expect(plan.holds.map(({ reason }) => reason)).toContain('LocalDataHeld');
  });

  /** Of three raft members one is gone for good; `knows`: what the two that answer know of raft. */
  function leaderless(...knows: readonly (readonly number[])[]): Situation {
    const base = aSituation({ managers: knows.length }, { managers: 3 }, { firstReadyAt: START - HOUR });
    const id = (n: number): NodeId => aNode('managers', n).member.id;
    const machines = base.machines.map((m, i) => ({ ...m, engine: engineOf(m, { peers: (knows[i] ?? []).map(id) }) }));
    return { ...base, machines };
  }
  const reasons = (at: Situation) => decide(at, { swarm: NO_LEADER }).holds.map(({ reason }) => reason);

  it('one that was put out of raft and does not know it is no vote for a leader', () => {
    // 1 knows itself and one that is gone; 2 was demoted while nobody reached it, and still counts itself.
    expect(reasons(leaderless([1, 9], [1, 2, 9]))).toEqual(['QuorumLost']);
    expect(reasons(leaderless([1, 2, 9], [1, 2, 9]))).toEqual([]);
  });

  it('a survivor that scaled down to one and whose raft still has three is no majority', () => {
    const at = leaderless([1, 8, 9]);
    const { declared } = aSituation({}, { managers: 1 });
    expect(reasons({ ...at, declared })).toContain('QuorumLost');
  });

  it('an engine that never answers again, and no other in the swarm, is held, not waited for', () => {
    const made = { createdAt: START - HOUR };
    const at = withMachine(aSituation({ managers: 1 }, { managers: 1 }), 'demo-managers-0001', {
      ...made,
      state: 'booting',
      engine: null,
    });
    const muted = decide(at, { swarm: { ok: true, value: null } });
    expect(muted.holds.map(({ reason }) => reason)).toEqual(['SwarmUnreachable']);
    const young = withMachine(at, 'demo-managers-0001', { createdAt: START - 1_000 });
    expect(decide(young, { swarm: { ok: true, value: null } }).holds).toEqual([]);
  });

  it('of two machines that look bad and are too many both are noted, the second beside the first: no circle of writes', () => {
    const base = aSituation({ managers: 1 }, { managers: 1, workers: { web: 0 } }, { firstReadyAt: START - HOUR });
    const overdue = [1, 2].map((n) => {
      const { machine } = aNode('web', n);
      return { ...machine, createdAt: START - HOUR, engine: engineOf(machine, { swarm: 'inactive', nodeId: null }) };
    });
    const at = {
      ...base,
      machines: [...base.machines, ...overdue],
      swarm: { ...base.swarm, rootRotationInProgress: true },
    };
    const written = (record: Situation['record']) =>
      decide({ ...at, record }).batch.flatMap((step) => (step.kind === 'write-record' ? [step.next] : []))[0];
    const [known] = overdue.map(({ id }) => ({ kind: 'bad', machine: id, pool: 'web', at: START }) as const);
    const next = written({ ...at.record, health: known ? [known] : [] });
    expect(next?.health.map(({ machine }) => machine)).toEqual(overdue.map(({ id }) => id));
    expect(next && written(next)).toBeUndefined();
  });

  it('a swarm whose managers are all gone is lost, whatever its stopped workers might say', () => {
    const base = aSituation({ web: 2 }, { managers: 1 }, { firstReadyAt: START - HOUR });
    const machines = base.machines.map((m) => ({ ...m, state: 'stopped' as const, engine: null }));
    const { holds } = decide({ ...base, machines }, { swarm: { ok: true, value: null } });
    expect(holds.map(({ reason }) => reason)).toContain('SwarmUnreachable');
  });
});
