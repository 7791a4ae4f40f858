import type { z } from 'zod';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { Problem } from '../../../model/problem.ts';
import { answer } from '../problems.ts';
import type { Columns, Condition } from './condition.ts';
import type { Key } from './keys.ts';
import type { Row, Table } from './table.ts';

/**
 * One kind of item. Agent and controller may be one minor release apart, either way. So a release may add fields, which
 * the one before leaves unread and which are optional here with a meaning for items without them. Whatever else must
 * change gets a new format: a release first learns to read it, and only the one after that writes it.
 */
export interface ItemFormat<T> {
  /** For people. */
  readonly what: string;
  readonly format: number;
  readonly schema: z.ZodType<T>;
  /** What conditions compare, taken from the value. */
  readonly columns: (value: T) => Columns;
}

/** Null: there is none. */
export async function readItem<T>(
  table: Table,
  key: Key,
  format: ItemFormat<T>,
  signal: AbortSignal,
): Promise<Result<T | null, Problem>> {
  const rows = await answer(format.what, signal, () => table.read([key], signal));
  if (!rows.ok) return rows;
  const [row] = rows.value;
  return row ? decode(format, row) : ok(null);
}

/** `conflict`: the condition did not hold. */
export async function writeItem<T>(
  table: Table,
  key: Key,
  format: ItemFormat<T>,
  value: T,
  condition: Condition | null,
  signal: AbortSignal,
): Promise<Result<void, Problem>> {
  const row = encode(format, value, table.writer);
  const written = await answer(format.what, signal, () => table.write(key, row, condition, signal));
  if (!written.ok) return written;
  return written.value.taken ? ok(undefined) : fail({ kind: 'conflict', what: format.what });
}

/** @param writer minor version of the skep that writes, e.g. `0.3` */
export function encode<T>(format: ItemFormat<T>, value: T, writer: string): Row {
  return {
    columns: { ...format.columns(value), format: format.format, writer },
    body: JSON.stringify(value),
  };
}

/** What cannot be understood is `unreadable`, never taken for nothing. */
export function decode<T>({ what, format, schema }: ItemFormat<T>, { columns, body }: Row): Result<T, Problem> {
  const unreadable = (detail: string) => fail<Problem>({ kind: 'unreadable', what, detail });
  const by = `skep ${columns.writer ?? '?'} wrote it`;
  if (columns.format !== format)
    return unreadable(`${by} in format ${columns.format ?? 'unknown'}, this one reads ${format}`);
  const read = schema.safeParse(parseJson(body));
  if (read.success) return ok(read.data);
  const [issue] = read.error.issues;
  return unreadable(`${by}; ${issue?.path.join('.')}: ${issue?.message}`);
}

function parseJson(body: Row['body']): unknown {
  try {
    return JSON.parse(typeof body === 'string' ? body : '');
  } catch {
    return null;
  }
}
