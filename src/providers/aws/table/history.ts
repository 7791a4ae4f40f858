import type { Columns } from './condition.ts';
import { historyOf } from './keys.ts';
import type { Row, Table } from './table.ts';

/** One line of the past, of an owner's clusters. */
export interface Told {
  /** ms since the epoch. */
  readonly at: number;
  /** Null: of no cluster. */
  readonly cluster: string | null;
  readonly level: string;
  readonly code: string;
  readonly text: string;
}

export interface ToldQuery {
  /** Null: all. */
  readonly cluster: string | null;
  readonly levels: readonly string[];
  readonly limit: number;
}

/** As long as the history in a file is kept. */
const KEPT_MS = 30 * 24 * 3_600_000;
/** Each call has the table's own limit. */
const signal = new AbortController().signal;

/** @param unique tells apart what happened within one ms */
export async function tell(table: Table, owner: string, told: Told, unique: string): Promise<void> {
  const { at, cluster, level, code, text } = told;
  const expires = Math.ceil((at + KEPT_MS) / 1_000);
  const columns = { at, cluster: cluster ?? '', level, code, expires, writer: table.writer };
  const key = { pk: historyOf(owner), sk: `${new Date(at).toISOString()} ${unique}` };
  await table.write(key, { columns, body: text }, null, signal);
}

/** The latest, oldest first. */
export async function latestTold(table: Table, owner: string, query: ToldQuery): Promise<readonly Told[]> {
  const { cluster, levels, limit } = query;
  const isWanted = (columns: Columns): boolean =>
    (cluster === null || columns.cluster === cluster) && levels.includes(String(columns.level));
  const rows = await table.latest(historyOf(owner), isWanted, limit, signal);
  return rows.map(toldOf).reverse();
}

const toldOf = ({ columns: { at, cluster, level, code }, body }: Row): Told => ({
  at: Number(at),
  cluster: typeof cluster === 'string' && cluster !== '' ? cluster : null,
  level: String(level),
  code: String(code),
  text: String(body),
});
