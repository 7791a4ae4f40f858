import type { ClusterSpec } from './schema.ts';

/** What does not make a document wrong and should be said all the same. */
export function warningsOf(spec: ClusterSpec): readonly string[] {
  return spec.spec.managers.count === 1
    ? ['spec.managers.count: 1 manager tolerates no loss: while it is away the swarm cannot be changed']
    : [];
}
