import type { EventSink } from '../../base/events.ts';
import type { Declared } from '../../model/declared.ts';
import type { ClusterRecord } from '../../model/record.ts';
import type { PendingIntent } from '../store/inbox.ts';
import type { Priority } from './work-queue.ts';
import type { Outcome } from './workers.ts';

/** What a pass over one cluster is given by the loop. */
export interface PassContext {
  /** New for each pass. */
  readonly pass: string;
  readonly term: number;
  /** Why it was enqueued, at most. */
  readonly priority: Priority;
  /** When this cluster is looked at again if the pass fails, ms after it. */
  readonly retryMs: number;
  /** Aborted: begin no further effect, leave every wait, write the status, return. */
  readonly stopping: AbortSignal;
  /** Aborted some seconds later: let go of calls in flight too. */
  readonly signal: AbortSignal;
  /** Ask right before each effect. */
  mayBegin(): boolean;
  /** What the directory says of this cluster, given what its record says now; null: it has none. */
  declared(record: ClusterRecord | null): Promise<Declared>;
  /** Wall time of the listing behind `declared`, ms since the epoch. */
  readonly listedAt: number;
  /** Operators' words that are not on the record yet. */
  readonly intents: readonly PendingIntent[];
  /** The intent stands on the record, or was found to be for nobody. */
  intentDone(id: string): Promise<void>;
  /** What the record is after this pass; saves the loop from asking. */
  noteRecord(record: ClusterRecord | null): void;
  /** Events with cluster, pass and term on them. */
  readonly sink: EventSink;
}

/** The outcome of `pass`, or of leaving it behind when its signal aborts: a call that ignores that cannot hold up the end. */
export function orCutOff(pass: Promise<Outcome>, { signal, sink }: PassContext): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      sink.emit('SKP410');
      resolve({ nextMs: null, failed: false, rest: null });
    };
    signal.addEventListener('abort', leave, { once: true });
    const arrive = (): void => signal.removeEventListener('abort', leave);
    pass.finally(arrive).then(resolve, reject);
  });
}
