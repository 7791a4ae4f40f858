import { z } from 'zod';
import { ok, type Result } from '../../../base/result.ts';
import type { ClusterName } from '../../../model/ids.ts';
import type { Problem } from '../../../model/problem.ts';
import { type ItemFormat, readItem, writeItem } from './item.ts';
import { lookKey } from './keys.ts';
import type { Table } from './table.ts';

/** The controller asks all nodes of a cluster to report. A report that names this look was made after it. */
export interface Look {
  /** Rises by one with each. */
  readonly look: number;
  readonly term: number;
  /** How many managers are declared; missing: whoever asks does not say. */
  readonly managers?: number;
}

export const LOOK: ItemFormat<Look> = {
  what: 'the look',
  format: 1,
  schema: z.object({ look: z.int(), term: z.int(), managers: z.exactOptional(z.int()) }),
  columns: ({ look, term }) => ({ look, term }),
};

export const readLook = (table: Table, cluster: ClusterName, signal: AbortSignal) =>
  readItem(table, lookKey(cluster), LOOK, signal);

/**
 * Begins a new look. `conflict`: another controller began one meanwhile, or holds a newer term.
 * @param managers how many are declared, if that is known
 */
export async function beginLook(
  table: Table,
  cluster: ClusterName,
  term: number,
  signal: AbortSignal,
  managers?: number,
): Promise<Result<Look, Problem>> {
  const last = await readLook(table, cluster, signal);
  if (!last.ok) return last;
  const next = { look: (last.value?.look ?? 0) + 1, term, ...(managers === undefined ? {} : { managers }) };
  const condition = last.value ? { is: { look: last.value.look }, atMost: { term } } : { orAbsent: true as const };
  const written = await writeItem(table, lookKey(cluster), LOOK, next, condition, signal);
  return written.ok ? ok(next) : written;
}
