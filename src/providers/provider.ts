import type { Readable } from 'node:stream';
import type { Result } from '../base/result.ts';
import type { ClusterSpec } from '../model/cluster-spec/schema.ts';
import type { EngineAnswer, HostRoom, NodeTrial } from '../model/host-facts.ts';
import type { ClusterName, MachineId, NodeId, ProviderKind } from '../model/ids.ts';
import type {
  Availability,
  InfrastructureView,
  LiveSwarmOptions,
  Machine,
  Stranger,
  SwarmView,
  SwarmWish,
} from '../model/observed.ts';
import type { Problem } from '../model/problem.ts';
import type { ClusterRecord } from '../model/record.ts';
import type { MachineWish } from '../model/step.ts';

/**
 * The ports. Every method may be repeated; nothing here remembers. Each call has a time limit of its own and rejects
 * only when `signal` aborts or this program is wrong: what the world answered is a Result.
 * "Accepted" means the request was taken; the next observe tells whether it came true.
 */

type Answer<T = void> = Promise<Result<T, Problem>>;

/** A cluster, and under which term it is written to. */
export interface SwarmRef {
  readonly cluster: ClusterName;
  /** Goes with every write whose receiver can compare it. Missing: nothing is written, only looked at. */
  readonly term?: number;
  /** What is declared. Missing: whoever asks does not know. */
  readonly spec?: ClusterSpec;
}

/** A cluster with the spec that its machines are made from. */
export interface ClusterRef extends SwarmRef {
  readonly spec: ClusterSpec;
}

/** What carries a cluster's machines, and the machines. Found again by ownership label, never by remembered id. */
export interface Infrastructure {
  /** Only this owner's. One machine that cannot be asked is `unknown` in the view; only a failed listing fails the look. */
  observe(ref: ClusterRef, signal: AbortSignal): Answer<InfrastructureView>;
  /** Makes or mends network, forwarder and the like. `forwardTo`: addresses of ready nodes for published ports. */
  ensure(ref: ClusterRef, wish: { readonly forwardTo: readonly string[] }, signal: AbortSignal): Answer;
  /**
   * Makes the pool `count` strong by adding `machines`, each with the facts fixed on it; one that is there already is
   * left as it is. The first problem is returned after all were tried. A provider that names machines by itself adds as
   * many as are missing, and never takes one away.
   */
  resize(
    ref: ClusterRef,
    wish: { readonly pool: string; readonly count: number; readonly machines: readonly MachineWish[] },
    signal: AbortSignal,
  ): Answer;
  /** Starts a stopped machine with its identity, address and disk. Starting a running one succeeds. */
  startMachine(ref: ClusterRef, machine: MachineId, signal: AbortSignal): Answer;
  /** Stops a machine, its engine first, and keeps its identity, address and disk. Stopping a stopped one succeeds. */
  stopMachine(ref: ClusterRef, machine: MachineId, signal: AbortSignal): Answer;
  /**
   * The swarm state on a stopped machine's disk, as a tar of the directory `swarm`. It holds the keys of the swarm. One
   * that runs: `refused`; so does a simulated one, which has none.
   */
  readSwarmState(ref: ClusterRef, machine: MachineId, signal: AbortSignal): Answer<Readable>;
  /** Puts such a tar onto a stopped machine's disk. One that runs, or has swarm state already: `refused`. */
  writeSwarmState(ref: ClusterRef, machine: MachineId, state: Readable, signal: AbortSignal): Answer;
  /** Removes the machine and its disk. Removing one already gone succeeds. Does not drain. */
  removeMachine(ref: ClusterRef, machine: MachineId, signal: AbortSignal): Answer;
  /** Copies an image into a machine's engine. */
  loadImage(ref: ClusterRef, machine: MachineId, image: string, signal: AbortSignal): Answer;
  /** Removes all that is left of the cluster except its record; machines are gone by then. Repeat until nothing is left. */
  destroy(ref: ClusterRef, signal: AbortSignal): Answer;
  /** Calls back with "look again at this cluster" until aborted. May miss some: hints make it fast, not right. */
  hints(onHint: (cluster: ClusterName) => void, signal: AbortSignal): void;
}

/** The Docker swarm of a cluster. Writes carry the version index seen when planned: a stale one answers `conflict`. */
export interface Swarm {
  /**
   * Asks a manager that answers, trying `machines` that say they are managers, each within a limit.
   * Null when no machine's engine says that it is in a swarm; `unreachable` or `no-leader` when some do and none answers.
   */
  observe(ref: SwarmRef, machines: readonly Machine[], signal: AbortSignal): Answer<SwarmView | null>;
  /** Starts the swarm on this machine. On one that is in a swarm already: `refused`. */
  init(ref: SwarmRef, machine: MachineId, options: SwarmWish, signal: AbortSignal): Answer;
  /**
   * Makes this manager the only raft member of its swarm, which keeps its id, its services and its options. For a swarm
   * whose other managers are lost: one of them that returns begins a second swarm of the same id. On a machine that is
   * no manager: `refused`.
   */
  forceNew(ref: SwarmRef, machine: MachineId, signal: AbortSignal): Answer;
  /** Sets these options and leaves everything else of the swarm as it is. `version`: of the swarm, as seen. */
  setSwarm(ref: SwarmRef, via: MachineId, version: number, options: LiveSwarmOptions, signal: AbortSignal): Answer;
  /**
   * Joins `machine` as a worker, availability pause, with the worker token, to all manager addresses that `through`
   * knows. The token never leaves the adapter. Joining a member succeeds. Resolves when accepted or pending;
   * a pending one may fail later, and the machine's engine then says that it is in no swarm, or in error.
   */
  join(ref: SwarmRef, machine: MachineId, through: MachineId, signal: AbortSignal): Answer;
  /** Makes the machine's engine forget its swarm (forced). One that is in none succeeds. */
  leave(ref: SwarmRef, machine: MachineId, signal: AbortSignal): Answer;
  /** Availability and labels in one update. `labels` replaces all labels of the node. */
  setNode(
    ref: SwarmRef,
    via: MachineId,
    node: NodeRef,
    set: { readonly availability: Availability; readonly labels: Readonly<Record<string, string>> },
    signal: AbortSignal,
  ): Answer;
  promote(ref: SwarmRef, via: MachineId, node: NodeRef, signal: AbortSignal): Answer;
  demote(ref: SwarmRef, via: MachineId, node: NodeRef, signal: AbortSignal): Answer;
  /**
   * Keeps a service off a node by a constraint and notes it in the label of `model/surge.ts` (`on`), or takes both out
   * again. All else of its spec stays as it is; what somebody else put there stays too.
   */
  constrain(
    ref: SwarmRef,
    via: MachineId,
    service: ServiceRef,
    against: { readonly node: NodeId; readonly on: boolean },
    signal: AbortSignal,
  ): Answer;
  /** Has Docker make all tasks of a service anew, under its own update policy: raises `ForceUpdate` by one. */
  rebalance(ref: SwarmRef, via: MachineId, service: ServiceRef, signal: AbortSignal): Answer;
  /** Without force only a Down member goes. Removing one already gone succeeds. */
  remove(ref: SwarmRef, via: MachineId, node: NodeId, force: boolean, signal: AbortSignal): Answer;
}

export interface NodeRef {
  readonly id: NodeId;
  readonly version: number;
}

export interface ServiceRef {
  readonly id: string;
  readonly version: number;
}

/** A record that is there; `unreadable` when it cannot be understood. */
export interface FoundRecord {
  readonly cluster: ClusterName;
  readonly record: Result<ClusterRecord, Problem>;
}

/** The durable note kept with the cluster. */
export interface Records {
  /** Every record of this owner, also of clusters whose document is gone. */
  list(signal: AbortSignal): Answer<readonly FoundRecord[]>;
  /** Null: there is none. */
  read(cluster: ClusterName, signal: AbortSignal): Answer<ClusterRecord | null>;
  /**
   * Writes `next` only if the stored record still has revision `seen` (null: there is none). Else `conflict`.
   * `next.revision` must be one more than `seen`, or 1. Null `next` removes it.
   */
  swap(cluster: ClusterName, seen: number | null, next: ClusterRecord | null, signal: AbortSignal): Answer;
}

/** One provider, built for one owner. */
export interface Provider {
  readonly kind: ProviderKind;
  /** Shown on every face. */
  readonly simulated: boolean;
  readonly infrastructure: Infrastructure;
  readonly swarm: Swarm;
  readonly records: Records;
  /** Clusters' things of this owner that have no record, e.g. after a half-done deletion by hand. */
  strangers(signal: AbortSignal): Answer<readonly Stranger[]>;
  /** What is left of the host that carries all machines. Only where they have one in common. Null: it cannot be told. */
  hostRoom?(signal: AbortSignal): Promise<HostRoom | null>;
  /**
   * Opens a byte stream to a reachable manager's engine (a Docker API connection), for `skep docker` and `skep connect`.
   * Simulated worlds refuse.
   */
  dial(cluster: ClusterName, signal: AbortSignal): Answer<NodeJS.ReadWriteStream>;
  /** Lets go of connections. */
  close(): Promise<void>;
}

/** Whether this host can carry local clusters: for `skep doctor` and `npm start`. */
export interface HostExam {
  /** Reads only. */
  engine(signal: AbortSignal): Promise<EngineAnswer>;
  /**
   * Runs one node as `local` says, in a container of its own without a network, for at most a minute, and removes it.
   * `pull`: fetch its image when it is not there.
   */
  tryNode(local: ClusterSpec['spec']['local'], pull: boolean, signal: AbortSignal): Promise<NodeTrial>;
  close(): void;
}

export interface Lease {
  readonly holder: string;
  /** Rises by one at every change of holder. */
  readonly term: number;
  /** Rises with every renewal, from another number each time that one holder takes it: a standby judges expiry by seeing it not change. */
  readonly renewals: number;
  /** True when the holder left cleanly: free at once. */
  readonly released: boolean;
}

/** One compare-and-swap is all that a lease needs. */
export interface LeaseStore {
  read(signal: AbortSignal): Promise<Lease | null>;
  /** Writes `next` only if the stored lease still equals `seen`. False means that somebody else moved. */
  swap(seen: Lease | null, next: Lease, signal: AbortSignal): Promise<boolean>;
}
