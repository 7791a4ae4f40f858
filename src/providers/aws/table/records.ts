import { fail, ok, type Result } from '../../../base/result.ts';
import type { ClusterName } from '../../../model/ids.ts';
import type { Problem } from '../../../model/problem.ts';
import { createRecordReader } from '../../../model/record-reader.ts';
import type { Records } from '../../provider.ts';
import { answer } from '../problems.ts';
import { RECORDS, recordKey } from './keys.ts';
import type { Row, Table } from './table.ts';

/** The records of one owner. Its own version is in its text, which every provider reads alike. */
export function createTableRecords(table: Table, owner: string): Records {
  const reader = createRecordReader();
  const what = (cluster: ClusterName): string => `the record of ${cluster}`;

  return {
    async list(signal) {
      const rows = await answer('the records', signal, () => table.list(RECORDS, '', signal));
      if (!rows.ok) return rows;
      const ours = rows.value.filter(({ columns }) => columns.owner === owner);
      return ok(
        ours.map(({ sk, body }) => {
          const cluster = sk as ClusterName;
          return { cluster, record: reader.read(cluster, body) };
        }),
      );
    },
    async read(cluster, signal) {
      const rows = await answer(what(cluster), signal, () => table.read([recordKey(cluster)], signal));
      if (!rows.ok) return rows;
      const row = rows.value[0];
      if (row?.columns.owner === owner) return reader.read(cluster, row.body);
      reader.forget(cluster);
      return ok(null);
    },
    async swap(cluster, seen, next, signal): Promise<Result<void, Problem>> {
      if (next && next.revision !== (seen ?? 0) + 1)
        throw new Error(`revision ${next.revision} does not follow ${seen}`);
      const key = recordKey(cluster);
      const condition = seen === null ? { orAbsent: true as const } : { is: { owner, revision: seen } };
      const written = await answer(what(cluster), signal, () => {
        if (!next) return table.remove(key, condition, signal);
        const { term, revision } = next;
        return table.write(key, { columns: { owner, term, revision }, body: JSON.stringify(next) }, condition, signal);
      });
      if (!written.ok) return written;
      return written.value.taken ? ok(undefined) : fail(hindrance(cluster, written.value.stored));
    },
  };

  function hindrance(cluster: ClusterName, stored: Row | null): Problem {
    if (!stored || stored.columns.owner === owner) return { kind: 'conflict', what: what(cluster) };
    const detail = `another owner keeps a cluster called ${cluster} in this account and region`;
    return { kind: 'refused', field: 'metadata.name', detail };
  }
}
