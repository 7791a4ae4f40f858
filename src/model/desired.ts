import { createHash } from 'node:crypto';
import { durationMs } from './cluster-spec/duration.ts';
import type { ClusterSpec } from './cluster-spec/schema.ts';
import { warningsOf } from './cluster-spec/warnings.ts';
import { type HealthPolicy, healthPolicy } from './health-policy.ts';
import { type ClusterName, MANAGERS } from './ids.ts';
import type { LiveSwarmOptions, Role, SwarmInitOptions } from './observed.ts';
import type { Source } from './record.ts';

/** What a spec asks for, in the planner's words. */
export interface Desired {
  readonly cluster: ClusterName;
  readonly spec: ClusterSpec;
  readonly specHash: string;
  readonly source: Source;
  readonly pools: readonly DesiredPool[];
  readonly swarm: SwarmInitOptions;
  readonly swarmOptions: LiveSwarmOptions;
  /** Complaints that do not make the document wrong, e.g. one manager. */
  readonly warnings: readonly string[];
}

export interface DesiredPool {
  readonly name: string;
  readonly role: Role;
  readonly count: number;
  readonly zones: readonly string[];
  /** The spec's `nodeLabels`. */
  readonly nodeLabels: Readonly<Record<string, string>>;
  /** What an admitted node of it is set to. */
  readonly availability: 'active' | 'drain';
  readonly machineHash: string;
  readonly hashInputs: unknown;
  readonly localData: 'Protect' | 'Discard';
  readonly drainTimeoutMs: number;
  readonly onDrainTimeout: 'Pause' | 'Force';
  readonly health: HealthPolicy;
}

/** JSON with sorted keys, so that equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).filter(([, v]) => v !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** sha256 of the normalised document. */
export function specHashOf(spec: ClusterSpec): string {
  return sha256(canonicalJson(spec));
}

/**
 * What of a spec can only change by replacing the machine, per provider. These very values are kept on the record
 * beside their hash, so that a newer skep recomputes instead of taking another formula for a difference (S14).
 */
function machineHashInputs(spec: ClusterSpec): unknown {
  const { config } = spec.spec.engine;
  // Left out when empty: so it was before there was such a field, and the hash is the same.
  const engine = Object.keys(config).length > 0 ? { engineConfig: config } : {};
  if (spec.spec.provider === 'simulated') return { provider: 'simulated', ...engine };
  const { image, privileged, capAdd, securityOpt, cgroup, binds } = spec.spec.local;
  return { provider: 'local', image, privileged, capAdd, securityOpt, cgroup, binds, ...engine };
}

export function machineHashV1(inputs: unknown): string {
  return `v1:${sha256(canonicalJson(inputs)).slice(0, 16)}`;
}

export function expand(spec: ClusterSpec, source: Source): Desired {
  const { managers, workers, rollout, health, provider, swarm } = spec.spec;
  const zones = provider === 'simulated' ? spec.spec.simulated.zones : spec.spec.local.zones;
  const hashInputs = machineHashInputs(spec);
  const common = { machineHash: machineHashV1(hashInputs), hashInputs };
  const pools: DesiredPool[] = [
    {
      ...common,
      name: MANAGERS,
      role: 'manager',
      count: managers.count,
      zones: managers.zones.length > 0 ? managers.zones : zones,
      nodeLabels: managers.nodeLabels,
      availability: managers.availability === 'Drain' ? 'drain' : 'active',
      localData: 'Protect',
      drainTimeoutMs: durationMs(rollout.drainTimeout),
      onDrainTimeout: rollout.onDrainTimeout,
      health: healthPolicy(health, {}, managers.count),
    },
    ...workers.map(
      (pool): DesiredPool => ({
        ...common,
        name: pool.name,
        role: 'worker',
        count: pool.count,
        zones: pool.zones.length > 0 ? pool.zones : zones,
        nodeLabels: pool.nodeLabels,
        availability: 'active',
        localData: pool.localData,
        drainTimeoutMs: durationMs(pool.rollout.drainTimeout ?? rollout.drainTimeout),
        onDrainTimeout: pool.rollout.onDrainTimeout ?? rollout.onDrainTimeout,
        health: healthPolicy(health, pool.health, pool.count),
      }),
    ),
  ];
  return {
    cluster: spec.metadata.name as ClusterName,
    spec,
    specHash: specHashOf(spec),
    source,
    pools,
    swarm: { addressPools: swarm.addressPools, subnetSize: swarm.subnetSize, dataPathPort: swarm.dataPathPort },
    swarmOptions: {
      taskHistoryLimit: swarm.taskHistoryLimit,
      dispatcherHeartbeatMs: durationMs(swarm.dispatcherHeartbeat),
      certExpiryMs: durationMs(swarm.certExpiry),
    },
    warnings: warningsOf(spec),
  };
}
