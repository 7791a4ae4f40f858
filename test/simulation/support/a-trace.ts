import { expand } from '../../../src/model/desired.ts';
import type { ClusterName, MachineId, NodeId, SwarmId } from '../../../src/model/ids.ts';
import type { Plan } from '../../../src/model/plan.ts';
import type { StepKind } from '../../../src/model/step.ts';
import { worldService } from '../../../src/providers/simulated/workload.ts';
import type { World, WorldMachine, WorldMember, WorldSwarm } from '../../../src/providers/simulated/world.ts';
import { sightOf } from '../../../src/simulation/sight.ts';
import type { Change, Entry, Look, Trace } from '../../../src/simulation/trace.ts';
import { aRecord, aSpec, SOURCE, type SpecWish, START } from '../../support/builders.ts';

/** Hand-made traces: a whole cluster, one effect on it, and what the pass saw that began the effect. */

export const CLUSTER = 'demo' as ClusterName;
const SWARM = 'swarm1' as SwarmId;
export const PLAN: Plan = { batch: [], holds: [], waits: [], asDeclared: false, differences: [], drift: [] };

/** A healthy cluster as declared: nodes `<pool>-<n>`, members `n-<pool>-<n>`; `there` where other numbers of nodes are there. */
export function aWorld(wish: SpecWish, there: Readonly<Record<string, number>> = {}): World {
  const spec = aSpec({ name: CLUSTER, ...wish });
  const { pools } = expand(spec, SOURCE);
  const counts = { ...Object.fromEntries(pools.map((pool) => [pool.name, pool.count])), ...there };
  const nodes = Object.entries(counts).flatMap(([pool, n]) =>
    Array.from({ length: n }, (_, i) => node(pool, i + 1, spec)),
  );
  const managers = nodes.filter(({ machine }) => machine.pool === 'managers');
  const swarm: WorldSwarm = {
    id: SWARM,
    index: 10,
    version: 10,
    init: { addressPools: ['10.200.0.0/16'], subnetSize: 24, dataPathPort: 4789 },
    leader: managers[0]?.member.id ?? null,
    electsAt: null,
    members: nodes.map(({ member }) => member),
    peers: managers.map(({ member }) => ({ node: member.id, reachable: true, inTouch: true, changesAt: null })),
    services: [],
    tasks: [],
  };
  return {
    format: 1,
    revision: 1,
    cluster: CLUSTER,
    owner: 'ours',
    salt: 'salt',
    ids: 0,
    addresses: 0,
    at: START,
    record: aRecord({
      cluster: CLUSTER,
      owner: 'ours',
      spec,
      swarmId: SWARM,
      firstReadyAt: START,
      hashInputs: Object.fromEntries(pools.map((p) => [p.machineHash, p.hashInputs])),
    }),
    carriers: { forwardTo: [], damage: null },
    machines: nodes.map(({ machine }) => machine),
    swarms: [swarm],
  };
}

function node(pool: string, n: number, spec: ReturnType<typeof aSpec>): { machine: WorldMachine; member: WorldMember } {
  const id = `${pool}-${n}` as MachineId;
  const nodeId = `n-${id}` as NodeId;
  const hash = expand(spec, SOURCE).pools.find((p) => p.name === pool)?.machineHash ?? 'v1:0';
  const machine: WorldMachine = {
    id,
    pool,
    zone: ['a', 'b', 'c'][n % 3] ?? 'a',
    hash,
    address: '10.88.0.1',
    engineVersion: '28.5.2',
    createdAt: START,
    state: 'running',
    bootsAt: null,
    bootedAt: START,
    frozen: false,
    island: null,
    rejoinMs: { member: 0, peer: 0 },
    detail: null,
    membership: { swarm: SWARM, node: nodeId },
    joining: null,
  };
  const member: WorldMember = {
    id: nodeId,
    version: 10,
    hostname: id,
    address: '10.88.0.1',
    engineVersion: '28.5.2',
    role: pool === 'managers' ? 'manager' : 'worker',
    availability: 'active',
    labels: { 'skep.pool': pool },
    state: 'ready',
    inTouch: true,
    changesAt: null,
    roleAt: null,
  };
  return { machine, member };
}

export const swarmIn = (world: World): WorldSwarm => world.swarms[0] as WorldSwarm;
export const memberIn = (world: World, machine: string): WorldMember =>
  swarmIn(world).members.find(({ hostname }) => hostname === machine) as WorldMember;
export const machineIn = (world: World, id: string): WorldMachine =>
  world.machines.find((m) => m.id === id) as WorldMachine;

export function removeMachine(world: World, id: string): void {
  world.machines = world.machines.filter((machine) => machine.id !== id);
}

/** Its peer is unreachable, and so is its member down. */
export function lose(world: World, machine: string): void {
  const member = memberIn(world, machine);
  member.state = 'down';
  for (const peer of swarmIn(world).peers) if (peer.node === member.id) peer.reachable = false;
}

/** A replicated service with a running task on one node. */
export function runTask(world: World, machine: string, localData: readonly string[] = []): void {
  const { services, tasks } = swarmIn(world);
  services.push(worldService({ id: 's1', version: 1, name: 'shop', localData: [...localData] }));
  tasks.push({
    id: 't1',
    service: 's1',
    slot: '1',
    node: memberIn(world, machine).id,
    desired: 'running',
    state: 'running',
    changesAt: null,
    notBefore: START,
    startedAt: START,
    detail: null,
    constraints: [],
    forceUpdate: 0,
    restarts: 0,
  });
}

export function aLook(world: World, over: Partial<Look> = {}): Look {
  const { machines, swarm, record } = sightOf(world);
  const desired = expand(world.record?.spec ?? aSpec({ name: CLUSTER }), SOURCE);
  return {
    kind: 'look',
    at: 1_000,
    by: 'one',
    term: 1,
    pass: 'p',
    cluster: CLUSTER,
    declared: { kind: 'document', desired },
    observed: {
      cluster: CLUSTER,
      now: START,
      record: { ok: true, value: record },
      infrastructure: {
        ok: true,
        value: {
          machines,
          carriers: { state: 'ready', differences: [], forwardTo: null, leftovers: 0, images: {} },
          strangers: [],
        },
      },
      swarm: { ok: true, value: swarm },
    },
    plan: PLAN,
    listedAt: START,
    lies: [],
    ...over,
  };
}

/** One effect on `before`, as a pass began it that saw `saw` (left out: the truth). */
export function anEffect(
  cause: StepKind,
  before: World,
  edit: (world: World) => void,
  { saw = before, look = aLook(saw), at = 1_000 }: { saw?: World; look?: Look; at?: number } = {},
): Change {
  const after = structuredClone(before);
  edit(after);
  return { kind: 'change', at, by: 'one', term: 1, cause, cluster: CLUSTER, before, after, look };
}

export function aTrace(entries: readonly Entry[], over: Partial<Trace> = {}): Trace {
  return { entries, owner: 'ours', secrets: ['hunter2'], graceMs: 30_000, maxDeletions: 1, end: null, ...over };
}
