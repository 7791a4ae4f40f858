import { z } from 'zod';
import { MANAGERS, PROVIDER_KINDS } from '../ids.ts';
import { awsSchema, managerMachineSchema, workerMachineSchema } from './aws-schema.ts';
import { engineConfig } from './engine-config.ts';
import { duration, durationOf, nodesOrPercent } from './field-types.ts';
import { maintenanceSchema } from './maintenance-schema.ts';
import { networkFault } from './network.ts';
import { PUBLISH, parsePublish } from './publish.ts';
import { poolRolloutSchema, rolloutSchema } from './rollout-schema.ts';

/** One source for types, checks, messages and the published JSON Schema. Only what is implemented stands here. */

/**
 * A regular expression's message says what is allowed; a refinement's says what is wrong and what is allowed
 * (`messages.ts` puts them together).
 */
const DNS_LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const BIND = /^(\/[^:]*|[a-zA-Z0-9][\w.-]*):\/[^:]*(:[a-zA-Z,]+)?$/;

export const DEFAULT_ZONES: readonly string[] = ['a', 'b', 'c'];
export const DEFAULT_ADDRESS_POOLS: readonly string[] = ['10.200.0.0/16'];
export const DEFAULT_SUBNET_SIZE = 24;

const dnsLabel = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(DNS_LABEL, 'a DNS label: a-z, 0-9 and -, beginning and ending with a letter or digit');
const network = (example: string) =>
  z
    .string()
    .refine((text) => networkFault(text) === null, { error: ({ input }) => networkFault(String(input)) ?? '' })
    .meta({ examples: [example] });
const zones = () => z.array(dnsLabel(20)).default([]);
const providerZones = () =>
  z
    .array(dnsLabel(20))
    .min(1)
    .default([...DEFAULT_ZONES]);
const strings = () => z.record(z.string(), z.string()).default({});
/** skep keeps its own facts under `skep.`. */
const ourKey = (what: string) =>
  z
    .string()
    .min(1, 'an empty key (allowed: at least 1 character)')
    .refine((key) => !key.startsWith('skep.'), { error: `skep keeps ${what} that begin with "skep." for itself` });
const nodeLabels = () => z.record(ourKey('node labels'), z.string()).default({}).describe('Swarm node labels');
const imageReference = () => z.string().regex(/^\S+$/, 'an image reference such as docker:28-dind');

const startupTimeout = duration().describe('From machine asked for to ready member; then it is replaced');
const startupRetries = z.int().min(0).max(100).describe('Replacements of machines that never joined, in a row');
const unhealthyAfter = duration().describe('How long a running machine may be Down or unreachable in the swarm');
const maxUnhealthy = nodesOrPercent()
  .meta({ examples: ['20%', 1] })
  .describe('When more of a pool look bad, none of them is taken away. Rounds up; 0: never taken away');
const replace = z.boolean().describe('false: what looks bad is held, not replaced');
const undoManualDrain = z
  .boolean()
  .describe('true: a node that somebody drained or paused by hand is made active again; false: it is kept and shown');
const health = z.strictObject({
  startupTimeout: startupTimeout.default('10m'),
  startupRetries: startupRetries.default(3),
  unhealthyAfter: unhealthyAfter.default('5m'),
  maxUnhealthy: maxUnhealthy.default('20%'),
  replace: replace.default(true),
  undoManualDrain: undoManualDrain.default(false),
});
/** As with the rollout of a pool: no defaults, so that a pool inherits. */
const poolHealth = z.strictObject({
  startupTimeout: startupTimeout.optional(),
  startupRetries: startupRetries.optional(),
  unhealthyAfter: unhealthyAfter.optional(),
  maxUnhealthy: maxUnhealthy.optional(),
  replace: replace.optional(),
  undoManualDrain: undoManualDrain.optional(),
});

const workerPool = z.strictObject({
  name: dnsLabel(20)
    .refine((name) => name !== MANAGERS, { error: 'a worker pool cannot have this name (allowed: any but "managers")' })
    .describe('DNS label, 1–20, unique'),
  count: z.int().min(0).max(1000).describe('Nodes in this pool'),
  zones: zones().describe("Default: all of the cluster's"),
  machine: workerMachineSchema.optional().describe('On aws'),
  nodeLabels: nodeLabels(),
  localData: z
    .enum(['Protect', 'Discard'])
    .default('Protect')
    .describe("Protect: a node that holds a service's local data is not taken away by itself"),
  rollout: poolRolloutSchema.prefault({}).describe('Overrides of spec.rollout, field by field'),
  health: poolHealth.prefault({}).describe('Overrides of spec.health, field by field'),
});

const local = z.strictObject({
  image: imageReference().default('docker:28-dind').describe('Node image: an engine in a container'),
  privileged: z.boolean().default(true).describe('As `docker run --privileged`'),
  capAdd: z.array(z.string().min(1)).default([]).describe('As `docker run --cap-add`'),
  securityOpt: z
    .array(z.string().min(1))
    .default([])
    .describe('As `docker run --security-opt`, systempaths=unconfined too'),
  cgroup: z.enum(['host', 'private']).default('host').describe('Cgroup namespace of a node'),
  binds: z
    .array(z.string().regex(BIND, 'source:/target[:options], e.g. /srv/data:/data:ro'))
    .default([])
    .describe('Mounts of a node: source:/target[:options]'),
  subnet: network('172.30.7.0/24').nullable().default(null).describe('Network of the nodes. Default: a free one'),
  zones: providerZones().describe('Nodes are spread over these'),
  preloadImages: z.array(imageReference()).default([]).describe("Copied from the host's engine into every node"),
  publish: z
    .array(
      z
        .string()
        .regex(PUBLISH, '[ip:]hostPort:nodePort, e.g. 8080:80')
        .refine((text) => parsePublish(text) !== null, { error: 'no such address or port (allowed: ports 1–65535)' }),
    )
    .default([])
    .describe('Ports carried to ready nodes by one forwarder per cluster'),
});

const simulated = z.strictObject({
  bootTime: duration().default('2s').describe('From asked for to ready, in simulated time'),
  zones: providerZones(),
});

export const clusterNameSchema = dnsLabel(36).refine((name) => name !== 'index', {
  error: 'a cluster cannot have this name: its status would be index.json (allowed: any but "index")',
});

export const clusterSpecSchema = z.strictObject({
  apiVersion: z.literal('skep/v1alpha1'),
  kind: z.literal('ClusterSpec'),
  metadata: z.strictObject({
    name: clusterNameSchema.describe('Identity of the cluster, unique over the watched tree'),
    labels: z.record(ourKey('labels'), z.string()).default({}).describe('Become resource tags; no swarm meaning'),
    annotations: strings().describe('Copied to status, never acted on'),
  }),
  spec: z.strictObject({
    provider: z.enum(PROVIDER_KINDS).describe('Required: nothing falls back to simulated'),
    paused: z.boolean().default(false).describe('Observe and report, change nothing'),
    deletionPolicy: z
      .enum(['Confirm', 'Delete', 'Retain'])
      .default('Delete')
      .describe('What happens when the document goes away. Confirm where nothing is said on aws'),
    swarm: z
      .strictObject({
        addressPools: z
          .array(network('10.200.0.0/16'))
          .min(1)
          .default([...DEFAULT_ADDRESS_POOLS])
          .describe('Networks that overlay networks are cut from; not those of the machines'),
        subnetSize: z
          .int()
          .min(8)
          .max(29)
          .default(DEFAULT_SUBNET_SIZE)
          .describe('Prefix length of one overlay network'),
        dataPathPort: z.int().min(1024).max(49151).default(4789).describe('UDP port of the overlay networks'),
        taskHistoryLimit: z.int().min(0).max(1000).default(5).describe('Ended tasks kept for each replica. Can change'),
        // The lower bounds are swarmkit's for certificates, ours for heartbeats.
        dispatcherHeartbeat: durationOf('1s')
          .default('5s')
          .describe('How often a node reports to a manager. Can change'),
        certExpiry: durationOf('1h').default('90d').describe('How long the certificate of a node is good. Can change'),
      })
      .prefault({})
      .describe(
        'Options of the swarm. Those that cannot change are set when it is made; later a difference is refused',
      ),
    engine: z
      .strictObject({
        version: z
          .string()
          .regex(/^\d+\.\d+(\.\d+)?$/, 'a version such as "28.5.2"')
          .meta({ examples: ['28.5.2'] })
          .nullable()
          .default(null)
          .describe('On local the image decides: a difference warns'),
        config: engineConfig.default({}).describe('daemon.json as it is. A change replaces machines'),
      })
      .prefault({}),
    managers: z.strictObject({
      count: z.literal([1, 3, 5, 7]).describe('1 tolerates no loss, 3 one, 5 two, 7 three'),
      availability: z
        .enum(['Active', 'Drain'])
        .default('Active')
        .describe('Drain: no tasks on managers. An error when there are no workers'),
      zones: zones(),
      machine: managerMachineSchema.optional().describe('On aws'),
      nodeLabels: nodeLabels(),
    }),
    workers: z.array(workerPool).default([]),
    rollout: rolloutSchema.prefault({}).describe('How healthy nodes are replaced by new ones'),
    health: health.prefault({}).describe('When a node is put right by replacing it'),
    maintenance: maintenanceSchema.prefault({}).describe('When healthy nodes may be taken away'),
    aws: awsSchema.optional().describe('Required on aws'),
    local: local.prefault({}),
    simulated: simulated.prefault({}),
  }),
});

/** A normalised document: every default filled in. JSON-shaped; durations stay the strings they were. */
export type ClusterSpec = z.output<typeof clusterSpecSchema>;
