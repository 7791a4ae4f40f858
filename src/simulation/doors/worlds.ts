import type { Clock } from '../../base/clock.ts';
import type { ClusterName } from '../../model/ids.ts';
import type { World } from '../../providers/simulated/world.ts';
import { createWorldStore, type WorldStore } from '../../providers/simulated/world-store.ts';

/** Worlds in memory, each read once for every moment: whoever reads must not change what is given. */
export function createWorlds(clock: Clock): WorldStore {
  const store = createWorldStore({ at: 'memory', clock });
  const seen = new Map<ClusterName, { readonly at: number; readonly world: World | null }>();
  return {
    ...store,
    read(cluster) {
      const known = seen.get(cluster);
      if (known?.at === clock.now()) return known.world;
      const world = store.read(cluster);
      seen.set(cluster, { at: clock.now(), world });
      return world;
    },
    change: (cluster, cause, signal, act) =>
      store.change(cluster, cause, signal, (draft) => {
        const result = act(draft);
        seen.delete(cluster);
        return result;
      }),
  };
}
