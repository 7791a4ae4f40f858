import { type Clock, NO_LONGER } from '../../base/clock.ts';
import type { ClusterName } from '../../model/ids.ts';
import { nextDue } from './advance.ts';
import type { World } from './world.ts';
import type { Cause, WorldStore } from './world-store.ts';

/**
 * Says "look again" when a world of this owner changed through this store, or by itself: it sleeps until the next thing is
 * due, one sleep a world. Changes by other processes are missed; so is everything about a world file that cannot be read.
 */
export function followHints(
  { owner, worlds, clock }: { owner: string; worlds: WorldStore; clock: Clock },
  onHint: (cluster: ClusterName) => void,
  signal: AbortSignal,
): void {
  if (signal.aborted) return;
  const alarms = new Map<ClusterName, AbortController>();

  function setAlarm(cluster: ClusterName): void {
    alarms.get(cluster)?.abort(NO_LONGER);
    alarms.delete(cluster);
    const world = readQuietly(worlds, cluster);
    const due = world?.owner === owner ? nextDue(world) : null;
    if (due === null) return;
    const alarm = new AbortController();
    alarms.set(cluster, alarm);
    clock.sleep(Math.max(1, due - clock.now()), alarm.signal).then(
      () => {
        setAlarm(cluster);
        onHint(cluster);
      },
      () => {}, // the only rejection is our own abort
    );
  }

  function onChange(cluster: ClusterName, cause: Cause): void {
    setAlarm(cluster);
    const isRecord = cause === 'write-record' || cause === 'forget-record';
    if (!isRecord && (readQuietly(worlds, cluster)?.owner ?? owner) === owner) onHint(cluster);
  }

  const unwatch = worlds.watch(onChange);
  signal.addEventListener(
    'abort',
    () => {
      unwatch();
      for (const alarm of alarms.values()) alarm.abort(NO_LONGER);
      alarms.clear();
    },
    { once: true },
  );
  for (const cluster of worlds.list()) setAlarm(cluster);
}

function readQuietly(worlds: WorldStore, cluster: ClusterName): World | null {
  try {
    return worlds.read(cluster);
  } catch {
    return null; // whoever looks at this cluster is told; a hint has nobody to tell
  }
}
