import type { ClusterSpec } from '../../model/cluster-spec/schema.ts';
import { canonicalJson, sha256 } from '../../model/hash.ts';
import { machineHashInputs } from '../../model/machine-hash.ts';

/**
 * The spec as it is rehearsed. What its own provider makes machines from is kept as an engine label, so that a change which
 * replaces machines there replaces them here.
 */
export function standIn(document: ClusterSpec): ClusterSpec {
  const { spec } = document;
  const rehearsed = {
    ...spec,
    provider: 'simulated' as const,
    maintenance: { ...spec.maintenance, windows: [] },
  };
  if (spec.provider === 'simulated') return { ...document, spec: rehearsed };
  const { config } = spec.engine;
  const labels = Array.isArray(config.labels) ? config.labels : [];
  const made = sha256(canonicalJson(machineHashInputs(document))).slice(0, 12);
  return {
    ...document,
    spec: {
      ...rehearsed,
      engine: { ...spec.engine, config: { ...config, labels: [...labels, `rehearsed=${made}`] } },
      simulated: { ...spec.simulated, zones: spec.local.zones },
    },
  };
}

/** For people: where the rehearsal differs from what the documents say. */
export function assumptionsOf(versions: readonly ClusterSpec[], services: readonly string[]): readonly string[] {
  const providers = [...new Set(versions.map(({ spec }) => spec.provider))].filter((kind) => kind !== 'simulated');
  const hasWindows = versions.some(({ spec }) => spec.maintenance.windows.length > 0);
  return [
    ...providers.map((kind) => `its provider is ${kind}; here it is simulated`),
    ...(hasWindows ? ['maintenance windows are left out: all happens as if one were open'] : []),
    `a spec has no services: ${services.join(', ')} stand in for them`,
  ];
}
