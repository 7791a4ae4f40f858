import { ok } from '../../base/result.ts';
import type { ClusterRecord } from '../../model/record.ts';
import type { Records } from '../provider.ts';
import type { SimulatedOptions } from './infrastructure.ts';
import { conflict, refused } from './problems.ts';
import { createWorld } from './world.ts';

/** Records in the worlds' files. They outlive everything else of a cluster, until removed. */
export function createRecords({ owner, worlds, random }: SimulatedOptions): Records {
  return {
    async list() {
      const all = worlds.list().map((cluster) => worlds.read(cluster));
      const records = all.map((world) => (world?.owner === owner ? world.record : null));
      return ok(records.filter((record): record is ClusterRecord => record !== null));
    },
    async read(cluster) {
      const world = worlds.read(cluster);
      return ok(world?.owner === owner ? world.record : null);
    },
    async swap(cluster, seen, next, signal) {
      if (next && next.revision !== (seen ?? 0) + 1)
        throw new Error(`revision ${next.revision} does not follow ${seen}`);
      return worlds.change(cluster, next ? 'write-record' : 'forget-record', signal, (draft) => {
        if (draft.world && draft.world.owner !== owner) return refused(`${cluster} belongs to another owner`);
        if ((draft.world?.record?.revision ?? null) !== seen) return conflict(`the record of ${cluster}`);
        if (!draft.world && next) draft.world = createWorld(cluster, owner, random.id(8), draft.now);
        if (draft.world) draft.world.record = next;
        return ok(undefined);
      });
    },
  };
}
