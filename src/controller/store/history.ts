import { mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import type { Clock } from '../../base/clock.ts';
import {
  describeError,
  describeEvent,
  EVENTS,
  type EventCode,
  type EventData,
  type EventSink,
} from '../../base/events.ts';

/** Kept per cluster, and for events of no cluster: whichever is less. Enough for a month's look back, some MB at most. */
const KEPT_EVENTS = 10_000;
const KEPT_MS = 30 * 24 * 3_600_000;
/** Pruning looks at an index, so seldom is enough: the table may exceed its bound by so many rows per cluster. */
const PRUNE_EVERY = 500;

export interface Change {
  readonly cluster: string;
  /** ms since the epoch. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly kind: string;
  readonly result: string;
}

export interface History extends EventSink {
  recordChange(change: Change): void;
  close(): void;
}

interface Open {
  readonly db: Database.Database;
  readonly inode: string;
}

const TABLES = `
  CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, code TEXT NOT NULL, level TEXT NOT NULL, cluster TEXT, pass TEXT,
    term INTEGER, text TEXT NOT NULL, facts TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS events_of_cluster ON events (cluster, id);
  CREATE TABLE IF NOT EXISTS changes (
    id INTEGER PRIMARY KEY, cluster TEXT NOT NULL, started_at INTEGER NOT NULL, duration_ms INTEGER NOT NULL,
    kind TEXT NOT NULL, result TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS changes_of_cluster ON changes (cluster, id);`;
const INSERT_EVENT = 'INSERT INTO events VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)';
const INSERT_CHANGE = 'INSERT INTO changes VALUES (NULL, ?, ?, ?, ?, ?)';

/**
 * What happened, for people: nothing is ever decided by it. The file may be deleted or damaged at any moment; then it
 * is begun anew. Never throws; trouble goes to `onTrouble`, which must not lead back here.
 */
export function createHistory(path: string, clock: Clock, onTrouble: EventSink): History {
  let open: Open | null = null;
  let writes = 0;
  let isTroubled = false;

  function database(): Database.Database {
    if (open && open.inode === inodeAt(path)) return open.db;
    close();
    open = openHistory(path);
    return open.db;
  }

  function close(): void {
    open?.db.close();
    open = null;
  }

  function safely(write: (db: Database.Database) => void): void {
    try {
      write(database());
      writes += 1;
      isTroubled = false;
    } catch (error) {
      const isDamaged = error instanceof Database.SqliteError && /^SQLITE_(NOTADB|CORRUPT)/.test(error.code);
      if (isDamaged) moveAside();
      // Said once until it goes well again: a full disk would say it at every event.
      else if (!isTroubled) onTrouble.emit('SKP413', { what: describeError(error) });
      isTroubled = !isDamaged;
    }
  }

  function moveAside(): void {
    try {
      close();
      renameSync(path, `${path}.damaged`);
      for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
    } catch {
      // Gone or not ours to move: opening it anew will tell.
    }
    onTrouble.emit('SKP414', { what: `${path}.damaged` });
  }

  function prune(db: Database.Database, cluster: string | null): void {
    if (writes % PRUNE_EVERY !== 0) return;
    const oldest = clock.now() - KEPT_MS;
    db.prepare('DELETE FROM events WHERE at < ?').run(oldest);
    db.prepare('DELETE FROM changes WHERE started_at < ?').run(oldest);
    db.prepare(
      'DELETE FROM events WHERE cluster IS ? AND id <= (SELECT id FROM events WHERE cluster IS ? ORDER BY id DESC LIMIT 1 OFFSET ?)',
    ).run(cluster, cluster, KEPT_EVENTS);
  }

  return {
    emit(code: EventCode, data: EventData = {}) {
      const { cluster = null, pass = null, term = null, what: _, ...facts } = data;
      safely((db) => {
        const text = describeEvent(code, data);
        db.prepare(INSERT_EVENT).run(
          clock.now(),
          code,
          EVENTS[code].level,
          cluster,
          pass,
          term,
          text,
          JSON.stringify(facts),
        );
        prune(db, cluster);
      });
    },
    recordChange({ cluster, startedAt, durationMs, kind, result }) {
      safely((db) => db.prepare(INSERT_CHANGE).run(cluster, startedAt, durationMs, kind, result));
    },
    close,
  };
}

function openHistory(path: string): Open {
  mkdirSync(dirname(path), { recursive: true });
  const db = new Database(path, { timeout: 200 });
  try {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.exec(TABLES);
    return { db, inode: inodeAt(path) ?? '' };
  } catch (error) {
    db.close();
    throw error;
  }
}

function inodeAt(path: string): string | null {
  try {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}
