import type { ClusterName } from '../../model/ids.ts';
import type { Outcome, Rest } from './workers.ts';

/** Twice, since the first time may be the moment before something else begins. */
const TIMES = 2;

/** For `--once`: whether every cluster has come to rest. */
export interface RestTracker {
  /** True: this cluster should be looked at once more soon. */
  note(cluster: ClusterName, outcome: Outcome): boolean;
  /** Something changed for it: it has to come to rest anew. */
  forget(cluster: ClusterName): void;
  allRest(clusters: Iterable<ClusterName>): boolean;
  results(clusters: Iterable<ClusterName>): readonly RestedCluster[];
}

export interface RestedCluster extends Rest {
  readonly name: ClusterName;
}

export function createRestTracker(): RestTracker {
  const rests = new Map<ClusterName, { readonly times: number; readonly rest: Rest }>();
  return {
    note(cluster, { rest }) {
      if (!rest) {
        rests.delete(cluster);
        return false;
      }
      const times = (rests.get(cluster)?.times ?? 0) + 1;
      rests.set(cluster, { times, rest });
      return times < TIMES;
    },
    forget: (cluster) => void rests.delete(cluster),
    allRest: (clusters) => [...clusters].every((cluster) => (rests.get(cluster)?.times ?? 0) >= TIMES),
    results: (clusters) =>
      [...clusters].sort().flatMap((name) => {
        const known = rests.get(name);
        return known ? [{ name, ...known.rest }] : [];
      }),
  };
}
