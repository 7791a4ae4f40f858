import { z } from 'zod';
import type { ClusterName, MachineId } from '../../../model/ids.ts';
import { type ItemFormat, readItem, writeItem } from './item.ts';
import { requestKey } from './keys.ts';
import type { Table } from './table.ts';

/** What an agent does to its own engine when asked. One that it does not know it refuses in its report. */
export const REQUEST_VERBS = ['join', 'leave', 'force-new'] as const;

/** What the controller asks of one node. The answer is in the node's report, under the id. */
export interface NodeRequest {
  readonly id: string;
  readonly term: number;
  readonly verb: string;
  /** From when the agent first saw it until it no longer begins, ms on its own clock. */
  readonly limitMs: number;
}

export const REQUEST: ItemFormat<NodeRequest> = {
  what: 'the request to the node',
  format: 1,
  schema: z.object({ id: z.string(), term: z.int(), verb: z.string(), limitMs: z.number() }),
  columns: ({ id, term }) => ({ id, term }),
};

export const readRequest = (table: Table, cluster: ClusterName, machine: MachineId, signal: AbortSignal) =>
  readItem(table, requestKey(cluster, machine), REQUEST, signal);

/** In place of any earlier one: each may be repeated and overtaken. `conflict`: a newer term asked. */
export function ask(
  table: Table,
  cluster: ClusterName,
  machine: MachineId,
  request: NodeRequest & { readonly verb: (typeof REQUEST_VERBS)[number] },
  signal: AbortSignal,
) {
  const condition = { atMost: { term: request.term }, orAbsent: true as const };
  return writeItem(table, requestKey(cluster, machine), REQUEST, request, condition, signal);
}
