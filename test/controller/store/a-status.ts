import type { ClusterStatus, StatusFile } from '../../../src/model/status.ts';

export function aStatus(
  name: string,
  status: Partial<ClusterStatus> = {},
  metadata: Partial<StatusFile['metadata']> = {},
): StatusFile {
  return {
    apiVersion: 'skep/v1alpha1',
    kind: 'ClusterStatus',
    metadata: { name, generation: 1, ...metadata },
    status: {
      observedGeneration: 1,
      specHash: null,
      observedSpecHash: null,
      source: null,
      provider: 'simulated',
      phase: 'Ready',
      because: 'as declared',
      conditions: [],
      holds: [],
      warnings: [],
      complaints: [],
      pools: [],
      managers: null,
      nodes: [],
      endpoints: [],
      swarm: null,
      drift: [],
      strangers: [],
      servicesBelowStrength: [],
      pendingTasks: [],
      plan: null,
      infrastructure: { state: 'ready', differences: [] },
      history: [],
      nextLookAt: null,
      lastProblem: null,
      observation: null,
      controller: null,
      ...status,
    },
  };
}
