import { z } from 'zod';
import { HOLD_REASONS } from './hold.ts';
import { PROVIDER_KINDS } from './ids.ts';

/** `<status-dir>/<name>.json`: what people and pipelines read. Times are ISO 8601 UTC. Never holds a secret. */

const time = () => z.string().describe('ISO 8601, UTC');

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
  type: z.enum(['Ready', 'Reconciling', 'Stalled', 'RollingOut', 'Remediating', 'SpecValid']),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string(),
  message: z.string(),
  lastTransitionTime: time(),
});
export type Condition = z.output<typeof condition>;

const hold = z.strictObject({
  reason: z.enum(HOLD_REASONS),
  what: z.string().describe('What is held'),
  why: z.string(),
  since: time(),
  release: z.string().describe('The command, edit or event that releases it'),
});

const plannedStep = z.strictObject({
  kind: z.string(),
  what: z.string().describe('One line for people'),
  why: z.string(),
});
export type PlannedStep = z.output<typeof plannedStep>;

const node = z.strictObject({
  name: z.string(),
  pool: z.string(),
  zone: z.string().nullable(),
  role: z.enum(['manager', 'worker']),
  state: z
    .enum([
      'booting',
      'joining',
      'ready',
      'draining',
      'drained',
      'paused',
      'leader',
      'unreachable',
      'down',
      'stopped',
      'unknown',
      'leaving',
    ])
    .describe('leader: a ready manager that leads'),
  address: z.string().nullable(),
  engine: z.string().nullable(),
  outdated: z.boolean(),
  tasks: z.int(),
  message: z.string().nullable().describe('What is wrong or what it waits for'),
});
export type NodeStatus = z.output<typeof node>;

const clusterStatus = z.strictObject({
  observedGeneration: z.int(),
  specHash: z.string().nullable().describe('sha256 of the normalised document as it stands in the directory'),
  observedSpecHash: z.string().nullable().describe('sha256 of the normalised document that is in force'),
  source: z.strictObject({ path: z.string(), line: z.int(), commit: z.string().nullable() }).nullable(),
  provider: z.enum(PROVIDER_KINDS).nullable(),
  simulated: z.literal(true).optional(),
  phase: z.enum(PHASES),
  because: z.string().describe('What it waits for, since when, what would release it, when it looks again'),
  conditions: z.array(condition),
  holds: z.array(hold),
  warnings: z.array(z.string()),
  complaints: z.array(z.string()).describe('What is wrong with its file, as path:line:column: message'),
  pools: z.array(
    z.strictObject({
      name: z.string(),
      role: z.enum(['manager', 'worker']),
      declared: z.int(),
      machines: z.int(),
      ready: z.int(),
      outdated: z.int(),
    }),
  ),
  managers: z
    .strictObject({
      members: z.int(),
      reachable: z.int(),
      quorum: z.int(),
      margin: z.int(),
      leader: z.string().nullable(),
    })
    .nullable(),
  nodes: z.array(node),
  staleSince: time()
    .optional()
    .describe('Since when a look fails: nodes and what is counted of them are as they were before'),
  endpoints: z.array(z.string()).describe('Published ports, e.g. 127.0.0.1:8080 -> 80'),
  swarm: z.strictObject({ id: z.string(), engineVersions: z.record(z.string(), z.int()) }).nullable(),
  drift: z.array(z.string()),
  strangers: z.array(z.strictObject({ what: z.string(), why: z.string() })),
  servicesBelowStrength: z.array(z.strictObject({ name: z.string(), declared: z.int(), running: z.int() })),
  pendingTasks: z.array(z.strictObject({ service: z.string(), detail: z.string() })),
  plan: z.strictObject({ digest: z.string(), nextBatch: z.array(plannedStep), road: z.array(plannedStep) }).nullable(),
  infrastructure: z.strictObject({
    state: z.enum(['absent', 'partial', 'ready', 'unknown']),
    differences: z.array(z.string()),
  }),
  history: z.array(z.strictObject({ at: time(), change: z.string(), durationMs: z.int(), result: z.string() })).max(10),
  nextLookAt: time().nullable(),
  lastProblem: z.string().nullable().describe('What the world answered to the last failed step or look'),
  observation: z
    .unknown()
    .describe('What `plan --observed` needs: machines, members, services, tasks; no environment, no secret'),
  controller: z.strictObject({ owner: z.string(), id: z.string(), term: z.int() }).nullable(),
});

export const statusFileSchema = z.strictObject({
  apiVersion: z.literal('skep/v1alpha1'),
  kind: z.literal('ClusterStatus'),
  metadata: z.strictObject({
    name: z.string(),
    generation: z.int().describe('Counts changes of the normalised spec; may restart after a lost database'),
    deletionTimestamp: time().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
  status: clusterStatus,
});
export type StatusFile = z.output<typeof statusFileSchema>;
export type ClusterStatus = StatusFile['status'];

/** `index.json`: the fleet at a glance. */
export const indexFileSchema = z.strictObject({
  apiVersion: z.literal('skep/v1alpha1'),
  kind: z.literal('FleetIndex'),
  clusters: z.array(
    z.strictObject({
      name: z.string(),
      phase: z.enum(PHASES),
      provider: z.enum(PROVIDER_KINDS).nullable(),
      simulated: z.boolean(),
      declared: z.int(),
      ready: z.int(),
      because: z.string(),
    }),
  ),
});
export type IndexFile = z.output<typeof indexFileSchema>;

/** `_source.json`: what is wrong with the directory as a whole. */
export const sourceFileSchema = z.strictObject({
  apiVersion: z.literal('skep/v1alpha1'),
  kind: z.literal('SourceStatus'),
  directory: z.string(),
  commit: z.string().nullable(),
  complete: z.boolean().describe('Every file of the last listing parsed'),
  vanished: z.boolean(),
  documents: z.int(),
  complaints: z.array(z.string()),
  conflicts: z.array(z.strictObject({ name: z.string(), places: z.array(z.string()) })),
  heldDeletions: z.array(z.strictObject({ name: z.string(), why: z.string(), release: z.string() })),
});
export type SourceFile = z.output<typeof sourceFileSchema>;

/** `_controller.json`: a heartbeat. */
export const controllerFileSchema = z.strictObject({
  apiVersion: z.literal('skep/v1alpha1'),
  kind: z.literal('ControllerStatus'),
  owner: z.string(),
  id: z.string(),
  pid: z.int(),
  version: z.string(),
  role: z.enum(['leading', 'standby', 'stopped']),
  term: z.int(),
  startedAt: time(),
  beatAt: time(),
});
export type ControllerFile = z.output<typeof controllerFileSchema>;
