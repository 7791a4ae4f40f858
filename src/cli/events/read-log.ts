import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Level } from '../../base/events.ts';
import { describeDuration } from '../../model/cluster-spec/duration.ts';
import type { CliContext, Paths } from '../context.ts';
import { Refusal } from '../exit.ts';
import { ownerOf } from '../files/owner.ts';
import { readFleet } from '../files/status-files.ts';

/** One line of the past. */
export interface LogEntry {
  /** ms since the epoch */
  readonly at: number;
  readonly cluster: string | null;
  /** Of the event; empty for a change that a status file remembers. */
  readonly code: string;
  readonly text: string;
}

export interface LogQuery {
  /** Null: all. */
  readonly cluster: string | null;
  readonly level: Level;
  readonly limit: number;
}

/** Where the controller keeps its history. */
const historyPath = (state: string): string => join(state, 'history.sqlite');

/** The latest entries, oldest first: from the history, or when there is none the changes that status files remember. */
export async function readLog(query: LogQuery, paths: Paths, context: CliContext): Promise<readonly LogEntry[]> {
  if (paths.table !== undefined) return fromTable(paths.table, query, await ownerOf(null, paths, context), context);
  const path = historyPath(paths.state);
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  return isThere ? fromHistory(path, query) : fromStatuses(paths.status, query);
}

async function fromHistory(path: string, { cluster, level, limit }: LogQuery): Promise<readonly LogEntry[]> {
  const { readEvents } = await import('../../controller/store/read-history.ts');
  try {
    return readEvents(path, { ...(cluster === null ? {} : { cluster }), level, limit });
  } catch (error) {
    throw new Refusal(`${path} cannot be read: ${(error as Error).message}`);
  }
}

const LEVELS: readonly Level[] = ['debug', 'info', 'warn', 'error'];

async function fromTable(
  table: string,
  { cluster, level, limit }: LogQuery,
  owner: string,
  context: CliContext,
): Promise<readonly LogEntry[]> {
  const shared = await context.sharedState(table, owner);
  try {
    return await shared.latest({ cluster, levels: LEVELS.slice(LEVELS.indexOf(level)), limit });
  } catch (error) {
    throw new Refusal(`table ${table} cannot be read: ${(error as Error).message}`);
  } finally {
    await shared.close();
  }
}

async function fromStatuses(statusDir: string, { cluster, limit }: LogQuery): Promise<readonly LogEntry[]> {
  const { clusters } = await readFleet(statusDir);
  const entries = clusters
    .filter(({ metadata }) => cluster === null || metadata.name === cluster)
    .flatMap(({ metadata, status }) =>
      status.history.map(({ at, change, durationMs, result }): LogEntry => {
        const text = `${change}: ${result} after ${describeDuration(durationMs)}`;
        return { at: Date.parse(at), cluster: metadata.name, code: '', text };
      }),
    );
  return entries.sort((a, b) => a.at - b.at).slice(-limit);
}
