import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { fail, ok, type Result } from '../../../base/result.ts';
import { canonicalJson, sha256 } from '../../../model/hash.ts';
import type { ClusterName, MachineId } from '../../../model/ids.ts';
import type { SwarmView } from '../../../model/observed.ts';
import type { Problem } from '../../../model/problem.ts';
import { readSwarmView } from '../../../model/read-swarm-view.ts';
import { answer } from '../problems.ts';
import { named, problemSchema } from './field-types.ts';
import { type ItemFormat, readItem, writeItem } from './item.ts';
import { viewKey, viewPartKey } from './keys.ts';
import type { Table } from './table.ts';

/** What tells whether anything is new: the only item of a view that is read while nothing changes. */
export interface ViewHead {
  /** The last look that was seen before the swarm was asked. */
  readonly look: number;
  readonly through: MachineId;
  /** Of the view, which equal views share; null: there is none. */
  readonly digest: string | null;
  /** Why there is none. */
  readonly problem: Problem | null;
  /** Names the parts that hold it, `count` of them. */
  readonly parts: string;
  readonly count: number;
  /** When the parts were written, ms since the epoch on the writer's clock. */
  readonly writtenAt: number;
  /** What the bell said. */
  readonly ring: string | null;
}

export const HEAD: ItemFormat<ViewHead> = {
  what: 'the view of the swarm',
  format: 1,
  schema: z.object({
    look: z.int(),
    through: named<MachineId>(),
    digest: z.string().nullable(),
    problem: problemSchema.nullable(),
    parts: z.string(),
    count: z.int(),
    writtenAt: z.number(),
    ring: z.string().nullable(),
  }),
  columns: ({ look, parts }) => ({ look, parts }),
};

/** Null: it is damaged. */
function unpack(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(gunzipSync(bytes).toString());
  } catch {
    return null;
  }
}

/** A whole item may have 400 KB (DynamoDB's quotas); this leaves room for its names. */
const PART_BYTES = 390_000;
/** Parts that nobody came to remove go by themselves; those in use are written anew long before. */
const PART_LIFE_MS = 7 * 86_400_000;
const FRESH_MS = 86_400_000;

export const readHead = (table: Table, cluster: ClusterName, signal: AbortSignal) =>
  readItem(table, viewKey(cluster), HEAD, signal);

/** The view that a head names. `conflict`: it was replaced meanwhile, read the head again. */
export async function readView(
  table: Table,
  cluster: ClusterName,
  { parts, count, problem }: ViewHead,
  signal: AbortSignal,
): Promise<Result<SwarmView, Problem>> {
  if (problem) return fail(problem);
  const keys = Array.from({ length: count }, (_, index) => viewPartKey(cluster, parts, index));
  const rows = await answer(HEAD.what, signal, () => table.read(keys, signal));
  if (!rows.ok) return rows;
  const bytes = rows.value.flatMap((row) => (row && typeof row.body !== 'string' ? [row.body] : []));
  if (bytes.length < count) return fail({ kind: 'conflict', what: HEAD.what });
  const read = viewSchema.safeParse(unpack(Buffer.concat(bytes)));
  if (!read.success) return fail({ kind: 'unreadable', what: HEAD.what, detail: 'it is no view of skep' });
  return ok(readSwarmView(read.data as unknown as SwarmView));
}

/** Checked only so far that `readSwarmView` can add what an older agent does not say. */
const viewSchema = z.looseObject({
  id: z.string(),
  members: z.array(z.looseObject({ id: z.string() })),
  services: z.array(z.looseObject({ id: z.string() })),
  tasks: z.array(z.looseObject({ id: z.string() })),
});

/**
 * A manager says what it sees, or why it sees nothing. A view comes in place of one of the same look or an older one; a
 * problem only of an older one: a manager that was cut off does not hide what its leader sees.
 * @param parts a name that was never used before
 * `conflict`: somebody wrote meanwhile.
 */
export async function writeView(
  table: Table,
  cluster: ClusterName,
  seen: ViewHead | null,
  by: Pick<ViewHead, 'look' | 'through' | 'ring'> & { readonly parts: string; readonly now: number },
  view: Result<SwarmView, Problem>,
  signal: AbortSignal,
): Promise<Result<void, Problem>> {
  const { parts, now, ...rest } = by;
  if (!view.ok) {
    const problem: ViewHead = { ...rest, digest: null, problem: view.problem, parts, count: 0, writtenAt: now };
    return replaceHead(table, cluster, seen, problem, by.look - 1, signal);
  }
  const text = canonicalJson(view.value);
  const digest = sha256(text);
  if (seen?.digest === digest && Math.abs(now - seen.writtenAt) < FRESH_MS)
    return replaceHead(table, cluster, seen, { ...seen, ...rest }, by.look, signal);
  const bytes = gzipSync(text);
  const count = Math.ceil(bytes.length / PART_BYTES);
  const columns = { expires: Math.ceil((now + PART_LIFE_MS) / 1_000) };
  const stored = await answer(HEAD.what, signal, async () => {
    for (let i = 0; i < count; i++) {
      const body = bytes.subarray(i * PART_BYTES, (i + 1) * PART_BYTES);
      await table.write(viewPartKey(cluster, parts, i), { columns, body }, null, signal);
    }
  });
  if (!stored.ok) return stored;
  const next: ViewHead = { ...rest, digest, problem: null, parts, count, writtenAt: now };
  return replaceHead(table, cluster, seen, next, by.look, signal);
}

/** Parts have one head each, so what the replaced one had is nobody's any more; after a lost race the own ones are. */
async function replaceHead(
  table: Table,
  cluster: ClusterName,
  seen: ViewHead | null,
  next: ViewHead,
  atMost: number,
  signal: AbortSignal,
): Promise<Result<void, Problem>> {
  const condition = seen ? { is: { parts: seen.parts }, atMost: { look: atMost } } : { orAbsent: true as const };
  const written = await writeItem(table, viewKey(cluster), HEAD, next, condition, signal);
  if (!written.ok && written.problem.kind !== 'conflict') return written; // whose they are is not known
  const unused = written.ok ? seen : next;
  if (!unused || seen?.parts === next.parts) return written;
  const removed = await answer(HEAD.what, signal, async () => {
    for (let i = 0; i < unused.count; i++) await table.remove(viewPartKey(cluster, unused.parts, i), null, signal);
  });
  return removed.ok ? written : removed;
}
