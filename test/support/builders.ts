import { type ClusterSpec, clusterSpecSchema } from '../../src/model/cluster-spec/schema.ts';
import { type Desired, expand, specHashOf } from '../../src/model/desired.ts';
import type { ClusterName, MachineId, NodeId, SwarmId } from '../../src/model/ids.ts';
import {
  DOCKERS_OPTIONS,
  type InfrastructureView,
  type Machine,
  type Member,
  type Observed,
  PLAIN_SERVICE,
  type ServiceView,
  type SwarmView,
  type TaskView,
} from '../../src/model/observed.ts';
import { labelKeys } from '../../src/model/read-record.ts';
import type { ClusterRecord } from '../../src/model/record.ts';
import type { MachineWish } from '../../src/model/step.ts';
import type { ClusterRef } from '../../src/providers/provider.ts';

/** Builders whose defaults are healthy, so that a test shows only what matters. */

/** Wall time that fake clocks begin with. */
export const START = 1_700_000_000_000;

export interface SpecWish {
  readonly name?: string;
  readonly managers?: 1 | 3 | 5 | 7;
  /** Worker pools: name → count, or all that the schema takes beside the name. */
  readonly workers?: Readonly<Record<string, number | Readonly<Record<string, unknown>>>>;
  /** Merged into `spec`. */
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** A normalised document: simulated, 1 manager, no workers, every default filled in. */
export function aSpec({ name = 'demo', managers = 1, workers = {}, spec = {} }: SpecWish = {}): ClusterSpec {
  const pools = Object.entries(workers).map(([pool, wish]) => ({
    name: pool,
    ...(typeof wish === 'number' ? { count: wish } : wish),
  }));
  return clusterSpecSchema.parse({
    apiVersion: 'skep/v1alpha1',
    kind: 'ClusterSpec',
    metadata: { name },
    spec: { provider: 'simulated', managers: { count: managers }, workers: pools, ...spec },
  });
}

export const SOURCE = { path: 'demo.yaml', line: 1, commit: null };

export function aDesired(wish: SpecWish = {}): Desired {
  return expand(aSpec(wish), SOURCE);
}

export function aRef(wish: SpecWish = {}): ClusterRef {
  const spec = aSpec(wish);
  return { cluster: spec.metadata.name as ClusterName, spec };
}

export function aRecord(over: Partial<ClusterRecord> = {}): ClusterRecord {
  const spec = over.spec ?? aSpec({ name: over.cluster ?? 'demo' });
  return {
    format: 1,
    cluster: spec.metadata.name as ClusterName,
    owner: 'me',
    term: 1,
    writer: '0.1',
    revision: 1,
    spec,
    specHash: specHashOf(spec),
    generation: 1,
    source: SOURCE,
    founder: null,
    swarmId: null,
    images: {},
    hashInputs: {},
    intents: [],
    deletion: null,
    firstReadyAt: null,
    health: [],
    rollout: null,
    applied: { specHash: over.firstReadyAt ? specHashOf(spec) : null, labels: labelKeys(spec) },
    corrections: {},
    rebalance: null,
    durations: {},
    ...over,
  };
}

export function aWish(id: string, over: Partial<MachineWish> = {}): MachineWish {
  return { id: id as MachineId, pool: 'managers', zone: 'a', hash: 'v1:0', ...over };
}

/** Running, an engine that answers, in no swarm. */
export function aMachine(id: string, over: Partial<Machine> = {}): Machine {
  return {
    id: id as MachineId,
    pool: 'managers',
    zone: 'a',
    address: '10.88.0.1',
    hash: 'v1:0',
    state: 'running',
    neverStarted: false,
    createdAt: START,
    engine: {
      version: '28.5.2',
      swarm: 'inactive',
      nodeId: null,
      isManager: false,
      error: null,
      missingImages: [],
    },
    detail: null,
    ...over,
  };
}

/** A ready, active worker without labels. */
export function aMember(id: string, over: Partial<Member> = {}): Member {
  return {
    id: id as NodeId,
    version: 10,
    hostname: id,
    address: '10.88.0.1',
    role: 'worker',
    availability: 'active',
    state: 'ready',
    manager: null,
    labels: {},
    engineVersion: '28.5.2',
    resources: { nanoCpus: 2e9, memoryBytes: 4 * 2 ** 30 },
    engineLabels: {},
    platform: { os: 'linux', arch: 'x86_64' },
    ...over,
  };
}

/** What a manager's member has more than a worker's. */
export function asManager(leader = false): Pick<Member, 'role' | 'manager'> {
  return { role: 'manager', manager: { leader, reachability: 'reachable' } };
}

export function aSwarm(over: Partial<SwarmView> = {}): SwarmView {
  return {
    id: 'swarm1' as SwarmId,
    version: 10,
    through: 'm1' as MachineId,
    members: [],
    services: [],
    tasks: [],
    rootRotationInProgress: false,
    init: { addressPools: ['10.200.0.0/16'], subnetSize: 24, dataPathPort: 4789 },
    options: DOCKERS_OPTIONS,
    ...over,
  };
}

/** One replica that fits anywhere. */
export function aService(name: string, over: Partial<ServiceView> = {}): ServiceView {
  return { ...PLAIN_SERVICE, id: `service-${name}`, version: 10, name, ...over };
}

export function aTask(service: string, node: string | null, over: Partial<TaskView> = {}): TaskView {
  const nodeId = node as NodeId | null;
  const where = { id: `${service}.${node}`, serviceId: `service-${service}`, nodeId };
  return { ...where, desired: 'running', state: 'running', detail: null, restarts: 0, ...over };
}

/** Carriers ready, these machines. */
export function anInfrastructure(machines: readonly Machine[], over: Partial<InfrastructureView> = {}) {
  const carriers = {
    state: 'ready',
    differences: [],
    forwardTo: [],
    leftovers: machines.length + 1,
    images: {},
  } as const;
  return { machines, carriers, strangers: [], ...over } satisfies InfrastructureView;
}

/** A complete look at nothing: no record, no machines, no swarm. */
export function anObserved(over: Partial<Observed> = {}): Observed {
  const nothing = {
    machines: [],
    strangers: [],
    carriers: { ...anInfrastructure([]).carriers, state: 'absent' },
  } as const;
  return {
    cluster: 'demo' as ClusterName,
    now: START,
    record: { ok: true, value: null },
    infrastructure: {
      ok: true,
      value: { ...nothing, carriers: { ...nothing.carriers, forwardTo: null, leftovers: 0 } },
    },
    swarm: { ok: true, value: null },
    ...over,
  };
}
