import { z } from 'zod';
import type { ClusterSpec } from './cluster-spec/schema.ts';
import { HOLD_REASONS } from './hold.ts';
import { PROVIDER_KINDS } from './ids.ts';
import { PHASES } from './status.ts';

/** What `skep simulate` is asked, and what it found out. All times are ms of virtual time. */

export interface Rehearsal {
  /** Of one cluster: what is declared first, and each that takes its place. */
  readonly versions: readonly ClusterSpec[];
  readonly schedules: number;
  /** Of the first schedule; each further one has the next. */
  readonly seed: number;
}

const spread = z.strictObject({
  median: z.number().describe('The one in the middle'),
  max: z.number().describe('The largest'),
});

const timeline = z.strictObject({
  seed: z.int().describe('Of the schedule that is drawn: one that broke something, else the one that took longest'),
  everyMs: z.int().describe('What one value stands for'),
  rows: z
    .array(
      z.strictObject({
        name: z.string().describe('What it is about'),
        of: z.enum(['margin', 'pool', 'service']).describe('What is counted'),
        values: z
          .array(z.int().nullable())
          .describe('The lowest in each slice of time; null: not there yet, or unseen'),
      }),
    )
    .describe('Managers beyond the majority; nodes of each pool that serve; running tasks of each service'),
  happenings: z
    .array(
      z.strictObject({ at: z.int().describe('When'), what: z.string().describe('What went wrong or was changed') }),
    )
    .describe('In order'),
});

const cluster = z.strictObject({
  name: z.string().describe("The cluster's name"),
  declared: z.enum(PROVIDER_KINDS).describe('The provider that its document asks for'),
  places: z.array(z.string()).describe('Where its versions stand, as path:line, in order'),
  assumptions: z.array(z.string()).describe('What was simulated otherwise than the document says'),
  schedules: z.int().describe('How many were lived through'),
  seed: z.int().describe('Of the first; each further one has the next'),
  convergedIn: z.int().describe('Schedules in which the last version was reached'),
  converge: spread.nullable().describe('From when the last version stood there until all was as it says; null: never'),
  steps: spread.describe('Steps that took effect'),
  lowestMargin: z
    .int()
    .nullable()
    .describe('Managers that could vote, less the majority of raft, from the first Ready on; null: never Ready'),
  services: z
    .array(
      z.strictObject({
        name: z.string().describe('Its name'),
        wanted: z.int().describe('Tasks that it should run'),
        least: z.int().describe('Tasks that it ran at worst, once it had all'),
        blinkedIn: z.int().describe('Schedules in which it ran fewer than it should'),
      }),
    )
    .describe('Sample services, because a spec has none'),
  holds: z
    .array(
      z.strictObject({
        reason: z.enum(HOLD_REASONS).describe('See failure modes'),
        schedules: z.int().describe('In how many'),
      }),
    )
    .describe('Holds that were met'),
  ends: z
    .array(z.strictObject({ phase: z.enum(PHASES).describe('The phase'), schedules: z.int().describe('In how many') }))
    .describe('How it stood when faults had long stopped'),
  broken: z
    .array(
      z.strictObject({
        seed: z.int().describe('Of the schedule'),
        invariant: z.string().describe('Which'),
        at: z.int().describe('When'),
        why: z.string().describe('How'),
      }),
    )
    .describe('Invariants that did not hold: a mistake of skep'),
  trace: z.array(z.string()).nullable().describe('The first schedule that broke one, line by line'),
  timeline,
});
export type SimulatedCluster = z.output<typeof cluster>;
export type Timeline = z.output<typeof timeline>;

/** `skep simulate -o json`. Stable: fields are added, never changed or taken away. */
export const simulationReportSchema = z.strictObject({
  apiVersion: z.literal('skep/v1alpha1'),
  kind: z.literal('SimulationReport'),
  simulated: z.literal(true).describe('Nothing of it is real'),
  clusters: z.array(cluster),
});
export type SimulationReport = z.output<typeof simulationReportSchema>;
