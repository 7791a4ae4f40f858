import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { Level } from '../../base/events.ts';
import type { Change } from './history.ts';

export interface HistoryEvent {
  /** Rises; give the last one seen as `after` to read on. */
  readonly id: number;
  /** ms since the epoch. */
  readonly at: number;
  readonly code: string;
  readonly level: Level;
  readonly cluster: string | null;
  readonly pass: string | null;
  readonly term: number | null;
  readonly text: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface EventsQuery {
  readonly cluster?: string;
  /** Only events of at least this level. */
  readonly level?: Level;
  /** Only events after this id. */
  readonly after?: number;
  /** The latest so many. */
  readonly limit: number;
}

/** The latest events, oldest first. Empty when there is no history. Throws when the file cannot be read. */
export function readEvents(
  path: string,
  { cluster, level = 'debug', after = 0, limit }: EventsQuery,
): readonly HistoryEvent[] {
  const levels = LEVELS.slice(LEVELS.indexOf(level));
  const rows = query(
    path,
    `SELECT * FROM events WHERE id > ? AND (? IS NULL OR cluster = ?) AND level IN (${levels.map(() => '?').join(',')})
     ORDER BY id DESC LIMIT ?`,
    [after, cluster ?? null, cluster ?? null, ...levels, limit],
  ) as (HistoryEvent & { facts: string })[];
  return rows.reverse().map((row) => ({ ...row, facts: JSON.parse(row.facts) as HistoryEvent['facts'] }));
}

/** The latest changes of a cluster, latest first. */
export function readChanges(path: string, cluster: string, limit: number): readonly Change[] {
  const columns = 'cluster, started_at AS startedAt, duration_ms AS durationMs, kind, result';
  return query(path, `SELECT ${columns} FROM changes WHERE cluster = ? ORDER BY id DESC LIMIT ?`, [
    cluster,
    limit,
  ]) as Change[];
}

const LEVELS: readonly Level[] = ['debug', 'info', 'warn', 'error'];

/** Opened for each question and read-only: a reader that stayed could remove the write-ahead log of a newer file. */
function query(path: string, sql: string, values: readonly unknown[]): unknown[] {
  if (!existsSync(path)) return [];
  const db = new Database(path, { readonly: true, timeout: 1_000 });
  try {
    return db.prepare(sql).all(...values);
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('no such table')) return [];
    throw error;
  } finally {
    db.close();
  }
}
