import { closeSync, fstatSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import type { Lease, LeaseStore } from '../../providers/provider.ts';

export interface SqliteLease extends LeaseStore {
  /** False: the file was removed or replaced since our last swap, so that others may see another lease. */
  isInPlace(): boolean;
  close(): void;
}

/** A swap takes well under a millisecond; whoever cannot get in for so long tries again at the next turn. */
const BUSY_MS = 500;

const TABLE = `CREATE TABLE IF NOT EXISTS lease (
  id INTEGER PRIMARY KEY CHECK (id = 1), holder TEXT NOT NULL, term INTEGER NOT NULL,
  renewals INTEGER NOT NULL, released INTEGER NOT NULL)`;
const WRITE = 'INSERT OR REPLACE INTO lease VALUES (1, ?, ?, ?, ?)';

interface Row {
  readonly holder: string;
  readonly term: number;
  readonly renewals: number;
  readonly released: number;
}

/**
 * The lease in one SQLite file beside what is shared. Every call looks whether the file at `path` is still the one that
 * is open, and opens it anew if not. The writes are not flushed to disk: processes on one machine see each other's
 * without that, a power cut ends every holder, and the term survives in the records.
 */
export function createSqliteLease(path: string): SqliteLease {
  let open: { readonly db: Database.Database; readonly inode: string } | null = null;
  /** The file that our last swap went to. */
  let swappedIn: string | null = null;

  function database(): Database.Database {
    if (open && open.inode === inodeAt(path)) return open.db;
    close();
    open = openInPlace(path);
    return open.db;
  }

  function close(): void {
    open?.db.close();
    open = null;
  }

  /** Runs `call`; after any trouble but a busy file the next call opens anew, a damaged file moved aside. */
  function use<T>(call: (db: Database.Database) => T): T {
    try {
      return call(database());
    } catch (error) {
      const code = error instanceof Database.SqliteError ? error.code : '';
      if (!code.startsWith('SQLITE_BUSY')) close();
      if (/^SQLITE_(NOTADB|CORRUPT)/.test(code)) renameSync(path, `${path}.damaged`);
      throw error;
    }
  }

  const isInPlace = (): boolean => swappedIn !== null && swappedIn === inodeAt(path);

  return {
    isInPlace,
    close,
    read: async () => use(readRow),
    async swap(seen, next) {
      const { holder, term, renewals, released } = next;
      const swapped = use((db) =>
        db
          .transaction(() => {
            if (!isSame(readRow(db), seen)) return false;
            db.prepare(WRITE).run(holder, term, renewals, released ? 1 : 0);
            return true;
          })
          .immediate(),
      );
      if (!swapped) return false;
      swappedIn = open?.inode ?? null;
      // Written to a file that is no longer there: nobody will read it.
      return isInPlace();
    },
  };
}

function readRow(db: Database.Database): Lease | null {
  const row = db.prepare('SELECT holder, term, renewals, released FROM lease').get() as Row | undefined;
  return row ? { ...row, released: row.released === 1 } : null;
}

function isSame(a: Lease | null, b: Lease | null): boolean {
  if (!a || !b) return a === b;
  return a.holder === b.holder && a.term === b.term && a.renewals === b.renewals && a.released === b.released;
}

function openInPlace(path: string): { db: Database.Database; inode: string } {
  mkdirSync(dirname(path), { recursive: true });
  for (;;) {
    // Holding the file open keeps its inode from being given to another: equal before and after means the same file.
    const handle = openSync(path, 'a+', 0o600);
    const { dev, ino } = fstatSync(handle);
    const db = new Database(path, { timeout: BUSY_MS });
    const inode = inodeAt(path);
    closeSync(handle);
    if (inode !== `${dev}:${ino}`) {
      db.close();
      continue;
    }
    try {
      db.pragma('synchronous = OFF');
      db.exec(TABLE);
      return { db, inode };
    } catch (error) {
      db.close();
      throw error;
    }
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
