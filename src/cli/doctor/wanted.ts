import type { ClusterSpec } from '../../model/cluster-spec/schema.ts';
import type { Finding } from '../../model/finding.ts';

/** A local cluster that the host is to carry. */
export interface Wanted {
  /** Null: what `npm start` would make, nobody's document. */
  readonly cluster: string | null;
  readonly local: ClusterSpec['spec']['local'];
  readonly addressPools: readonly string[];
  readonly nodes: number;
}

export function wantedOf({ metadata, spec }: ClusterSpec, cluster: string | null = metadata.name): Wanted {
  const nodes = spec.managers.count + spec.workers.reduce((sum, pool) => sum + pool.count, 0);
  return { cluster, local: spec.local, addressPools: spec.swarm.addressPools, nodes };
}

/** Short ways to write findings. `cure` last, as people read it. */
export const ok = (check: Finding['check'], saw: string, cluster: string | null = null): Finding => ({
  check,
  level: 'ok',
  cluster,
  saw,
  cure: null,
});
export const warning = (
  check: Finding['check'],
  saw: string,
  cure: string,
  cluster: string | null = null,
): Finding => ({ check, level: 'warning', cluster, saw, cure });
export const trouble = (
  check: Finding['check'],
  saw: string,
  cure: string,
  cluster: string | null = null,
): Finding => ({ check, level: 'trouble', cluster, saw, cure });
