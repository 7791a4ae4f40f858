import { ok } from '../../base/result.ts';
import type { ClusterName } from '../../model/ids.ts';
import { createRecordReader } from '../../model/record-reader.ts';
import type { Records } from '../provider.ts';
import type { SimulatedOptions } from './infrastructure.ts';
import { conflict, refused } from './problems.ts';
import { createWorld } from './world.ts';

/** Records in the worlds' files. They outlive everything else of a cluster, until removed. */
export function createRecords({ owner, worlds, random }: SimulatedOptions): Records {
  const reader = createRecordReader();

  function storedIn(cluster: ClusterName): unknown {
    const world = worlds.read(cluster);
    return world?.owner === owner ? world.record : null;
  }

  return {
    async list() {
      return ok(
        worlds.list().flatMap((cluster) => {
          const stored = storedIn(cluster);
          return stored === null ? [] : [{ cluster, record: reader.read(cluster, stored) }];
        }),
      );
    },
    async read(cluster) {
      const stored = storedIn(cluster);
      if (stored !== null) return reader.read(cluster, stored);
      reader.forget(cluster);
      return ok(null);
    },
    async swap(cluster, seen, next, signal) {
      if (next && next.revision !== (seen ?? 0) + 1)
        throw new Error(`revision ${next.revision} does not follow ${seen}`);
      return worlds.change(cluster, next ? 'write-record' : 'forget-record', signal, (draft) => {
        if (draft.world && draft.world.owner !== owner) return refused(`${cluster} belongs to another owner`);
        if ((draft.world?.record ? draft.world.record.revision : null) !== seen)
          return conflict(`the record of ${cluster}`);
        if (!draft.world && next) draft.world = createWorld(cluster, owner, random.id(8), draft.now);
        if (draft.world) draft.world.record = next;
        return ok(undefined);
      });
    },
  };
}
