import type { Hold } from './hold.ts';
import type { Step } from './step.ts';

/** What the planner answers. `batch` is safe to run now, together; `road` is all that it foresees, batch by batch. */
export interface Plan {
  readonly batch: readonly Step[];
  readonly holds: readonly Hold[];
  /** What it waits for, for people; empty when nothing is on the way. */
  readonly waits: readonly Wait[];
  /** True: nothing to do, nothing held, nothing on its way; a note on the record apart. */
  readonly asDeclared: boolean;
  /** Differences between declared and there that this plan is about, for the diff. */
  readonly differences: readonly Difference[];
  /** Differences that nobody declared and skep did not make. */
  readonly drift: readonly Drift[];
}

export interface Drift {
  /** What drifted, e.g. `node demo-web-x1y2`. */
  readonly what: string;
  /** How, e.g. `tier is db, declared web`. */
  readonly difference: string;
  /** What skep does about it, or who can. */
  readonly answer: string;
  /** How often it was put right before, in a row. */
  readonly count: number;
}

export interface Wait {
  readonly what: string;
  /** Look again after this long without a hint. */
  readonly recheckMs: number;
}

export interface Difference {
  /** `+` to be made, `-` to be taken away, `~` to be changed, `!` cannot be changed. */
  readonly sign: '+' | '-' | '~' | '!';
  /** What, e.g. `pool web`. */
  readonly subject: string;
  /** From what to what, e.g. `2 → 3 nodes`. */
  readonly change: string;
}

export type RoadStep = Step & { readonly note: StepNote };

/** What people want to know of a step before it is taken. */
export interface StepNote {
  /** Margin of the managers once its batch is done; null: there is no swarm then. */
  readonly marginAfter: number | null;
  /** Services whose tasks it stops before others run in their place, by name. */
  readonly blinks: readonly string[];
  /** How long nothing is begun before its batch: settling, or until a maintenance window opens, ms. */
  readonly waitMs: number;
  /** How long it takes from then on, ms; 0: no time to speak of. */
  readonly takesMs: number;
}

export interface RoadEstimate {
  readonly totalMs: number;
  /** The part of it, from the first to the last change of the managers, in which the loss of one would stop the swarm. */
  readonly withoutToleranceMs: number;
  /** `seen`: by what startups or drains took in this very cluster. `defaults`: it has shown neither yet. */
  readonly basis: 'seen' | 'defaults';
}

/** The whole way, batch by batch, as far as it can be foreseen. */
export interface Road {
  readonly batches: readonly (readonly RoadStep[])[];
  /** True: it goes on beyond what was foreseen, and the estimate is of what was. */
  readonly isCut: boolean;
  readonly estimate: RoadEstimate;
  readonly holds: readonly Hold[];
  readonly differences: readonly Difference[];
  /** sha256 over kinds and subjects of all steps; the same plan has the same digest. */
  readonly digest: string;
}
