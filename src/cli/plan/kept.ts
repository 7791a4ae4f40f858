import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterName } from '../../model/ids.ts';
import type { Observed } from '../../model/observed.ts';
import { badInput } from '../exit.ts';
import { readFleet } from '../files/status-files.ts';
import { readObserved } from './look.ts';

/** Worlds as status files kept them. */
export interface Kept {
  readonly worlds: ReadonlyMap<string, Observed>;
  /** A whole status directory: a document that has no status there is of a cluster that is not there yet. */
  readonly isWhole: boolean;
}

/** From one status file, or from a directory of them. */
export async function readKept(path: string): Promise<Kept> {
  const isWhole = (await stat(path).catch(() => null))?.isDirectory() ?? false;
  if (!isWhole) {
    const { observed } = await readObserved(path);
    return { worlds: new Map([[observed.cluster, observed]]), isWhole };
  }
  const { clusters, unreadable } = await readFleet(path);
  if (unreadable.length > 0) throw badInput(unreadable.map((file) => join(path, file)).join('\n'));
  const worlds = new Map<string, Observed>();
  for (const { metadata, status } of clusters) {
    if (status.phase === 'Deleted') continue;
    const { observed } = await readObserved(join(path, `${metadata.name}.json`));
    worlds.set(metadata.name, observed);
  }
  return { worlds, isWhole };
}

/** A world in which nothing of the cluster is there. */
export function emptyWorld(cluster: ClusterName, now: number): Observed {
  const carriers = { state: 'absent', differences: [], forwardTo: null, leftovers: 0, images: {} } as const;
  return {
    cluster,
    now,
    record: { ok: true, value: null },
    infrastructure: { ok: true, value: { machines: [], carriers, strangers: [] } },
    swarm: { ok: true, value: null },
  };
}
