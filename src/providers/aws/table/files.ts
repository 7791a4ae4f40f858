import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Condition } from './condition.ts';
import { folderOf } from './keys.ts';
import type { Row, Table } from './table.ts';

/** Small files in the table: what a controller on any host goes on from. Compressed, they may have 390 KB. */
export interface TableFiles {
  /** By name. */
  all(folder: string): Promise<ReadonlyMap<string, string>>;
  /** Null: there is none. */
  read(folder: string, name: string): Promise<string | null>;
  /** `term`: whoever writes under a later one cannot be written over; null: everybody may write. */
  write(folder: string, name: string, text: string, term: number | null): Promise<void>;
  /** Removing what is not there succeeds. `term`: as for writing. */
  remove(folder: string, name: string, term: number | null): Promise<void>;
}

const compress = promisify(gzip);
const expand = promisify(gunzip);
const textOf = async ({ body }: Row): Promise<string> => (typeof body === 'string' ? body : String(await expand(body)));
/** Each call has the table's own limit. */
const signal = new AbortController().signal;

/** Rejects what an earlier term sent late. */
async function unlessLater(written: Promise<{ readonly taken: boolean }>, name: string): Promise<void> {
  if (!(await written).taken) throw new Error(`${name} was written under a later term`);
}
const noLaterThan = (term: number | null): Condition | null =>
  term === null ? null : { atMost: { term }, orAbsent: true };

export function createTableFiles(table: Table, owner: string): TableFiles {
  return {
    async all(folder) {
      const rows = await table.list(folderOf(owner, folder), '', signal);
      return new Map(await Promise.all(rows.map(async (row) => [row.sk, await textOf(row)] as const)));
    },
    async read(folder, name) {
      const [row] = await table.read([{ pk: folderOf(owner, folder), sk: name }], signal);
      return row ? textOf(row) : null;
    },
    async write(folder, name, text, term) {
      const columns = { writer: table.writer, ...(term === null ? {} : { term }) };
      const row = { columns, body: await compress(text) };
      await unlessLater(table.write({ pk: folderOf(owner, folder), sk: name }, row, noLaterThan(term), signal), name);
    },
    async remove(folder, name, term) {
      await unlessLater(table.remove({ pk: folderOf(owner, folder), sk: name }, noLaterThan(term), signal), name);
    },
  };
}
