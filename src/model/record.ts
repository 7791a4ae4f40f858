import type { ClusterSpec } from './cluster-spec/schema.ts';
import type { Durations } from './durations.ts';
import type { HealthNote } from './health-note.ts';
import type { ClusterName, MachineId, SwarmId } from './ids.ts';
import type { Recovery } from './recovery.ts';

/**
 * The small durable note that a provider keeps with the cluster itself. Read and swapped by compare-and-set.
 * A lost database costs history, never a cluster. Changing this format needs a new `format` and a fixture of the old.
 */
export interface ClusterRecord {
  readonly format: 1;
  readonly cluster: ClusterName;
  readonly owner: string;
  /** Highest term that wrote here. */
  readonly term: number;
  /** Minor version of the skep that wrote last, e.g. `0.1`. A newer one makes an older skep only observe. */
  readonly writer: string;
  /** Rises by one at each swap. Also salts new machines' names, so that none is used twice. */
  readonly revision: number;
  /** The last good spec that was accepted, normalised; what is kept while the file is broken. */
  readonly spec: ClusterSpec;
  readonly specHash: string;
  /** Counts changes of the normalised spec. */
  readonly generation: number;
  readonly source: Source;
  /** The one machine on which the swarm may be started: named before it is made, another only once it is gone. */
  readonly founder: MachineId | null;
  readonly swarmId: SwarmId | null;
  /** Until the swarm that takes their place is known: see `SwarmWish`. */
  readonly givenUp?: readonly string[];
  /** Image reference → id, resolved once. */
  readonly images: Readonly<Record<string, string>>;
  /** Machine hash → the inputs it was made of (S14). */
  readonly hashInputs: Readonly<Record<string, unknown>>;
  readonly intents: readonly Intent[];
  /** Set before the first destructive step of a deletion, never taken back. */
  readonly deletion: Deletion | null;
  /** When the cluster was first Ready, ms since the epoch. Until then all promotions may go at once. */
  readonly firstReadyAt: number | null;
  readonly applied: Applied;
  /** What was put right on a living cluster and how often, by subject, so that it is not fought over in a tight circle. */
  readonly corrections: Readonly<Record<string, Correction>>;
  /** What healing has to know of machines and neither they nor the swarm can tell. */
  readonly health: readonly HealthNote[];
  /** There while outdated nodes are being replaced. */
  readonly rollout: Rollout | null;
  /** There while services are spread again: after a rollout, or because somebody asked for it. */
  readonly rebalance: Rebalance | null;
  readonly durations: Durations;
}

/** How a replacement of outdated nodes fares: what settling is measured from, whoever measures. */
export interface Rollout {
  /** ms since the epoch. */
  readonly startedAt: number;
  /**
   * `moving`: a node is being replaced. `dipped`: something is not well that was. `well`: neither. `fresh`: well, and no
   * node was begun yet, so there is nothing to settle.
   */
  readonly state: 'fresh' | 'moving' | 'dipped' | 'well';
  /** Since when it is so, ms since the epoch. */
  readonly since: number;
  /** Ids of services that were below their strength when it began: not held against it. */
  readonly weak: readonly string[];
}

/** Services that are still to be spread again, with their `forceUpdate` as it was when that began. */
export interface Rebalance {
  readonly services: readonly { readonly id: string; readonly forceUpdate: number }[];
  /** When the last one was begun, ms since the epoch; null: none was. */
  readonly begunAt: number | null;
}

/** What was put into the swarm. A difference from it that no document asked for is drift. */
export interface Applied {
  /** Hash of the spec under which labels, availability and swarm options were last all as declared; null: not yet. */
  readonly specHash: string | null;
  /** Keys of node labels that nodes may carry from us, by pool: what is not declared any more is taken off. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
}

interface Correction {
  /** Times in a row. */
  readonly count: number;
  /** The last time, ms since the epoch. */
  readonly at: number;
}

export interface Source {
  /** Relative to the specs directory. */
  readonly path: string;
  /** 1-based line on which the document begins. */
  readonly line: number;
  readonly commit: string | null;
}

interface Deletion {
  readonly markedAt: number;
  /** Why this deletion is allowed, for people: policy, confirmation, by whom. */
  readonly because: string;
}

/** What an operator asked outside the spec. */
export interface Intent {
  readonly id: string;
  /**
   * `retry`: what was counted against a machine or a step before `at` counts no more. `abort`: no further node of the
   * rollout in progress is begun. `rollout`: it waits neither for a maintenance window nor to settle. `rebalance`: services are spread again. `recover`: a swarm
   * without a quorum goes on as agreed. `backup`: a manager's engine is stopped until `until`, to be read meanwhile.
   */
  readonly kind: 'pause' | 'resume' | 'confirm' | 'retry' | 'abort' | 'rollout' | 'rebalance' | 'recover' | 'backup';
  readonly by: string;
  readonly at: number;
  readonly reason: string | null;
  /** ms since the epoch; null: until taken back. */
  readonly until: number | null;
  /** Of `abort` and `rollout`: hash of the document as whoever asked saw it; null: it could not be read. */
  readonly specHash?: string | null;
  /** Of `recover`. */
  readonly recovery?: Recovery;
  /** Of `backup`: the manager. */
  readonly machine?: MachineId;
}
