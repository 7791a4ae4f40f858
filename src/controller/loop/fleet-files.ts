import type { Clock } from '../../base/clock.ts';
import { describeError, type EventSink } from '../../base/events.ts';
import { describeComplaint } from '../../model/complaint.ts';
import type { IndexFile, SourceFile } from '../../model/fleet-status.ts';
import type { ClusterName } from '../../model/ids.ts';
import type { StatusFile } from '../../model/status.ts';
import type { StatusStore } from '../store/status-files.ts';
import { createNudge } from './nudge.ts';
import type { SourceView } from './source-view.ts';

/** `index.json` and `_source.json`, kept up with what they sum up. */
export interface FleetFiles {
  /** Something they sum up has changed. */
  touch(): void;
  /** Writes them when touched, until `signal` aborts; then once more. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

/** Many statuses change together; a reader of the sum can wait so long. */
const COALESCE_MS = 200;
const HELD = 'DeletionHeld';

export function createFleetFiles(
  directory: string,
  statuses: StatusStore,
  view: () => SourceView | null,
  { clock, sink }: { readonly clock: Clock; readonly sink: EventSink },
): FleetFiles {
  const fleet = new Map<ClusterName, Member>();
  const nudge = createNudge(clock);
  async function write(): Promise<void> {
    try {
      const members = [...fleet.values()].sort((a, b) => (a.row.name < b.row.name ? -1 : 1));
      const clusters = members.map(({ row }) => row);
      await statuses.writeIndex({ apiVersion: 'skep/v1alpha1', kind: 'FleetIndex', clusters });
      const seen = view();
      const held = members.flatMap(({ heldDeletions }) => heldDeletions);
      if (seen) await statuses.writeSource(sourceOf(directory, seen, held));
    } catch (error) {
      sink.emit('SKP415', { what: `of the fleet: ${describeError(error)}` });
    }
  }

  return {
    touch: () => nudge.nudge(),
    async run(signal) {
      const leave = statuses.onChange((cluster, status) => {
        if (status) fleet.set(cluster, memberOf(status));
        else fleet.delete(cluster);
        nudge.nudge();
      });
      for (const status of await statuses.list()) fleet.set(status.metadata.name as ClusterName, memberOf(status));
      while (!signal.aborted) {
        if (!(await nudge.wait(60_000, signal))) continue;
        await clock.sleep(COALESCE_MS, signal).catch(() => {});
        await write();
      }
      leave();
      await write();
    },
  };
}

/** What of a status is summed up. The rest, which may be large, is not kept. */
interface Member {
  readonly row: IndexFile['clusters'][number];
  readonly heldDeletions: SourceFile['heldDeletions'];
}

function memberOf({ metadata: { name }, status }: StatusFile): Member {
  return {
    row: {
      name,
      phase: status.phase,
      provider: status.provider,
      simulated: status.simulated === true,
      declared: status.pools.reduce((sum, pool) => sum + pool.declared, 0),
      ready: status.pools.reduce((sum, pool) => sum + pool.ready, 0),
      because: status.because,
    },
    heldDeletions: status.holds
      .filter(({ reason }) => reason === HELD)
      .map(({ why, release }) => ({ name, why, release })),
  };
}

function sourceOf(directory: string, view: SourceView, heldDeletions: SourceFile['heldDeletions']): SourceFile {
  return {
    apiVersion: 'skep/v1alpha1',
    kind: 'SourceStatus',
    directory,
    commit: view.commit,
    complete: view.complete,
    vanished: view.vanished,
    documents: view.documents.size,
    complaints: [...view.fileComplaints.values()].flat().map(describeComplaint),
    conflicts: [...view.conflicts].map(([name, places]) => ({
      name,
      places: places.map(({ path, line }) => `${path}:${line}`),
    })),
    heldDeletions,
  };
}
