import { durationMs } from './cluster-spec/duration.ts';
import type { ClusterSpec } from './cluster-spec/schema.ts';
import { warningsOf } from './cluster-spec/warnings.ts';
import { canonicalJson, sha256 } from './hash.ts';
import { type HealthPolicy, healthPolicy } from './health-policy.ts';
import { type ClusterName, MANAGERS } from './ids.ts';
import { AWS_MACHINE, type AwsMachine, machineHashInputs, machineHashV1 } from './machine-hash.ts';
import type { Maintenance } from './maintenance.ts';
import type { LiveSwarmOptions, Role, SwarmInitOptions } from './observed.ts';
import type { Source } from './record.ts';
import { MANAGERS_ROLL, type RolloutPolicy, rolloutPolicy } from './rollout-policy.ts';

/** What a spec asks for, in the planner's words. */
export interface Desired {
  readonly cluster: ClusterName;
  readonly spec: ClusterSpec;
  readonly specHash: string;
  readonly source: Source;
  readonly pools: readonly DesiredPool[];
  /** Who names a machine: skep before it is made, or its provider, as EC2 does. Then its name is known once it is there. */
  readonly namedBy: 'skep' | 'provider';
  readonly swarm: SwarmInitOptions;
  readonly swarmOptions: LiveSwarmOptions;
  readonly maintenance: Maintenance;
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
  /** What EC2 makes of it. */
  readonly machine: AwsMachine;
  readonly localData: 'Protect' | 'Discard';
  readonly rollout: RolloutPolicy;
  readonly health: HealthPolicy;
}

/** sha256 of the normalised document. */
export function specHashOf(spec: ClusterSpec): string {
  return sha256(canonicalJson(spec));
}

export function expand(spec: ClusterSpec, source: Source): Desired {
  const { managers, workers, rollout, health, maintenance, provider, swarm } = spec.spec;
  const zones = provider === 'aws' ? [] : spec.spec[provider].zones;
  const madeOf = (wish: Partial<AwsMachine> = {}) => {
    const machine = { ...AWS_MACHINE, ...wish };
    const hashInputs = machineHashInputs(spec, machine);
    return { machine, machineHash: machineHashV1(hashInputs), hashInputs };
  };
  const pools: DesiredPool[] = [
    {
      ...madeOf(managers.machine),
      name: MANAGERS,
      role: 'manager',
      count: managers.count,
      zones: managers.zones.length > 0 ? managers.zones : zones,
      nodeLabels: managers.nodeLabels,
      availability: managers.availability === 'Drain' ? 'drain' : 'active',
      localData: 'Protect',
      rollout: rolloutPolicy(rollout, MANAGERS_ROLL, managers.count),
      health: healthPolicy(health, {}, managers.count),
    },
    ...workers.map(
      (pool): DesiredPool => ({
        ...madeOf(pool.machine),
        name: pool.name,
        role: 'worker',
        count: pool.count,
        zones: pool.zones.length > 0 ? pool.zones : zones,
        nodeLabels: pool.nodeLabels,
        availability: 'active',
        localData: pool.localData,
        rollout: rolloutPolicy(rollout, pool.rollout, pool.count),
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
    namedBy: provider === 'aws' ? 'provider' : 'skep',
    swarm: { addressPools: swarm.addressPools, subnetSize: swarm.subnetSize, dataPathPort: swarm.dataPathPort },
    swarmOptions: {
      taskHistoryLimit: swarm.taskHistoryLimit,
      dispatcherHeartbeatMs: durationMs(swarm.dispatcherHeartbeat),
      certExpiryMs: durationMs(swarm.certExpiry),
    },
    maintenance: {
      timeZone: maintenance.timeZone,
      windows: maintenance.windows.map(({ start, duration }) => ({ start, durationMs: durationMs(duration) })),
    },
    warnings: warningsOf(spec),
  };
}
