import { z } from 'zod';
import { MANAGERS, PROVIDER_KINDS } from '../ids.ts';
import { DURATION_PATTERN } from './duration.ts';

/** One source for types, checks, messages and the published JSON Schema. Only what is implemented stands here. */

const DNS_LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const CIDR = /^(\d{1,3}\.){3}\d{1,3}\/\d{1,2}$/;
const PUBLISH = /^((\d{1,3}\.){3}\d{1,3}:)?\d{1,5}:\d{1,5}$/;

const duration = () => z.string().regex(DURATION_PATTERN, 'a duration such as 30s, 15m, 1h30m or 90d');
const dnsLabel = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(DNS_LABEL, 'a DNS label: a-z, 0-9 and -, beginning and ending with a letter or digit');
const zones = () => z.array(dnsLabel(20)).default([]);
const strings = () => z.record(z.string(), z.string()).default({});
const nodeLabels = () => z.record(z.string().min(1), z.string()).default({}).describe('Swarm node labels');

const rollout = z.strictObject({
  drainTimeout: duration().default('15m').describe('How long a drain may take'),
  onDrainTimeout: z.enum(['Pause', 'Force']).default('Pause').describe('Pause: hold and say so. Force: go on'),
});

const workerPool = z.strictObject({
  name: dnsLabel(20)
    .refine((name) => name !== MANAGERS, 'a worker pool cannot be called "managers"')
    .describe('DNS label, 1–20, unique'),
  count: z.int().min(0).max(1000).describe('Nodes in this pool'),
  zones: zones().describe("Default: all of the cluster's"),
  nodeLabels: nodeLabels(),
  localData: z
    .enum(['Protect', 'Discard'])
    .default('Protect')
    .describe("Protect: a node that holds a service's local data is not taken away by itself"),
  rollout: rollout.partial().prefault({}).describe('Overrides of spec.rollout, field by field'),
});

const local = z.strictObject({
  image: z.string().min(1).default('docker:28-dind').describe('Node image: an engine in a container'),
  privileged: z.boolean().default(true),
  capAdd: z.array(z.string()).default([]),
  securityOpt: z.array(z.string()).default([]).describe('As `docker run --security-opt`, systempaths=unconfined too'),
  cgroup: z.enum(['host', 'private']).default('host').describe('Cgroup namespace of a node'),
  binds: z.array(z.string()).default([]),
  subnet: z.string().regex(CIDR, 'an IPv4 network such as 172.30.7.0/24').nullable().default(null),
  zones: z.array(dnsLabel(20)).min(1).default(['a', 'b', 'c']),
  preloadImages: z.array(z.string().min(1)).default([]).describe("Copied from the host's engine into every node"),
  publish: z
    .array(z.string().regex(PUBLISH, '[ip:]hostPort:nodePort, e.g. 8080:80'))
    .default([])
    .describe('Ports carried to ready nodes by one forwarder per cluster'),
});

const simulated = z.strictObject({
  bootTime: duration().default('2s'),
  zones: z.array(dnsLabel(20)).min(1).default(['a', 'b', 'c']),
});

export const clusterSpecSchema = z.strictObject({
  apiVersion: z.literal('skep/v1alpha1'),
  kind: z.literal('ClusterSpec'),
  metadata: z.strictObject({
    name: dnsLabel(36).describe('Identity of the cluster, unique over the watched tree'),
    labels: strings(),
    annotations: strings().describe('Copied to status, never acted on'),
  }),
  spec: z.strictObject({
    provider: z.enum(PROVIDER_KINDS).describe('Required: nothing falls back to simulated'),
    paused: z.boolean().default(false).describe('Observe and report, change nothing'),
    deletionPolicy: z
      .enum(['Confirm', 'Delete', 'Retain'])
      .default('Delete')
      .describe('What happens when the document goes away'),
    swarm: z
      .strictObject({
        addressPools: z
          .array(z.string().regex(CIDR, 'an IPv4 network such as 10.200.0.0/16'))
          .min(1)
          .default(['10.200.0.0/16']),
        subnetSize: z.int().min(8).max(29).default(24),
        dataPathPort: z.int().min(1024).max(49151).default(4789),
      })
      .prefault({})
      .describe('Only when the swarm is made; later a difference is refused'),
    engine: z
      .strictObject({
        version: z.string().min(1).nullable().default(null).describe('On local the image decides: a difference warns'),
      })
      .prefault({}),
    managers: z.strictObject({
      count: z.literal([1, 3, 5, 7]),
      zones: zones(),
      nodeLabels: nodeLabels(),
    }),
    workers: z.array(workerPool).default([]),
    rollout: rollout.prefault({}),
    local: local.prefault({}),
    simulated: simulated.prefault({}),
  }),
});

/** A normalised document: every default filled in. JSON-shaped; durations stay the strings they were. */
export type ClusterSpec = z.output<typeof clusterSpecSchema>;
