import type { Result } from '../base/result.ts';
import type { HostRoom } from './host-facts.ts';
import type { ClusterName, MachineId, NodeId, SwarmId } from './ids.ts';
import type { Problem } from './problem.ts';
import type { ClusterRecord } from './record.ts';

/** What one pass saw of one cluster, and when. Each part says whether the look succeeded. */
export interface Observed {
  readonly cluster: ClusterName;
  /** Wall time of the look, ms since the epoch. The planner's only clock. */
  readonly now: number;
  readonly record: Result<ClusterRecord | null, Problem>;
  readonly infrastructure: Result<InfrastructureView, Problem>;
  /** Null: every machine that runs was asked and none is in a swarm. */
  readonly swarm: Result<SwarmView | null, Problem>;
  /** What is left of the host that carries the machines. Absent or null: they have none in common, or it cannot be told. */
  readonly host?: HostRoom | null;
}

/** safety.md 1. `unknown`: the look at this machine failed. A machine that is gone is simply not listed. */
export type MachineState = 'booting' | 'running' | 'stopped' | 'unknown';

export interface Machine {
  readonly id: MachineId;
  readonly pool: string;
  readonly zone: string;
  /** Fixed for the machine's life. Null until the provider gave one. */
  readonly address: string | null;
  /** Machine hash (`v1:…`) fixed when it was made. */
  readonly hash: string;
  readonly state: MachineState;
  /** True while the machine was made but never once started (a crash between the two). */
  readonly neverStarted: boolean;
  /** When it was asked for, ms since the epoch. */
  readonly createdAt: number;
  /** Null: its engine does not answer (yet). */
  readonly engine: EngineView | null;
  /** The provider's own words for why it is not running, e.g. an exit code. */
  readonly detail: string | null;
}

/** What a machine's own engine says of itself, asked through the provider's own channel. */
export interface EngineView {
  readonly version: string;
  readonly swarm: 'inactive' | 'pending' | 'active' | 'locked' | 'error';
  readonly nodeId: NodeId | null;
  readonly isManager: boolean;
  readonly error: string | null;
  /** Of a manager: the raft members that it knows, itself too, by id. Missing: it does not tell. */
  readonly peers?: readonly NodeId[];
  /** Images of `preloadImages` that this engine does not have yet; missing: none were asked for. */
  readonly missingImages?: readonly string[];
}

export interface InfrastructureView {
  readonly machines: readonly Machine[];
  /** What carries the machines (local: network and forwarder). */
  readonly carriers: CarriersView;
  /** Things that look like this cluster's and are not ours. Reported, never touched. */
  readonly strangers: readonly Stranger[];
}

export interface CarriersView {
  /** `absent`: nothing of it is there. `partial`: some is missing or differs. */
  readonly state: 'absent' | 'partial' | 'ready';
  /** What differs or lacks, for people. Empty when ready. */
  readonly differences: readonly string[];
  /** Addresses the forwarder sends to now; null when there is no forwarder or it cannot be told. */
  readonly forwardTo: readonly string[] | null;
  /** What else of ours is left of the cluster (volumes, networks …), for deletion: none left means gone. */
  readonly leftovers: number;
  /** What goes on there and has to end before anything else of it is changed, for people. Missing: nothing. */
  readonly underWay?: string;
  /** What only a person can put right, and how. Missing: nothing. */
  readonly stuck?: { readonly why: string; readonly release: string };
  /** Image references resolved to ids when this look was made, by reference. */
  readonly images: Readonly<Record<string, string>>;
}

export interface Stranger {
  readonly what: string;
  readonly why: string;
}

export interface SwarmView {
  readonly id: SwarmId;
  /** Version index of the swarm object. */
  readonly version: number;
  /** The machine that answered. */
  readonly through: MachineId;
  readonly members: readonly Member[];
  readonly services: readonly ServiceView[];
  readonly tasks: readonly TaskView[];
  readonly rootRotationInProgress: boolean;
  readonly init: SwarmInitOptions;
  readonly options: LiveSwarmOptions;
  /** Absent: simulated. */
  readonly security?: SwarmSecurity;
}

interface SwarmSecurity {
  /** End of the root certificate, ms since the epoch; null: it cannot be read. That of a node's own is not told by Docker. */
  readonly rootExpiresAt: number | null;
  /** Restarted managers wait for the unlock key. */
  readonly autolock: boolean;
}

/** Options that a swarm gets when it is made and keeps. */
export interface SwarmInitOptions {
  readonly addressPools: readonly string[];
  readonly subnetSize: number;
  readonly dataPathPort: number;
}

/** Options that a living swarm can be given. */
export interface LiveSwarmOptions {
  /** Ended tasks kept for each replica. */
  readonly taskHistoryLimit: number;
  readonly dispatcherHeartbeatMs: number;
  readonly certExpiryMs: number;
}

/** How a swarm is to be founded. */
export interface SwarmWish extends SwarmInitOptions, LiveSwarmOptions {
  /**
   * Ids of swarms that a person gave up for lost, and of founders that are gone: where it is written down which swarm was
   * founded, the new one takes the place of these and of no other. Missing: of none.
   */
  readonly givenUp?: readonly string[];
}

/** What Docker gives a swarm that nobody asked otherwise: swarmkit, manager/manager.go and ca/config.go. */
export const DOCKERS_OPTIONS: LiveSwarmOptions = {
  taskHistoryLimit: 5,
  dispatcherHeartbeatMs: 5_000,
  certExpiryMs: 90 * 86_400_000,
};

export type Availability = 'active' | 'pause' | 'drain';
export type Role = 'manager' | 'worker';

export interface Member {
  readonly id: NodeId;
  /** Version index as seen: every write carries it. */
  readonly version: number;
  readonly hostname: string;
  readonly address: string | null;
  /** What is wanted (`Spec.Role`). Only `manager` says what is. */
  readonly role: Role;
  readonly availability: Availability;
  /** `unknown` is normal for a while after a leader change and is never counted as bad. */
  readonly state: 'ready' | 'down' | 'unknown' | 'disconnected';
  /** Null: it has no manager status, so it is no raft member. */
  readonly manager: { readonly leader: boolean; readonly reachability: 'reachable' | 'unreachable' | 'unknown' } | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly engineVersion: string;
  /** What its engine has, and reservations are taken from. */
  readonly resources: Resources;
  /** Labels of the engine itself (`engine.labels.…` in a constraint). */
  readonly engineLabels: Readonly<Record<string, string>>;
  /** As the engine says it: `linux`, `x86_64`. */
  readonly platform: { readonly os: string; readonly arch: string };
}

/** Billionths of a CPU and bytes, as the Engine API counts. */
export interface Resources {
  readonly nanoCpus: number;
  readonly memoryBytes: number;
}

export interface ServiceView {
  readonly id: string;
  /** Version index as seen: every write carries it. */
  readonly version: number;
  readonly name: string;
  readonly mode: 'replicated' | 'global' | 'replicated-job' | 'global-job';
  /** Declared replicas; null for global services. */
  readonly replicas: number | null;
  readonly labels: Readonly<Record<string, string>>;
  /** Sources of `local` volumes and writable bind mounts (sockets left out). */
  readonly localData: readonly string[];
  /** As Docker has them, e.g. `node.labels.tier==web`. */
  readonly constraints: readonly string[];
  /** Of each task. */
  readonly reservations: Resources;
  /** 0: any number. */
  readonly maxReplicasPerNode: number;
  /** Fixed ports that each task takes of its node, e.g. `8080/tcp`. */
  readonly hostPorts: readonly string[];
  /** Which ends of a task bring another one. */
  readonly restart: 'any' | 'on-failure' | 'none';
  /** 0: any number. */
  readonly restartMaxAttempts: number;
  readonly updateOrder: 'stop-first' | 'start-first';
  /** An update or a rollback of it goes on. */
  readonly updating: boolean;
  /** Docker's counter: raising it makes all tasks anew. */
  readonly forceUpdate: number;
}

/** A service that fits anywhere, with Docker's defaults for the rest. */
export const PLAIN_SERVICE = {
  version: 0,
  mode: 'replicated',
  replicas: 1,
  labels: {},
  localData: [],
  constraints: [],
  reservations: { nanoCpus: 0, memoryBytes: 0 },
  maxReplicasPerNode: 0,
  hostPorts: [],
  restart: 'any',
  restartMaxAttempts: 0,
  updateOrder: 'stop-first',
  updating: false,
  forceUpdate: 0,
} as const satisfies Omit<ServiceView, 'id' | 'name'>;

export interface TaskView {
  readonly id: string;
  readonly serviceId: string;
  /** Null: not assigned yet. */
  readonly nodeId: NodeId | null;
  readonly desired: string;
  readonly state: string;
  /** Docker's own reason: error, else message. Cut to one line. */
  readonly detail: string | null;
  /** Earlier tasks of its replica that ended by themselves, of a service with `restartMaxAttempts`; else 0. */
  readonly restarts: number;
}
