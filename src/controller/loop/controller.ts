import type { Clock } from '../../base/clock.ts';
import { describeError, type EventSink } from '../../base/events.ts';
import type { Random } from '../../base/random.ts';
import type { Complaint } from '../../model/complaint.ts';
import type { ClusterName } from '../../model/ids.ts';
import type { ControllerFile } from '../../model/status.ts';
import type { Lease, LeaseStore } from '../../providers/provider.ts';
import type { Inbox } from '../store/inbox.ts';
import type { StatusStore } from '../store/status-files.ts';
import type { RecordsView } from './knowledge.ts';
import { type Leadership, runLeader } from './lease.ts';
import { LEASE_TIMES, type LeaseTimes } from './lease-times.ts';
import type { PassContext } from './pass-context.ts';
import type { Source } from './source.ts';
import { runTerm } from './term.ts';
import type { RestedCluster } from './until-rest.ts';
import type { WatchFiles } from './watch-files.ts';
import type { Outcome } from './workers.ts';

export interface ControllerOptions {
  readonly owner: string;
  /** Who we are: new for each process. */
  readonly id: string;
  readonly pid: number;
  readonly version: string;
  /** As people know it; shown in `_source.json`. */
  readonly specsDirectory: string;
  readonly source: Source;
  readonly watch: WatchFiles;
  readonly statuses: StatusStore;
  readonly inbox: Inbox;
  readonly lease: LeaseStore & { isInPlace(): boolean };
  readonly leaseTimes?: LeaseTimes;
  readonly records: (signal: AbortSignal) => Promise<RecordsView>;
  /** One pass. Must return soon after `stopping` aborts; throws only when this program is wrong. */
  readonly reconcile: (cluster: ClusterName, context: PassContext) => Promise<Outcome>;
  /** All providers' hints, until the signal aborts. */
  readonly hints: (onHint: (cluster: ClusterName) => void, signal: AbortSignal) => void;
  readonly onStandby?: (lease: Lease) => void;
  /** Passes at once. */
  readonly workers: number;
  readonly resyncMs: number;
  /** How often the specs directory is listed without a hint. */
  readonly relistMs: number;
  readonly deletionGraceMs: number;
  /** End when every cluster has come to rest. */
  readonly once: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly sink: EventSink;
}

export type ControllerEnd =
  | { readonly kind: 'stopped' }
  /** `--once`: how each cluster rests, and what is wrong with the directory. */
  | {
      readonly kind: 'rested';
      readonly clusters: readonly RestedCluster[];
      readonly complaints: readonly Complaint[];
      readonly vanished: boolean;
    };

const BEAT_MS = 5_000;

/**
 * Keeps the clusters while it holds the lease, stands by while another does. Ends within 5 s of `signal`'s abort, or
 * by itself with `once`. Never rejects for trouble in the world.
 */
export async function runController(options: ControllerOptions, signal: AbortSignal): Promise<ControllerEnd> {
  const { lease, clock, random, sink, id, leaseTimes = LEASE_TIMES } = options;
  const startedAt = clock.now();
  let result: ControllerEnd = { kind: 'stopped' };
  sink.emit('SKP407', { id, owner: options.owner });
  await runLeader(
    {
      store: lease,
      isInPlace: () => lease.isInPlace(),
      id,
      clock,
      random,
      sink,
      times: leaseTimes,
      highestTerm: () => readHighestTerm(options, signal),
      onStandby: (seen) => options.onStandby?.(seen),
      onLeading,
    },
    signal,
  );
  sink.emit('SKP408', { id });
  return result;

  async function onLeading(leadership: Leadership): Promise<void> {
    const ended = new AbortController();
    const beating = beat(leadership, ended.signal);
    try {
      const end = await runTerm(options, leadership);
      if (end) result = end;
    } finally {
      ended.abort();
      await beating;
    }
    // After a lost lease the file is another's.
    if (signal.aborted || result.kind === 'rested') await writeBeat('stopped', leadership.term);
  }

  async function beat(leadership: Leadership, ended: AbortSignal): Promise<void> {
    while (!ended.aborted) {
      if (!leadership.signal.aborted) await writeBeat('leading', leadership.term);
      await clock.sleep(BEAT_MS, ended).catch(() => {});
    }
  }

  async function writeBeat(role: ControllerFile['role'], term: number): Promise<void> {
    const { owner, pid, version } = options;
    const at = { startedAt: new Date(startedAt).toISOString(), beatAt: new Date(clock.now()).toISOString() };
    const file = { apiVersion: 'skep/v1alpha1', kind: 'ControllerStatus', owner, id, pid, version, role, term, ...at };
    await options.statuses
      .writeController(file as ControllerFile)
      .catch((error) => sink.emit('SKP415', { what: `of the controller: ${describeError(error)}` }));
  }
}

/** Of what can be asked now: statuses carry it too, should the lease and a provider be away together. */
async function readHighestTerm({ records, statuses }: ControllerOptions, signal: AbortSignal): Promise<number> {
  const listed = await records(signal).catch(() => ({ records: [] }));
  const written = (await statuses.list()).map(({ status }) => status.controller?.term ?? 0);
  return Math.max(0, ...listed.records.map(({ term }) => term), ...written);
}
