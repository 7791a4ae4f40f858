import type { EventSink } from '../base/events.ts';
import type { Result } from '../base/result.ts';
import type { ClusterName } from '../model/ids.ts';
import type { Problem } from '../model/problem.ts';
import type { ClusterRecord, Intent } from '../model/record.ts';
import type { Provider } from '../providers/provider.ts';
import { otherWriter } from './plan/other-writer.ts';

/** Where commands leave intents for the holder of the lease. */
export interface IntentBox {
  /** Intents left for this cluster, oldest first. */
  waiting(cluster: ClusterName): Promise<readonly Intent[]>;
  /** They stand on the record now, or are for nobody. */
  settle(cluster: ClusterName, ids: readonly string[]): Promise<void>;
}

interface Taker {
  readonly intents: IntentBox;
  readonly owner: string;
  readonly term: number;
  readonly writer: string;
  readonly mayBegin: () => boolean;
  /** False: no document speaks of the cluster. Without a record it does not exist then. */
  readonly mayBeBorn: boolean;
  readonly sink: EventSink;
}

/**
 * Moves intents from the box onto the cluster's record, which outlives every database, and only then out of the box.
 * A crash in between takes them up again: they are told apart by id. Of a cluster that is to be born they stay in the
 * box; of one that does not exist they are dropped, and that is said.
 */
export async function takeUpIntents(
  cluster: ClusterName,
  provider: Provider | null,
  read: Result<ClusterRecord | null, Problem>,
  taker: Taker,
  signal: AbortSignal,
): Promise<Result<ClusterRecord | null, Problem>> {
  const waiting = await taker.intents.waiting(cluster);
  if (waiting.length === 0 || !read.ok || !taker.mayBegin()) return read;
  const ids = waiting.map((i) => i.id);
  if (read.value === null && !taker.mayBeBorn) {
    for (const { kind, by } of waiting) taker.sink.emit('SKP307', { cluster, what: `${kind} by ${by}` });
    await taker.intents.settle(cluster, ids);
  }
  if (provider === null || read.value === null) return read;
  if (otherWriter(read.value, taker)) return read;
  const record = read.value;
  const known = new Set(record.intents.map((i) => i.id));
  const fresh = waiting.filter((i) => !known.has(i.id));
  const next: ClusterRecord = {
    ...record,
    intents: [...record.intents, ...fresh],
    revision: record.revision + 1,
    term: taker.term,
    writer: taker.writer,
  };
  if (fresh.length > 0) {
    const swapped = await provider.records.swap(cluster, record.revision, next, signal);
    if (!swapped.ok) return swapped;
  }
  await taker.intents.settle(cluster, ids);
  for (const { kind, by } of fresh) taker.sink.emit('SKP306', { cluster, what: `${kind} by ${by}` });
  return { ok: true, value: fresh.length > 0 ? next : record };
}
