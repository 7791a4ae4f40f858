import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { folderOf } from './keys.ts';
import type { Row, Table } from './table.ts';

/** Small files in the table: what a controller on any host goes on from. Compressed, they may have 390 KB. */
export interface TableFiles {
  /** By name. */
  all(folder: string): Promise<ReadonlyMap<string, string>>;
  /** Null: there is none. */
  read(folder: string, name: string): Promise<string | null>;
  write(folder: string, name: string, text: string): Promise<void>;
  /** Removing what is not there succeeds. */
  remove(folder: string, name: string): Promise<void>;
}

const compress = promisify(gzip);
const expand = promisify(gunzip);
const textOf = async ({ body }: Row): Promise<string> => (typeof body === 'string' ? body : String(await expand(body)));
/** Each call has the table's own limit. */
const signal = new AbortController().signal;

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
    async write(folder, name, text) {
      const row = { columns: { writer: table.writer }, body: await compress(text) };
      await table.write({ pk: folderOf(owner, folder), sk: name }, row, null, signal);
    },
    async remove(folder, name) {
      await table.remove({ pk: folderOf(owner, folder), sk: name }, null, signal);
    },
  };
}
