import type { Clock } from '../../base/clock.ts';
import { describeError, type EventSink } from '../../base/events.ts';
import type { Declared } from '../../model/declared.ts';
import type { ClusterName } from '../../model/ids.ts';
import type { ClusterRecord } from '../../model/record.ts';
import type { Inbox, PendingIntent } from '../store/inbox.ts';
import { type Accepted, declaredFor, nextAbsences, noAbsences } from './absence.ts';
import { createLaggingGuard } from './lagging.ts';
import type { PassContext } from './pass-context.ts';
import type { Source } from './source.ts';
import { emitSourceChanges } from './source-events.ts';
import type { SourceView } from './source-view.ts';
import type { Priority } from './work-queue.ts';

export interface RecordsView {
  readonly records: readonly ClusterRecord[];
  /** Clusters whose record is there and cannot be understood. */
  readonly unreadable: readonly ClusterName[];
  /** What could not be listed, for people; null: all was. */
  readonly missing: string | null;
}

export interface KnowledgeOptions {
  readonly source: Source;
  readonly inbox: Inbox;
  /** Every provider's records of this owner. What could not be asked is left out and named. */
  readonly records: (signal: AbortSignal) => Promise<RecordsView>;
  readonly deletionGraceMs: number;
  readonly clock: Clock;
  readonly sink: EventSink;
  readonly enqueue: (cluster: ClusterName, priority: Priority) => void;
}

/** What one holder of the lease knows of the directory, the records and the operators' words. */
export interface Knowledge {
  /** Looks at all of it, and enqueues the clusters for which something changed. Never rejects. */
  look(signal: AbortSignal): Promise<void>;
  lookAtRecords(signal: AbortSignal): Promise<void>;
  view(): SourceView | null;
  /** Everything that is declared, recorded, or spoken of. */
  clusters(): ReadonlySet<ClusterName>;
  /** Whether it is one of them; asked for each pass and hint. */
  knows(cluster: ClusterName): boolean;
  /** What the last listing says, for the whole of one pass. */
  snapshot(cluster: ClusterName): Pick<PassContext, 'declared' | 'listedAt'>;
  intents(cluster: ClusterName): readonly PendingIntent[];
  /** When the next absence can settle, ms from now; null: none is waiting for it. */
  settlesInMs(): number | null;
  highestTerm(): number;
  noteRecord(cluster: ClusterName, record: ClusterRecord | null): void;
  noteIntentDone(id: string): void;
}

export function createKnowledge(options: KnowledgeOptions): Knowledge {
  const { source, inbox, deletionGraceMs, clock, sink, enqueue } = options;
  const lagging = createLaggingGuard(source, sink);
  let view: SourceView | null = null;
  let tracker = noAbsences;
  let records = new Map<ClusterName, ClusterRecord>();
  let unreadable: readonly ClusterName[] = [];
  let intents: readonly PendingIntent[] = [];
  /** What was said of each cluster when it was last enqueued. */
  let told = new Map<ClusterName, { readonly kind: string; readonly place: string }>();

  const acceptedOf = (record: ClusterRecord): Accepted => ({ ...record.source, name: record.cluster });

  async function lookAtRecords(signal: AbortSignal): Promise<void> {
    try {
      const { records: listed, missing, ...rest } = await options.records(signal);
      unreadable = rest.unreadable;
      if (missing) sink.emit('SKP411', { what: missing });
      // What could not be asked is remembered: a provider that is down does not make its clusters strangers.
      const kept = missing ? [...records.values()] : [];
      records = new Map([...kept, ...listed].map((record) => [record.cluster, record]));
    } catch (error) {
      if (!signal.aborted) sink.emit('SKP411', { what: describeError(error) });
    }
  }

  async function lookAtIntents(): Promise<void> {
    const known = new Set(intents.map(({ intent }) => intent.id));
    intents = await inbox.list();
    for (const { cluster, intent } of intents) if (!known.has(intent.id)) enqueue(cluster, 'spec');
  }

  async function look(signal: AbortSignal): Promise<void> {
    try {
      await lookAtIntents();
      const before = view;
      const next = await source.list();
      const isGone = [...(before?.documents.keys() ?? [])].some((name) => !next.documents.has(name));
      if (before === null || isGone) await lookAtRecords(signal);
      const living = [...records.values()].filter((record) => record.deletion === null);
      tracker = nextAbsences(tracker, next, living.map(acceptedOf), deletionGraceMs);
      view = next;
      emitSourceChanges(before, next, sink);
      tell();
    } catch (error) {
      sink.emit('SKP412', { what: describeError(error), stack: error instanceof Error ? error.stack : undefined });
    }
  }

  function tell(): void {
    const next: typeof told = new Map();
    const { commit } = listing();
    for (const cluster of clusters()) {
      const record = records.get(cluster) ?? null;
      const declared = listed(cluster)(record);
      const { kind, place: where } = summary(declared);
      // Another commit may release what an older one held, or hold it.
      const place = `${commit} ${where}`;
      const before = told.get(cluster);
      // A controller that begins finds most documents as they were accepted: they wait behind those that changed.
      if (before === undefined && isAccepted(declared, record)) enqueue(cluster, 'resync');
      else if (before?.kind !== kind) enqueue(cluster, 'spec');
      else if (before.place !== place) enqueue(cluster, 'resync');
      next.set(cluster, { kind, place });
    }
    for (const cluster of told.keys()) if (!next.has(cluster)) enqueue(cluster, 'spec');
    told = next;
  }

  /** What the last listing says by itself, whatever commit it is of. */
  function listed(cluster: ClusterName): (record: ClusterRecord | null) => Declared {
    const [seen, known] = [listing(), tracker];
    return (record) => declaredFor(cluster, seen, known, record ? acceptedOf(record) : null, deletionGraceMs);
  }

  function snapshot(cluster: ClusterName): Pick<PassContext, 'declared' | 'listedAt'> {
    const [{ listedAt, commit }, declared] = [listing(), listed(cluster)];
    return { listedAt, declared: (record) => lagging.heed(declared(record), record, commit) };
  }

  function listing(): SourceView {
    if (!view) throw new Error('nothing was listed yet');
    return view;
  }

  function clusters(): ReadonlySet<ClusterName> {
    const known = [...records.keys(), ...unreadable, ...intents.map(({ cluster }) => cluster)];
    if (!view) return new Set(known);
    const { documents, brokenNames, conflicts } = view;
    return new Set([...documents.keys(), ...brokenNames.keys(), ...conflicts.keys(), ...known]);
  }

  return {
    look,
    lookAtRecords,
    view: () => view,
    clusters,
    knows: (cluster) =>
      records.has(cluster) ||
      (view !== null &&
        (view.documents.has(cluster) || view.brokenNames.has(cluster) || view.conflicts.has(cluster))) ||
      unreadable.includes(cluster) ||
      intents.some((pending) => pending.cluster === cluster),
    snapshot,
    intents: (cluster) => intents.filter((pending) => pending.cluster === cluster),
    settlesInMs() {
      if (!view?.complete) return null;
      const waiting = [...tracker.missed].filter(([name, missed]) => records.has(name) && !missed.settled);
      const settleAt = waiting.map(([, missed]) => missed.firstMono + deletionGraceMs);
      return settleAt.length > 0 ? Math.max(0, Math.min(...settleAt) - clock.monotonic()) : null;
    },
    highestTerm: () => Math.max(0, ...[...records.values()].map(({ term }) => term)),
    noteRecord(cluster, record) {
      if (record) records.set(cluster, record);
      else records.delete(cluster);
    },
    noteIntentDone(id) {
      intents = intents.filter(({ intent }) => intent.id !== id);
    },
  };
}

const isAccepted = (declared: Declared, record: ClusterRecord | null): boolean =>
  declared.kind === 'document' && declared.desired.specHash === record?.specHash;

/** `kind`: what matters to the cluster itself. `place`: what matters to its status only. */
function summary(declared: Declared): { kind: string; place: string } {
  switch (declared.kind) {
    case 'document':
      return { kind: declared.desired.specHash, place: JSON.stringify(declared.desired.source) };
    case 'broken':
      return { kind: 'broken', place: JSON.stringify(declared.complaints) };
    case 'conflict':
      return { kind: 'conflict', place: JSON.stringify(declared.places) };
    case 'absent': {
      const { settled, suspicion, firstMissedAt } = declared.absence;
      return { kind: `absent ${settled} ${suspicion}`, place: `${firstMissedAt}` };
    }
  }
}
