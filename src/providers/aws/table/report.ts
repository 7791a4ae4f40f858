import { z } from 'zod';
import { ok, type Result } from '../../../base/result.ts';
import type { ClusterName, MachineId, NodeId } from '../../../model/ids.ts';
import type { EngineView } from '../../../model/observed.ts';
import type { Problem } from '../../../model/problem.ts';
import { answer } from '../problems.ts';
import { named, problemSchema } from './field-types.ts';
import { decode, type ItemFormat, writeItem } from './item.ts';
import { reportKey } from './keys.ts';
import type { Table } from './table.ts';

/** What one node says of itself. Only its own instance can have written it. */
export interface Report {
  readonly machine: MachineId;
  /** The last look that was seen before the engine was asked; 0: none. */
  readonly look: number;
  /** Private address; null: not known yet. */
  readonly address: string | null;
  /** Null: the engine does not answer. */
  readonly engine: EngineView | null;
  /** The last request that it was asked, and what came of it; null: none. */
  readonly request: { readonly id: string; readonly problem: Problem | null } | null;
  /** Why it is going to be taken away, and when, ms since the epoch if AWS said so; null: it is not. */
  readonly leaving: { readonly cause: 'terminating' | 'spot' | 'rebalance'; readonly at: number | null } | null;
}

export const REPORT: ItemFormat<Report> = {
  what: 'the report of a node',
  format: 1,
  schema: z.object({
    machine: named<MachineId>(),
    look: z.int(),
    address: z.string().nullable(),
    engine: z
      .object({
        version: z.string(),
        swarm: z.enum(['inactive', 'pending', 'active', 'locked', 'error']),
        nodeId: named<NodeId>().nullable(),
        isManager: z.boolean(),
        error: z.string().nullable(),
        peers: z.exactOptional(z.array(named<NodeId>())),
      })
      .nullable(),
    request: z.object({ id: z.string(), problem: problemSchema.nullable() }).nullable(),
    leaving: z.object({ cause: z.enum(['terminating', 'spot', 'rebalance']), at: z.number().nullable() }).nullable(),
  }),
  columns: ({ look }) => ({ look }),
};

/** One that no look renews any more goes by itself: a node's that is gone. */
const LIFE_MS = 7 * 86_400_000;

/**
 * `conflict`: this node answered a newer look already.
 * @param from the instance, and its clock, ms since the epoch
 */
export function writeReport(
  table: Table,
  cluster: ClusterName,
  from: { readonly arn: string; readonly now: number },
  report: Report,
  signal: AbortSignal,
) {
  const expires = Math.ceil((from.now + LIFE_MS) / 1_000);
  const format = { ...REPORT, columns: (value: Report) => ({ ...REPORT.columns(value), expires }) };
  const condition = { atMost: { look: report.look }, orAbsent: true as const };
  return writeItem(table, reportKey(cluster, from.arn), format, report, condition, signal);
}

/** In the order of the instances; null: it has not reported. One that cannot be read says so alone. */
export async function readReports(
  table: Table,
  cluster: ClusterName,
  instanceArns: readonly string[],
  signal: AbortSignal,
): Promise<Result<readonly Result<Report | null, Problem>[], Problem>> {
  const keys = instanceArns.map((arn) => reportKey(cluster, arn));
  const rows = await answer('the reports of the nodes', signal, () => table.read(keys, signal));
  return rows.ok ? ok(rows.value.map((row) => (row ? decode(REPORT, row) : ok(null)))) : rows;
}
