import type { Clock } from '../base/clock.ts';
import type { EventSink } from '../base/events.ts';
import type { Failpoint } from '../base/failpoint.ts';
import type { Declared } from '../model/declared.ts';
import type { ClusterName, ProviderKind } from '../model/ids.ts';
import type { ClusterRecord } from '../model/record.ts';
import type { StatusFile } from '../model/status.ts';
import type { Provider } from '../providers/provider.ts';
import type { DeletionLedger } from './deletion-ledger.ts';
import type { IntentBox } from './take-up-intents.ts';

/** Everything that one pass reaches beyond itself. */
export interface PassPorts {
  readonly providers: Readonly<Record<ProviderKind, Provider>>;
  /** What the directory says of a cluster, given what is on its record. */
  declared(cluster: ClusterName, record: ClusterRecord | null): Promise<Declared>;
  /** Wall time of the listing behind `declared`. */
  listedAt(): number;
  readonly statuses: {
    read(cluster: ClusterName): Promise<StatusFile | null>;
    /** `before`: what was read in this pass. */
    write(cluster: ClusterName, file: StatusFile, before: StatusFile | null): Promise<unknown>;
  };
  readonly intents: IntentBox;
  readonly ledger: DeletionLedger;
  readonly maxDeletions: number;
  readonly owner: string;
  /** This controller's own id and the term under which it leads. */
  readonly id: string;
  readonly term: number;
  /** The back-off, should this pass fail, ms. */
  readonly retryMs: number;
  /** Asked right before each effect: whether the lease is still ours. */
  readonly mayBegin: () => boolean;
  /** Minor version of this skep. */
  readonly writer: string;
  readonly clock: Clock;
  /** With cluster, pass and term on every event. */
  readonly sink: EventSink;
  /** Told what the record is after this pass; null: there is none. */
  readonly noteRecord: (record: ClusterRecord | null) => void;
  readonly failpoint: Failpoint;
}
