import { stringify } from 'yaml';
import { NODE_FLAGS, NODE_IMAGES, type RealEngine } from './real-engine.ts';

export interface LocalWish {
  readonly managers?: 1 | 3 | 5;
  readonly workers?: Readonly<Record<string, number | Readonly<Record<string, unknown>>>>;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly local?: Readonly<Record<string, unknown>>;
}

/** A document for a cluster of real nodes on `engine`, in its n-th network. */
export function localSpec(name: string, engine: RealEngine, subnet: number, wish: LocalWish = {}): string {
  const { managers = 3, workers = { web: 2 }, spec = {}, local = {} } = wish;
  return stringify({
    apiVersion: 'skep/v1alpha1',
    kind: 'ClusterSpec',
    metadata: { name },
    spec: {
      provider: 'local',
      managers: { count: managers },
      workers: Object.entries(workers).map(([pool, how]) => ({
        name: pool,
        ...(typeof how === 'number' ? { count: how } : how),
      })),
      local: { image: NODE_IMAGES.newest, ...NODE_FLAGS, subnet: engine.subnet(subnet), ...local },
      ...spec,
    },
  });
}
