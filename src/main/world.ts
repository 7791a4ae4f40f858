import { systemClock } from '../base/clock.ts';
import { systemRandom } from '../base/random.ts';
import type { World } from '../cli/context.ts';
import { clusterSpecSchema } from '../model/cluster-spec/schema.ts';

/** Measured: 1.6–2.3 GB for 40 idle nodes; a node's disk is what its images and tasks take. */
const COST = 'each node takes about 60 MB of memory idle, 1–4 s to come up, and the disk of what runs in it';

/** The world that `npm start` can offer here: by running a node, not by guessing. */
export async function probeWorld(
  dockerHost: string | undefined,
  onProgress: (text: string) => void,
  signal: AbortSignal,
): Promise<World> {
  const { probeLocal } = await import('../providers/local/probe.ts');
  const { local } = clusterSpecSchema.parse(PLAINEST).spec;
  const probe = await probeLocal({ dockerHost, clock: systemClock, random: systemRandom, local, onProgress }, signal);
  if (!probe.able) return { provider: 'simulated', reason: probe.reason };
  return { provider: 'local', image: local.image, imageOrigin: probe.imageOrigin, cost: COST, local: probe.local };
}

const PLAINEST = {
  apiVersion: 'skep/v1alpha1',
  kind: 'ClusterSpec',
  metadata: { name: 'demo' },
  spec: { provider: 'local', managers: { count: 1 } },
};
