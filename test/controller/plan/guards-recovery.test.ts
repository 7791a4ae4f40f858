import { describe, expect, it } from 'vitest';
import { planCluster } from '../../../src/controller/plan/plan-cluster.ts';
import { planRoad } from '../../../src/controller/plan/plan-road.ts';
import type { MachineId, SwarmId } from '../../../src/model/ids.ts';
import type { Intent } from '../../../src/model/record.ts';
import type { Recovery } from '../../../src/model/recovery.ts';
import { anInfrastructure, START } from '../../support/builders.ts';
import { checkRow, engineOf, type Row, silent, withRecord } from '../../support/guard-rows.ts';
import { aSituation, FACTS, type Situation, seen, withMachine, withMember } from '../../support/worlds.ts';

/** Guards of recovery and of the stop for a backup, each seen to fail when it was taken out. */

const M1 = 'demo-managers-0001' as MachineId;
const M2 = 'demo-managers-0002' as MachineId;
const M3 = 'demo-managers-0003' as MachineId;
const M4 = 'demo-managers-0004' as MachineId;
const W1 = 'demo-web-0001' as MachineId;
const SWARM = 'swarm1' as SwarmId;
const STOPPED = { state: 'stopped', engine: null } as const;
const OLD = { swarmId: SWARM, removes: [] as readonly MachineId[] };

const three = aSituation({ managers: 3, web: 1 }, { managers: 3, workers: { web: 1 } });
const without = (at: Situation, ...ids: readonly string[]): Situation => ({
  ...at,
  machines: at.machines.filter((m) => !ids.includes(m.id)),
});
const said = (at: Situation, over: Pick<Intent, 'kind'> & Partial<Intent>): Situation => {
  const intent: Intent = { id: 'i1', by: 'ann', at: START, reason: null, until: START + 60_000, ...over };
  return withRecord(at, { intents: [...at.record.intents, intent] });
};
const agreed = (at: Situation, recovery: Recovery, over: Partial<Intent> = {}): Situation =>
  said(at, { kind: 'recover', recovery, ...over });
const goOn = (at: Situation, over: Partial<Recovery> = {}): Situation =>
  agreed(at, { how: 'survivor', survivor: M3, ...OLD, ...over } as Recovery);

const alone = without(three, M1, M2);
const five = aSituation({ managers: 5, web: 1 }, { managers: 5, workers: { web: 1 } });
const twoOfFive = without(five, M1, M2, 'demo-managers-0005');
const inactive = (at: Situation, id: string): Situation =>
  engineOf(at, id, { swarm: 'inactive', nodeId: null, isManager: false });

const SURVIVOR: readonly Row[] = [
  { guard: 'the survivor alone goes on at once', at: goOn(alone), look: silent, steps: ['force-new-cluster'] },
  {
    guard: 'an old manager that answers forgets the swarm first',
    at: goOn(twoOfFive),
    look: silent,
    steps: ['leave'],
  },
  {
    guard: 'one that forgot it does no harm',
    at: goOn(inactive(twoOfFive, M4)),
    look: silent,
    steps: ['force-new-cluster'],
  },
  {
    guard: 'S3: not while one that is stopped may come back',
    at: goOn(withMachine(without(three, M1), M2, STOPPED)),
    look: silent,
    steps: [],
    held: 'QuorumLost',
  },
  {
    guard: 'S3: not while one runs and does not answer',
    at: goOn(withMachine(without(five, M1, M4, 'demo-managers-0005'), M2, { engine: null })),
    look: silent,
    steps: [],
    held: 'QuorumLost',
  },
  {
    guard: 'S3: not while one could not be looked at, and the others stay as they are too',
    at: goOn(withMachine(without(five, M1, 'demo-managers-0005'), M2, { state: 'unknown', engine: null })),
    look: silent,
    steps: [],
    held: 'QuorumLost',
  },
  {
    guard: 'one that is stopped goes where that was agreed to by name, and nothing else with it',
    at: goOn(withMachine(without(three, M1), M2, STOPPED), { removes: [M2] }),
    look: silent,
    steps: ['remove-machine'],
  },
  {
    guard: 'one that was made and never started holds nothing',
    at: goOn(withMachine(without(three, M1), M2, { ...STOPPED, neverStarted: true })),
    look: silent,
    steps: ['force-new-cluster'],
  },
  {
    guard: 'a worker that somebody promoted was a manager too',
    at: goOn(engineOf(withMachine(alone, W1, {}), W1, { isManager: true })),
    look: silent,
    steps: ['leave'],
  },
  {
    guard: 'enough managers answer to elect one',
    at: goOn(without(three, M1)),
    look: silent,
    steps: [],
    waits: /no answer/,
  },
  {
    guard: 'a survivor that is stopped is started',
    at: goOn(withMachine(alone, M3, STOPPED)),
    look: silent,
    steps: ['start-machine'],
  },
  {
    guard: 'a survivor that is gone is nobody',
    at: goOn(without(three, M1, M2, M3)),
    look: silent,
    steps: [],
    held: 'QuorumLost',
  },
  {
    guard: 'a survivor that is no manager is none',
    at: goOn(engineOf(alone, M3, { isManager: false })),
    look: silent,
    steps: [],
    held: 'QuorumLost',
  },
  {
    guard: 'a locked one is unlocked first',
    at: goOn(engineOf(alone, M3, { swarm: 'locked' })),
    look: silent,
    steps: [],
    held: 'Locked',
  },
  {
    guard: 'nothing that was agreed about another swarm counts',
    at: goOn(alone, { swarmId: 'swarm0' as SwarmId }),
    look: silent,
    steps: ['write-record'],
  },
  {
    guard: 'nothing that was agreed long ago counts',
    at: agreed(alone, { how: 'survivor', survivor: M3, ...OLD } as Recovery, { until: START }),
    look: silent,
    steps: ['write-record'],
  },
  { guard: 'it is over when the swarm answers', at: goOn(three), steps: ['write-record'] },
  {
    guard: 'a pause holds it',
    at: said(goOn(alone), { kind: 'pause' }),
    look: silent,
    never: 'force-new-cluster',
    held: 'Paused',
  },
];

const overAnew = (at: Situation): Situation => agreed(at, { how: 'start-over', ...OLD } as Recovery);
const worker = without(three, M1, M2, M3);
const START_OVER: readonly Row[] = [
  { guard: 'every worker leaves the old swarm first', at: overAnew(worker), look: silent, steps: ['leave'] },
  {
    guard: 'then the record gives it up, and nothing is begun with it',
    at: overAnew(inactive(worker, W1)),
    look: { swarm: { ok: true, value: null } },
    steps: ['write-record'],
  },
  {
    guard: 'a stopped worker is started, to leave',
    at: overAnew(withMachine(worker, W1, STOPPED)),
    look: silent,
    steps: ['start-machine'],
  },
  {
    guard: 'not while a manager may come back',
    at: overAnew(withMachine(without(three, M1, M2), M3, STOPPED)),
    look: silent,
    steps: [],
    held: 'QuorumLost',
  },
  {
    guard: 'a worker that boots may be in it still',
    at: overAnew(withMachine(worker, W1, { state: 'booting', engine: null })),
    look: silent,
    steps: [],
    waits: /does not answer yet/,
  },
  {
    guard: 'not when a manager answers after all',
    at: overAnew(alone),
    look: silent,
    steps: ['write-record'],
  },
  {
    guard: 'a swarm that was never agreed about is not given up',
    at: worker,
    look: silent,
    steps: [],
    held: 'QuorumLost',
  },
];

const NEW = 'demo-managers-new1' as MachineId;
const restore = (at: Situation): Situation =>
  agreed(at, { how: 'restore', machine: NEW, address: '10.88.0.13', restored: SWARM, ...OLD } as Recovery);
const withNew = (at: Situation, change: Partial<Situation['machines'][number]>): Situation => {
  const base = three.machines[0];
  return base ? { ...at, machines: [...at.machines, { ...base, id: NEW, ...change }] } : at;
};
const RESTORE: readonly Row[] = [
  {
    guard: 'a first manager is made, the workers stay in their swarm',
    at: restore(worker),
    look: silent,
    steps: ['grow-pool'],
  },
  {
    guard: 'its engine is stopped before a backup is put in',
    at: inactive(restore(withNew(worker, {})), NEW),
    look: silent,
    steps: ['stop-machine'],
  },
  {
    guard: 'it stays stopped until then',
    at: restore(withNew(worker, STOPPED)),
    look: silent,
    steps: [],
    waits: /waits for the backup/,
  },
];

const copy = (at: Situation, over: Partial<Intent> = {}): Situation =>
  said(at, { kind: 'backup', machine: M2, ...over });
const one = aSituation({ managers: 1, web: 1 }, { workers: { web: 1 } });
const UNREACHABLE = { manager: { leader: false, reachability: 'unreachable' } } as const;
const BACKUP: readonly Row[] = [
  { guard: 'a manager that does not lead is stopped', at: copy(three), steps: ['stop-machine'] },
  { guard: 'the leader is not', at: copy(three, { machine: M1 }), steps: ['write-record'] },
  { guard: 'not while another is unreachable', at: copy(withMember(three, M3, UNREACHABLE)), steps: ['write-record'] },
  { guard: 'not while the swarm does not answer', at: copy(three), look: silent, steps: ['write-record'] },
  { guard: 'one that is gone is no more asked for', at: copy(without(three, M2)), steps: ['write-record'] },
  {
    guard: 'not while another is promoted',
    at: copy(withMember(three, W1, { role: 'manager' })),
    steps: [],
    waits: /not over/,
  },
  {
    guard: 'stays stopped while it is read',
    at: copy(withMachine(withMember(three, M2, UNREACHABLE), M2, STOPPED)),
    steps: [],
    waits: /is read until/,
  },
  {
    guard: 'L3: a changed document is accepted meanwhile',
    at: withRecord(copy(withMachine(withMember(three, M2, UNREACHABLE), M2, STOPPED)), { specHash: 'of before' }),
    steps: ['write-record'],
    waits: /is read until/,
  },
  {
    guard: 'not when another manager is lost meanwhile',
    at: copy(withMachine(withMember(withMember(three, M2, UNREACHABLE), M3, UNREACHABLE), M2, STOPPED)),
    steps: ['write-record'],
  },
  {
    guard: 'not longer than it was asked for',
    at: copy(withMachine(three, M2, STOPPED), { until: START }),
    steps: ['write-record'],
  },
  {
    guard: 'two managers have none to spare',
    at: copy(without(withoutMember(three, M3), M3)),
    steps: ['write-record'],
  },
  { guard: 'the only manager is stopped, as was agreed', at: copy(one, { machine: M1 }), steps: ['stop-machine'] },
  {
    guard: 'and stays so though nobody answers then',
    at: copy(withMachine(one, M1, STOPPED), { machine: M1 }),
    look: silent,
    steps: [],
    waits: /is read until/,
  },
];

function withoutMember(at: Situation, id: string): Situation {
  return { ...at, swarm: { ...at.swarm, members: at.swarm.members.filter((m) => m.hostname !== id) } };
}

describe.each([
  ['a survivor', SURVIVOR],
  ['starting over', START_OVER],
  ['a backup that is restored', RESTORE],
  ['the stop for a backup', BACKUP],
] as const)('guards of %s', (_, rows) => {
  it.each(rows.map((row) => [row.guard, row] as const))('%s', (_guard, row) => checkRow(row));
});

describe('what is put in order', () => {
  const recordOf = (at: Situation, look = {}) => {
    const [step] = planCluster(at.declared, seen(at, look), FACTS).batch;
    return step?.kind === 'write-record' ? step.next : null;
  };

  it('the word is taken off the record when it is over', () => {
    expect(recordOf(goOn(three))?.intents).toEqual([]);
    expect(recordOf(copy(three, { until: START }))?.intents).toEqual([]);
  });

  it('a new swarm is begun as the first one was: no swarm, never Ready, one founder, nothing agreed any more', () => {
    const next = recordOf(overAnew(inactive(worker, W1)), { swarm: { ok: true, value: null } });
    expect(next).toMatchObject({ swarmId: null, firstReadyAt: null, intents: [], health: [], rollout: null });
    expect(next?.founder).toMatch(/^demo-managers-/);
    expect(next?.givenUp).toEqual([worker.record.swarmId]);
  });

  it('the hold says of each machine why it may come back', () => {
    const at = goOn(withMachine(withMachine(without(five, M4), M2, STOPPED), M1, { engine: null }));
    const [hold] = planCluster(at.declared, seen(withMachine(at, 'demo-managers-0005', STOPPED), silent), FACTS).holds;
    expect(hold?.why).toContain(
      `${M1} runs and its engine does not answer; ${M2} is stopped, and its disk holds the swarm`,
    );
  });

  it('what carries the machines is there before one is made for a backup', () => {
    const at = restore(worker);
    const carriers = { ...anInfrastructure([]).carriers, state: 'absent', forwardTo: null } as const;
    const infrastructure = { ok: true, value: anInfrastructure(at.machines, { carriers }) } as const;
    const { batch } = planCluster(at.declared, seen(at, { ...silent, infrastructure }), FACTS);
    expect(batch.map((s) => s.kind)).toEqual(['ensure-carriers']);
  });

  it('a restored swarm keeps or changes its id as the backup has it', () => {
    const other = agreed(worker, { how: 'restore', machine: NEW, address: 'a', ...OLD, restored: 'swarm9' as SwarmId });
    expect(recordOf(other, silent)).toMatchObject({ swarmId: 'swarm9', intents: [{ kind: 'recover' }] });
  });

  it('the machine for a backup is made at the address that the workers know', () => {
    const at = restore(worker);
    const [step] = planCluster(at.declared, seen(at, silent), FACTS).batch;
    expect(step).toMatchObject({ kind: 'grow-pool', machines: [{ id: NEW, address: '10.88.0.13' }] });
  });
});

describe('the road of a recovery', () => {
  const kindsOf = (at: Situation): readonly (readonly string[])[] => {
    const road = planRoad(at.declared, seen(at, silent), FACTS);
    expect(road.isCut).toBe(false);
    return road.batches.map((batch) => [...new Set(batch.map((s) => s.kind))]);
  };

  it('with a survivor: the swarm goes on, and managers are made, joined and promoted one by one', () => {
    const road = kindsOf(goOn(alone));
    expect(road.slice(0, 2)).toEqual([['force-new-cluster'], ['write-record']]);
    expect(road.flat().filter((kind) => kind === 'promote')).toHaveLength(2);
    expect(road.flat()).not.toContain('remove-machine');
  });

  it('with a new swarm: the worker leaves, the old one is given up, and all begins anew', () => {
    const road = kindsOf(overAnew(worker));
    expect(road.slice(0, 2)).toEqual([['leave'], ['write-record']]);
    expect(road.flat()).toEqual(expect.arrayContaining(['init-swarm', 'join', 'promote']));
  });

  it.each([
    ['for a backup to be put in', restore(worker)],
    ['while a manager is read', copy(three)],
  ])('ends where it waits for a person: %s', (_, at) => {
    const road = planRoad(at.declared, seen(at, at.machines.some((m) => m.pool === 'managers') ? {} : silent), FACTS);
    expect([road.isCut, road.batches.at(-1)?.map((s) => s.kind)]).toEqual([false, ['stop-machine']]);
  });
});
