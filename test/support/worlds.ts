import type { PlanFacts } from '../../src/controller/plan/facts.ts';
import type { Declared } from '../../src/model/declared.ts';
import type { MachineId, NodeId, SwarmId } from '../../src/model/ids.ts';
import type { Machine, Member, Observed, SwarmView } from '../../src/model/observed.ts';
import type { ClusterRecord } from '../../src/model/record.ts';
import {
  aDesired,
  aMachine,
  aMember,
  anInfrastructure,
  anObserved,
  aRecord,
  aSwarm,
  type SpecWish,
  START,
} from './builders.ts';

/** A living cluster as a planner sees it, whole and healthy; what a test is about is changed afterwards. */

export const FACTS: PlanFacts = {
  owner: 'me',
  term: 1,
  writer: '0.1',
  listedAt: START,
  deletionsLastHour: 0,
  maxDeletions: 1,
};

export const ADMITTED = (pool: string) => ({ 'skep.pool': pool, 'skep.zone': 'a', 'skep.lifecycle': 'on-demand' });

export interface Situation {
  readonly declared: Declared;
  readonly record: ClusterRecord;
  readonly machines: readonly Machine[];
  readonly swarm: SwarmView;
}

/** The node `<pool>-<n>`: its machine and its member `n-<machine>`. */
export function aNode(
  pool: string,
  n: number,
  over: { machine?: Partial<Machine>; member?: Partial<Member> } = {},
): { machine: Machine; member: Member } {
  const id = `demo-${pool}-${String(n).padStart(4, '0')}` as MachineId;
  const nodeId = `n-${id}` as NodeId;
  const manager = pool === 'managers';
  const base = aMachine(id, { pool, hash: aDesired().pools[0]?.machineHash ?? '' });
  const engine = base.engine && ({ ...base.engine, swarm: 'active', nodeId, isManager: manager } as const);
  return {
    machine: { ...base, engine, ...over.machine },
    member: aMember(nodeId, {
      hostname: id,
      labels: ADMITTED(pool),
      role: manager ? 'manager' : 'worker',
      manager: manager ? { leader: n === 1, reachability: 'reachable' } : null,
      ...over.member,
    }),
  };
}

/** `there` nodes by pool, healthy; `wish` declared. */
export function aSituation(
  there: Readonly<Record<string, number>>,
  wish: SpecWish,
  over: Partial<ClusterRecord> = {},
): Situation {
  const desired = aDesired(wish);
  const nodes = Object.entries(there).flatMap(([pool, n]) => Array.from({ length: n }, (_, i) => aNode(pool, i + 1)));
  const hashInputs = Object.fromEntries(desired.pools.map((p) => [p.machineHash, p.hashInputs]));
  return {
    declared: { kind: 'document', desired },
    record: aRecord({
      spec: desired.spec,
      specHash: desired.specHash,
      swarmId: 'swarm1' as SwarmId,
      firstReadyAt: START,
      hashInputs,
      ...over,
    }),
    machines: nodes.map((n) => n.machine),
    swarm: aSwarm({ members: nodes.map((n) => n.member), through: 'demo-managers-0001' as MachineId }),
  };
}

export function seen({ record, machines, swarm }: Situation, over: Partial<Observed> = {}): Observed {
  return anObserved({
    record: { ok: true, value: record },
    infrastructure: { ok: true, value: anInfrastructure(machines) },
    swarm: { ok: true, value: swarm },
    ...over,
  });
}

/** With one machine, or one member (by its machine's name), changed. */
export function withMachine(at: Situation, id: string, change: Partial<Machine>): Situation {
  return { ...at, machines: at.machines.map((m) => (m.id === id ? { ...m, ...change } : m)) };
}
export function withMember(at: Situation, id: string, change: Partial<Member>): Situation {
  const members = at.swarm.members.map((m) => (m.hostname === id ? { ...m, ...change } : m));
  return { ...at, swarm: { ...at.swarm, members } };
}
/** Joined, paused, without labels. */
export const JOINING = { availability: 'pause', labels: {} } as const;
/** Its drain began by our hand, `agoMs` ago. */
export const draining = (pool: string, agoMs = 1_000, strength = '') => ({
  availability: 'drain' as const,
  labels: {
    ...ADMITTED(pool),
    'skep.intent': 'remove:1',
    'skep.since': String(START - agoMs),
    'skep.strength': strength,
  },
});
