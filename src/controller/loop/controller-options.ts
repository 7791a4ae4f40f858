import type { Clock } from '../../base/clock.ts';
import type { EventSink } from '../../base/events.ts';
import type { Random } from '../../base/random.ts';
import type { Complaint } from '../../model/complaint.ts';
import type { ClusterName } from '../../model/ids.ts';
import type { Lease, LeaseStore } from '../../providers/provider.ts';
import type { Inbox } from '../store/inbox.ts';
import type { StatusStore } from '../store/status-files.ts';
import type { RecordsView } from './knowledge.ts';
import type { LeaseTimes } from './lease-times.ts';
import type { PassContext } from './pass-context.ts';
import type { Source } from './source.ts';
import type { RestedCluster } from './until-rest.ts';
import type { WatchFiles } from './watch-files.ts';
import type { Outcome } from './workers.ts';

/** Everything that the composition root builds for the loop. */
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
