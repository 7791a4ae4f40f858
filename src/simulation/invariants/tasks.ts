import type { DesiredPool } from '../../model/desired.ts';
import { expand } from '../../model/desired.ts';
import { memberOn, removedBy, type Sight, sightsOf } from '../sight.ts';
import { type Broken, type Change, changesOf, type Invariant, isBeingDeleted } from '../trace.ts';

/** S4: a live node is terminated with tasks on it before its drain ended, or `drainTimeout` ran out under `Force`. */
export const S4: Invariant = (trace) =>
  removals(trace, (sight, id, change) => {
    const member = memberOf(sight, id);
    if (member?.state !== 'ready') return null;
    const pool = poolOf(sight, id);
    const since = Number(member.labels['skep.since'] || Number.NaN);
    const ranOutMs =
      (change.look?.observed.now ?? change.before?.at ?? 0) - since - (pool?.rollout.drainTimeoutMs ?? 0);
    const isOver = member.availability === 'drain' && ranOutMs >= 0;
    const awaited = (sight.swarm?.services ?? []).filter((service) => {
      const manner = service.labels['skep.drain'];
      const isForced = manner === 'force' || (manner !== 'wait' && pool?.rollout.onDrainTimeout === 'Force');
      return service.mode === 'replicated' && manner !== 'skip' && !(isForced && isOver);
    });
    const tasks = (sight.swarm?.tasks ?? []).filter(
      (task) => task.nodeId === member.id && task.state === 'running' && awaited.some((s) => s.id === task.serviceId),
    );
    // A pool that is declared no more goes by the spec's own words, which the record still has.
    return tasks.length === 0 || pool === null ? null : `S4 ${id} is terminated with ${tasks.length} tasks on it`;
  });

/** S13: a machine with protected local data is destroyed, unless it was gone already. */
export const S13: Invariant = (trace) =>
  removals(trace, (sight, id) => {
    const member = memberOf(sight, id);
    if (!member || poolOf(sight, id)?.localData !== 'Protect') return null;
    const kept = (sight.swarm?.services ?? []).filter(
      (s) => s.localData.length > 0 && s.labels['skep.data'] !== 'discard' && !s.mode.startsWith('global'),
    );
    const holds = (sight.swarm?.tasks ?? []).some(
      (task) => task.nodeId === member.id && task.state === 'running' && kept.some((s) => s.id === task.serviceId),
    );
    return holds ? `S13 ${id} is destroyed with local data on it` : null;
  });

type Judge = (sight: Sight, id: string, change: Change) => string | null;

function removals(trace: Parameters<Invariant>[0], judge: Judge): readonly Broken[] {
  return changesOf(trace, 'remove-machine').flatMap((change) => {
    if (isBeingDeleted(change)) return [];
    return removedBy(change).flatMap((id) => {
      const found = sightsOf(change).map((sight) => judge(sight, id, change));
      const [first] = found;
      if (!first || found.some((fault) => fault === null)) return [];
      const space = first.indexOf(' ');
      return [{ invariant: first.slice(0, space), at: change.at, why: `${change.cluster}: ${first.slice(space + 1)}` }];
    });
  });
}

function memberOf(sight: Sight, id: string) {
  const machine = sight.machines.find((m) => m.id === id);
  return machine && memberOn(sight, machine);
}

/** As the record declares it; null: it does not (any more). */
function poolOf({ machines, record }: Sight, id: string): DesiredPool | null {
  const name = machines.find((m) => m.id === id)?.pool;
  return record ? (expand(record.spec, record.source).pools.find((pool) => pool.name === name) ?? null) : null;
}
