import { z } from 'zod';
import type { ClusterName } from '../../../model/ids.ts';
import { type ItemFormat, readItem, writeItem } from './item.ts';
import { bellKey } from './keys.ts';
import type { Table } from './table.ts';

/** Any node may ring: something happened that the swarm does not show. Nothing is decided by it, it is only a hint. */
export interface Bell {
  /** Another text than before: it was rung. */
  readonly ring: string;
}

export const BELL: ItemFormat<Bell> = {
  what: 'the bell',
  format: 1,
  schema: z.object({ ring: z.string() }),
  columns: () => ({}),
};

export const readBell = (table: Table, cluster: ClusterName, signal: AbortSignal) =>
  readItem(table, bellKey(cluster), BELL, signal);

export const ring = (table: Table, cluster: ClusterName, text: string, signal: AbortSignal) =>
  writeItem(table, bellKey(cluster), BELL, { ring: text }, null, signal);
