import { z } from 'zod';
import { FORMER_HOLD_REASONS, HOLD_REASONS } from './hold.ts';
import { PROVIDER_KINDS } from './ids.ts';
import { managersStatusSchema, nodeStatusSchema, poolStatusSchema } from './node-status.ts';

/** `<status-dir>/<name>.json`: what people and pipelines read. Times are ISO 8601 UTC. Never holds a secret. */

export const time = (what: string) => z.string().describe(`${what}. ISO 8601, UTC`);

export const PHASES = [
  'Pending',
  'Creating',
  'Ready',
  'Updating',
  'Degraded',
  'Held',
  'Paused',
  'Deleting',
  'Deleted',
  'Orphaned',
] as const;
export type Phase = (typeof PHASES)[number];

const condition = z.strictObject({
  type: z
    .enum(['Ready', 'Reconciling', 'Stalled', 'RollingOut', 'Remediating', 'SpecValid'])
    .describe('Reconciling and Stalled are there only while True'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether it holds'),
  reason: z.string().describe('CamelCase, for programs'),
  message: z.string().describe('A sentence, for people'),
  lastTransitionTime: time('When its status last changed'),
});
export type Condition = z.output<typeof condition>;

const hold = z.strictObject({
  reason: z.enum([...HOLD_REASONS, ...FORMER_HOLD_REASONS]).describe('Why in one word: see failure modes'),
  what: z.string().describe('What is held'),
  why: z.string().describe('Why, in a sentence'),
  since: time('Since when'),
  release: z.string().describe('The command, edit or event that releases it'),
});

const drift = z.strictObject({
  what: z.string().describe('What drifted, e.g. a node'),
  difference: z.string().describe('From what to what'),
  answer: z.string().describe('What skep does about it, or who can'),
  count: z.int().describe('How often it was put right before, in a row'),
  since: time('Since when it is so'),
});

const notice = z.strictObject({
  kind: z
    .enum(['NoMargin', 'RootCertificate', 'Autolock', 'NewerImage', 'MachineHashUnknown', 'DiskLow', 'InotifyLow'])
    .describe('Which trouble may come'),
  what: z.string().describe('What was seen'),
  cure: z.string().describe('What prevents the trouble'),
});

const plannedStep = z.strictObject({
  kind: z.string().describe('Which effect'),
  what: z.string().describe('One line for people'),
  why: z.string().describe('What it is for'),
});

/** Optional where a status of an older skep has none. */
export const roadStep = plannedStep.extend({
  marginAfter: z.int().nullable().optional().describe("The managers' margin after its batch; null: there is no swarm"),
  blinks: z.array(z.string()).optional().describe('Services whose tasks it stops before others run in their place'),
  waitMs: z.number().optional().describe('How long nothing is begun before its batch, ms'),
  takesMs: z.number().optional().describe('How long it takes from then on, ms; an estimate'),
});

export const roadEstimate = z.strictObject({
  totalMs: z.number().describe('The whole road, ms'),
  withoutToleranceMs: z.number().describe('The part of it in which the loss of one manager would stop the swarm, ms'),
  basis: z.enum(['seen', 'defaults']).describe('By what was seen in this cluster, or by defaults'),
  isCut: z.boolean().describe('It goes on beyond what was foreseen'),
});

const clusterStatus = z.strictObject({
  observedGeneration: z.int().describe('The generation that this status judges'),
  specHash: z.string().nullable().describe('sha256 of the normalised document as it stands in the directory'),
  observedSpecHash: z.string().nullable().describe('sha256 of the normalised document that is in force'),
  source: z
    .strictObject({
      path: z.string().describe('Relative to the specs directory'),
      line: z.int().describe('On which the document begins'),
      commit: z.string().nullable().describe('Git commit; null: it is no checkout'),
    })
    .nullable()
    .describe('Where its document stands, or stood last'),
  provider: z.enum(PROVIDER_KINDS).nullable().describe('Where it runs; null: not known'),
  simulated: z.literal(true).optional().describe('There only when nothing of it is real'),
  phase: z.enum(PHASES).describe('How it stands, in one word'),
  because: z.string().describe('What it waits for, since when, what would release it, when it looks again'),
  conditions: z.array(condition).describe('How it stands, for programs: see kstatus'),
  holds: z.array(hold).describe('Steps that are not taken without a word, or until something changes'),
  warnings: z.array(z.string()).describe('What its document may say and better would not'),
  notices: z
    .array(notice)
    .optional()
    .describe('No trouble yet, and worth an act before it is; absent when there is none'),
  complaints: z.array(z.string()).describe('What is wrong with its file, as path:line:column: message'),
  pools: z.array(poolStatusSchema).describe('Nodes counted by pool'),
  managers: managersStatusSchema.nullable().describe('How raft stands; null: it cannot be told'),
  nodes: z.array(nodeStatusSchema).describe('Every machine with its member'),
  staleSince: time('Since when a look fails: nodes and what is counted of them are as they were before').optional(),
  endpoints: z.array(z.string()).describe('Published ports, e.g. 127.0.0.1:8080 -> 80'),
  swarm: z
    .strictObject({
      id: z.string().describe('As Docker gives it'),
      engineVersions: z.record(z.string(), z.int()).describe('Docker version → members that run it'),
    })
    .nullable()
    .describe('Null: there is none, or it was not seen yet'),
  drift: z.array(drift).describe('What differs though no document asked for it'),
  strangers: z
    .array(
      z.strictObject({
        what: z.string().describe('What is there'),
        why: z.string().describe('Why it is not ours'),
      }),
    )
    .describe('What looks like part of the cluster and is not ours: left alone'),
  servicesBelowStrength: z
    .array(
      z.strictObject({
        name: z.string().describe('The service'),
        declared: z.int().describe('Replicas wanted'),
        running: z.int().describe('Replicas that run on ready nodes'),
      }),
    )
    .describe('Replicated services with fewer tasks than wanted'),
  pendingTasks: z
    .array(
      z.strictObject({
        service: z.string().describe('The service'),
        detail: z.string().describe("Docker's own reason"),
      }),
    )
    .describe('Tasks that should run and do not; the first 20'),
  plan: z
    .strictObject({
      digest: z.string().describe('The same plan has the same digest'),
      nextBatch: z.array(plannedStep).describe('What was begun in this pass'),
      road: z.array(roadStep).describe('All that is foreseen; the first 200 steps'),
      estimate: roadEstimate.optional().describe('How long all that is foreseen takes'),
    })
    .nullable()
    .describe('Null: nothing is to be done'),
  infrastructure: z
    .strictObject({
      state: z.enum(['absent', 'partial', 'ready', 'unknown']).describe('unknown: the look failed'),
      differences: z.array(z.string()).describe('What lacks or differs'),
    })
    .describe('What carries the machines'),
  history: z
    .array(
      z.strictObject({
        at: time('When it was over'),
        change: z.string().describe('What changed'),
        durationMs: z.int().describe('How long it was not ready, ms'),
        result: z.string().describe('How it ended'),
      }),
    )
    .max(10)
    .describe('The last changes, oldest first'),
  nextLookAt: time('When').nullable().describe('When it is looked at again without a hint; null: at the next resync'),
  lastProblem: z.string().nullable().describe('What the world answered to the last failed step or look'),
  observation: z
    .unknown()
    .describe('What `plan --observed` needs: machines, members, services, tasks; no environment, no secret'),
  controller: z
    .strictObject({
      owner: z.string().describe('Whose cluster it is'),
      id: z.string().describe('The process that wrote this'),
      term: z.int().describe('Under which it led'),
    })
    .nullable()
    .describe('Who wrote this'),
});

export const statusFileSchema = z.strictObject({
  apiVersion: z.literal('skep/v1alpha1').describe('Format of this file'),
  kind: z.literal('ClusterStatus').describe('What this file is'),
  metadata: z
    .strictObject({
      name: z.string().describe("The cluster's name"),
      generation: z.int().describe('Counts changes of the normalised spec; may restart after a lost database'),
      deletionTimestamp: time('When its deletion was marked').optional(),
      labels: z.record(z.string(), z.string()).optional().describe('As in its document'),
      annotations: z.record(z.string(), z.string()).optional().describe('As in its document'),
    })
    .describe('Which cluster this is'),
  status: clusterStatus.describe('How it stands'),
});
export type StatusFile = z.output<typeof statusFileSchema>;
export type ClusterStatus = StatusFile['status'];
