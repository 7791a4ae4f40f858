import { mapLimit } from '../../../base/concurrency.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { ClusterName, MachineId, SwarmId } from '../../../model/ids.ts';
import type { Problem } from '../../../model/problem.ts';
import { answer } from '../problems.ts';
import { readFounding } from './founding.ts';
import {
  bellKey,
  foundingKey,
  joinKey,
  type Key,
  lookKey,
  machineOfRequest,
  orderKey,
  reportKey,
  viewKey,
} from './keys.ts';
import type { Table } from './table.ts';

export interface RemainsOptions {
  readonly table: Table;
  /** Of the instance that the machine was. */
  readonly arnOf: (cluster: ClusterName, machine: MachineId) => string;
}

/** Requests at once. Our choice: a cluster of 1000 nodes is cleared within seconds. */
const PARALLEL = 16;

/**
 * What the table holds of a cluster beside its record, in the order in which it may go: the requests and the founding name
 * the nodes whose reports are to be found, so they are last. Of an instance that was never asked anything the report
 * goes by itself.
 */
export async function readRemains(
  { table, arnOf }: RemainsOptions,
  cluster: ClusterName,
  signal: AbortSignal,
): Promise<Result<readonly Key[], Problem>> {
  const founding = await readFounding(table, cluster, signal);
  const founder = founding.ok && founding.value ? [founding.value.founder] : [];
  return answer(`what is left of ${cluster} in the table`, signal, async () => {
    const within = async ({ pk }: Key): Promise<readonly Key[]> =>
      (await table.sortKeys(pk, signal)).map((sk) => ({ pk, sk }));
    const there = async (keys: readonly Key[]): Promise<readonly Key[]> => {
      const rows = await table.read(keys, signal);
      return keys.filter((_, i) => rows[i] !== null);
    };
    const asks = await within(lookKey(cluster));
    const nodes = new Set([...asks.flatMap(({ sk }) => machineOfRequest(sk) ?? []), ...founder]);
    const reports = await there([...nodes].map((id) => reportKey(cluster, arnOf(cluster, id))));
    const joins = await within(joinKey(cluster, '' as SwarmId));
    const views = await within(viewKey(cluster));
    const bells = await within(bellKey(cluster));
    const rest = await there([orderKey(cluster), foundingKey(cluster)]);
    return [...reports, ...joins, ...views, ...bells, ...rest, ...asks];
  });
}

/**
 * Removes it; machines are gone by then. Repeat until nothing is left.
 * `conflict`: the cluster was made anew under a newer term.
 */
export async function clearRemains(
  options: RemainsOptions,
  { cluster, term }: { readonly cluster: ClusterName; readonly term: number },
  signal: AbortSignal,
): Promise<Result<void, Problem>> {
  const remains = await readRemains(options, cluster, signal);
  if (!remains.ok) return remains;
  const named = new Set([lookKey(cluster).pk, foundingKey(cluster).pk, orderKey(cluster).pk]);
  const what = `what is left of ${cluster} in the table`;
  const remove = (key: Key): Promise<boolean> => {
    // Whose key tells what it belongs to, a swarm or an instance, needs no term; a view and the bell are written anew.
    const condition = named.has(key.pk) ? { atMost: { term }, orAbsent: true as const } : null;
    return options.table.remove(key, condition, signal).then(({ taken }) => taken);
  };
  const first = remains.value.filter(({ pk }) => !named.has(pk));
  const last = remains.value.filter(({ pk }) => named.has(pk));
  const done = await answer(what, signal, async () => {
    const taken = await mapLimit(first, PARALLEL, remove);
    return [...taken, ...(await mapLimit(last, PARALLEL, remove))];
  });
  if (!done.ok) return done;
  return done.value.every(Boolean) ? ok(undefined) : fail({ kind: 'conflict', what });
}
