import type { EventCode, EventData } from '../base/events.ts';
import type { Declared } from '../model/declared.ts';
import type { ClusterName } from '../model/ids.ts';
import type { Observed } from '../model/observed.ts';
import type { Plan } from '../model/plan.ts';
import type { StatusFile } from '../model/status.ts';
import type { StepKind } from '../model/step.ts';
import type { World } from '../providers/simulated/world.ts';

/** What happened in one schedule, in order. Invariants are judged over it; people read it. `at`: ms of virtual time. */
export type Entry = Look | Change | Act | Call | Said | Status | Life | Files;

/** What one pass saw and planned. */
export interface Look {
  readonly kind: 'look';
  readonly at: number;
  readonly by: string;
  readonly term: number;
  readonly pass: string;
  readonly cluster: ClusterName;
  readonly declared: Declared;
  readonly observed: Observed;
  readonly plan: Plan;
  readonly listedAt: number;
  /** Faults that this pass's looks met. */
  readonly lies: readonly string[];
}

/** An effect of ours took place. */
export interface Change {
  readonly kind: 'change';
  readonly at: number;
  readonly by: string;
  readonly term: number;
  readonly cause: StepKind;
  readonly cluster: ClusterName;
  /** Right before and right after. */
  readonly before: World | null;
  readonly after: World | null;
  /** What the pass that began it went by; null: it was begun outside of a plan (intents onto the record). */
  readonly look: Look | null;
}

/** Nature or people did something. */
interface Act {
  readonly kind: 'act';
  readonly at: number;
  readonly what: string;
}

/** A call of a port that changes something was begun. */
export interface Call {
  readonly kind: 'call';
  readonly at: number;
  readonly by: string;
  readonly term: number;
  readonly cluster: ClusterName | null;
  readonly method: string;
  /** What it is about, e.g. a machine. */
  readonly about: string;
  /** The fault it met; null: none. */
  readonly fault: string | null;
}

/** An event of the log. */
interface Said {
  readonly kind: 'said';
  readonly at: number;
  readonly by: string;
  readonly code: EventCode;
  readonly data: EventData;
}

/** A text was written to the status directory. */
export interface Status {
  readonly kind: 'status';
  readonly at: number;
  readonly by: string;
  readonly path: string;
  readonly text: string;
}

/** A controller process began, died, was suspended, went on. */
interface Life {
  readonly kind: 'life';
  readonly at: number;
  readonly by: string;
  readonly what: string;
}

/** How the specs directory stands from now on. */
export interface Files {
  readonly kind: 'files';
  readonly at: number;
  /** Names with a document in it, whatever its worth. */
  readonly names: readonly ClusterName[];
  readonly vanished: boolean;
}

/** How everything stands at the end, when faults have long stopped. */
export interface End {
  readonly at: number;
  /** What the directory declares, by name; null: its document is wrong, or claimed twice. */
  readonly declared: ReadonlyMap<ClusterName, string | null>;
  readonly statuses: ReadonlyMap<ClusterName, StatusFile>;
  readonly worlds: readonly World[];
}

export interface Trace {
  readonly entries: readonly Entry[];
  readonly owner: string;
  readonly secrets: readonly string[];
  readonly graceMs: number;
  readonly maxDeletions: number;
  /** Null: it was cut off before. */
  readonly end: End | null;
}

/** An invariant did not hold. */
export interface Broken {
  /** S1–S14, L1–L3. */
  readonly invariant: string;
  readonly at: number;
  readonly why: string;
}

/** Judges a whole trace. */
export type Invariant = (trace: Trace) => readonly Broken[];

export const changesOf = ({ entries }: Trace, ...causes: readonly StepKind[]): readonly Change[] =>
  entries.filter((e): e is Change => e.kind === 'change' && (causes.length === 0 || causes.includes(e.cause)));

export const looksOf = ({ entries }: Trace): readonly Look[] => entries.filter((e): e is Look => e.kind === 'look');

/** Once a deletion is marked on the record, S1, S2, S4, S5 and S13 no longer bind the cluster. */
export const isBeingDeleted = ({ before }: Change): boolean => before?.record?.deletion != null;

/** A person's word to recover stands on the record: S1–S3 do not bind the cluster meanwhile. */
export const isBeingRecovered = ({ before }: Change): boolean =>
  before?.record?.intents.some(({ kind }) => kind === 'recover') === true;
