import type { z } from 'zod';
import { workerMachineSchema } from './cluster-spec/aws-schema.ts';
import type { ClusterSpec } from './cluster-spec/schema.ts';
import { canonicalJson, sha256 } from './hash.ts';

/** A pool's `machine`, with every default filled in. */
export type AwsMachine = z.output<typeof workerMachineSchema>;
export const AWS_MACHINE: AwsMachine = workerMachineSchema.parse({});

/** Of what a machine was made, and whether another would be made today. */

/**
 * What of a spec can only change by replacing the machine, per provider. These very values are kept on the record
 * beside their hash, so that a newer skep recomputes instead of taking another formula for a difference (S14).
 */
export function machineHashInputs(spec: ClusterSpec, machine: AwsMachine = AWS_MACHINE): unknown {
  const { config } = spec.spec.engine;
  // Left out when empty: so it was before there was such a field, and the hash is the same.
  const engine = Object.keys(config).length > 0 ? { engineConfig: config } : {};
  if (spec.spec.provider === 'simulated') return { provider: 'simulated', ...engine };
  if (spec.spec.provider === 'aws') {
    const { keyName, image, agent } = spec.spec.aws ?? {};
    return { provider: 'aws', ...machine, keyName, image, agent, ...engine };
  }
  const { image, privileged, capAdd, securityOpt, cgroup, binds } = spec.spec.local;
  return { provider: 'local', image, privileged, capAdd, securityOpt, cgroup, binds, ...engine };
}

export function machineHashV1(inputs: unknown): string {
  return `v1:${sha256(canonicalJson(inputs)).slice(0, 16)}`;
}

interface Made {
  /** Its machine hash, of whatever version made it. */
  readonly hash: string;
}
interface Wanted {
  readonly machineHash: string;
}
interface Kept {
  /** Machine hash → what it was made of. */
  readonly hashInputs: Readonly<Record<string, unknown>>;
}

/** Whether a machine was made from another spec than its pool's. What cannot be known is no difference (S14). */
export function isOutdated(machine: Made, pool: Wanted, record: Kept | null): boolean {
  const hash = todaysHash(machine, pool, record);
  return hash !== null && hash !== pool.machineHash;
}

/** Its hash is of another version, and what it was made of is not on the record: nobody can say whether it is outdated. */
export const unknownHash = (machine: Made, pool: Wanted, record: Kept | null): boolean =>
  todaysHash(machine, pool, record) === null;

/** The machine's hash by the formula of today. Null: it cannot be known. */
function todaysHash({ hash }: Made, pool: Wanted, record: Kept | null): string | null {
  if (versionOf(hash) === versionOf(pool.machineHash)) return hash;
  const inputs = record?.hashInputs[hash];
  return inputs === undefined ? null : machineHashV1(inputs);
}

const versionOf = (hash: string): string => hash.slice(0, hash.indexOf(':') + 1);
