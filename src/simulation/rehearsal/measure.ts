import type { ClusterSpec } from '../../model/cluster-spec/schema.ts';
import { specHashOf } from '../../model/desired.ts';
import type { HoldReason } from '../../model/hold.ts';
import type { Phase, StatusFile } from '../../model/status.ts';
import { PATHS } from '../simulation.ts';
import type { Story } from '../story.ts';
import { changesOf, type Trace } from '../trace.ts';
import type { Sample } from './samples.ts';

/** What one schedule of a rehearsal came to. */
export interface Measured {
  /** From when the last version stood there until all was as it says, ms; null: never. */
  readonly convergedMs: number | null;
  readonly steps: number;
  readonly lowestMargin: number | null;
  /** Lowest number of running tasks once a service had all that it should. */
  readonly least: ReadonlyMap<string, { readonly running: number; readonly wanted: number }>;
  readonly holds: ReadonlySet<HoldReason>;
  readonly end: Phase;
}

export function measure(
  story: Story,
  trace: Trace,
  samples: readonly Sample[],
  versions: readonly ClusterSpec[],
): Measured {
  const statuses = statusesIn(trace);
  const last = versions.at(-1);
  const lastHash = last ? specHashOf(last) : null;
  const beganAt = story.events.findLast(({ what }) => what.kind === 'edit')?.at ?? 0;
  const isReached = ({ status }: StatusFile): boolean =>
    status.phase === 'Ready' && status.specHash === lastHash && status.observedSpecHash === lastHash;
  const reached = statuses.find(({ at, file }) => at >= beganAt && isReached(file));
  const firstReady = statuses.find(({ file }) => file.status.phase === 'Ready')?.at ?? Number.POSITIVE_INFINITY;
  const margins = samples.flatMap(({ at, margin }) => (at >= firstReady && margin !== null ? [margin] : []));
  return {
    convergedMs: reached ? reached.at - beganAt : null,
    steps: changesOf(trace).filter(({ cause }) => cause !== 'write-record').length,
    lowestMargin: margins.length > 0 ? Math.min(...margins) : null,
    least: leastOf(samples),
    holds: new Set(statuses.flatMap(({ file }) => file.status.holds.map(({ reason }) => reason as HoldReason))),
    end: statuses.at(-1)?.file.status.phase ?? 'Pending',
  };
}

function statusesIn({ entries }: Trace): readonly { readonly at: number; readonly file: StatusFile }[] {
  return entries.flatMap((entry) => {
    if (entry.kind !== 'status' || !/\/[a-z0-9][^/]*\.json$/.test(entry.path)) return [];
    const file = JSON.parse(entry.text) as StatusFile | { kind: string };
    return file.kind === 'ClusterStatus' && entry.path.startsWith(PATHS.status)
      ? [{ at: entry.at, file: file as StatusFile }]
      : [];
  });
}

function leastOf(samples: readonly Sample[]): Measured['least'] {
  const least = new Map<string, { running: number; wanted: number }>();
  for (const { services } of samples) {
    for (const [name, { running, wanted }] of services) {
      const before = least.get(name);
      // Until it first had all its tasks it was only being deployed.
      if (before || running === wanted)
        least.set(name, { running: Math.min(running, before?.running ?? running), wanted });
    }
  }
  return least;
}
