import type { ClusterName } from '../../model/ids.ts';

/** The stack of manifests/cloudformation/account.yaml: what there is once in an account and region. */
export const ACCOUNT_STACK = 'skep-account';

/** Clusters and pools are lower-case, so a capital ends a name: no two of these are ever the same. */
export const baseStack = (cluster: ClusterName): string => `skep-${cluster}-Base`;
/** Also the name of the pool's Auto Scaling group. */
export const poolStack = (cluster: ClusterName, pool: string): string => `skep-${cluster}-Pool-${pool}`;

export const isPoolStack = (stack: string): boolean => /^skep-[a-z0-9-]+-Pool-/.test(stack);
/** Null: it is no pool's of this cluster. */
export function poolOf(cluster: ClusterName, stack: string): string | null {
  const prefix = poolStack(cluster, '');
  return stack.startsWith(prefix) ? stack.slice(prefix.length) : null;
}

export const TAG = { owner: 'skep:owner', cluster: 'skep:cluster' } as const;
