import type { NodeId } from '../../model/ids.ts';
import type { Member, ServiceView, SwarmView, TaskView } from '../../model/observed.ts';
import { drainManner } from './drain-labels.ts';
import { canHold, isThere, type Room, roomsOf, taken, takesTasks, whyNowhere } from './room.ts';
import { tasksOn } from './tasks-by-node.ts';

/** Which nodes could hold another task of this service as things are. */
export function nodesFor(service: ServiceView, swarm: SwarmView): readonly Member[] {
  return roomsOf(swarm.members.filter(takesTasks), swarm)
    .filter((room) => canHold(room, service))
    .map(({ member }) => member);
}

/** A task that has to go elsewhere. */
export interface Displaced {
  readonly task: TaskView;
  readonly service: ServiceView;
}

/**
 * A node for each displaced task, or null where none is left, by task id. Greedy: who has the fewest places first, then
 * who reserves most, each to where least is left. So it may say that there is no room where a cleverer order would find
 * some, and Docker spreads and may find none where this does. It errs rarely, and then somebody is asked.
 */
export function whereTo(displaced: readonly Displaced[], rooms: readonly Room[]): ReadonlyMap<string, NodeId | null> {
  const tightestFirst = [...rooms].sort(byFree);
  const fitting = new Map<string, readonly Room[]>();
  for (const { service } of displaced) {
    if (!fitting.has(service.id))
      fitting.set(
        service.id,
        tightestFirst.filter((room) => canHold(room, service)),
      );
  }
  const placesOf = ({ service }: Displaced): readonly Room[] => fitting.get(service.id) ?? [];
  const order = [...displaced].sort(
    (a, b) =>
      placesOf(a).length - placesOf(b).length ||
      b.service.reservations.memoryBytes - a.service.reservations.memoryBytes ||
      b.service.reservations.nanoCpus - a.service.reservations.nanoCpus ||
      (a.task.id < b.task.id ? -1 : 1),
  );
  /** Rooms in which something was put meanwhile, as they are now. */
  const changed = new Map<NodeId, Room>();
  return new Map(
    order.map((one) => {
      const untouched = placesOf(one).find(({ member }) => !changed.has(member.id));
      const fits = [...changed.values()].filter((room) => canHold(room, one.service));
      const tightest = [...fits, ...(untouched ? [untouched] : [])].sort(byFree)[0];
      if (tightest) changed.set(tightest.member.id, taken(tightest, one.service));
      return [one.task.id, tightest?.member.id ?? null];
    }),
  );
}

const byFree = (a: Room, b: Room): number =>
  (a.free?.memoryBytes ?? Number.MAX_SAFE_INTEGER) - (b.free?.memoryBytes ?? Number.MAX_SAFE_INTEGER) ||
  (a.free?.nanoCpus ?? Number.MAX_SAFE_INTEGER) - (b.free?.nanoCpus ?? Number.MAX_SAFE_INTEGER) ||
  (a.member.id < b.member.id ? -1 : 1);

export interface Unplaceable {
  readonly service: ServiceView;
  readonly why: string;
}

/**
 * Replicated services with a task on this node that would run nowhere once it is drained, each with the reason. Those that
 * say that a drain need not care (`skep.drain=skip`) are left out. A node that is down has no task that could be stopped.
 * @param leaving who is drained together with it
 */
export function unplaceable(
  member: Member,
  swarm: SwarmView,
  leaving: readonly Member[] = [member],
): readonly Unplaceable[] {
  const gone = new Set([member, ...leaving].filter(({ state }) => state !== 'down').map(({ id }) => id));
  const displaced = displacedFrom(gone, swarm);
  const here = displaced.filter(({ task }) => task.nodeId === member.id);
  if (here.length === 0) return [];
  const rooms = roomsOf(
    swarm.members.filter((m) => takesTasks(m) && !gone.has(m.id)),
    swarm,
  );
  const places = whereTo(
    displaced.filter(({ task, service }) => whyOver(task, service) === null),
    rooms,
  );
  const found = new Map<string, Unplaceable>();
  for (const { task, service } of here) {
    const why =
      whyOver(task, service) ??
      (places.get(task.id) === null ? (whyNowhere(service, rooms) ?? 'all that moves together finds no room') : null);
    if (why !== null && !found.has(service.id)) found.set(service.id, { service, why });
  }
  return [...found.values()];
}

function displacedFrom(nodes: ReadonlySet<NodeId>, swarm: SwarmView): readonly Displaced[] {
  const moved = new Map(
    swarm.services.filter((s) => s.mode === 'replicated' && drainManner(s) !== 'skip').map((s) => [s.id, s]),
  );
  return [...nodes].flatMap((node) =>
    tasksOn(node, swarm).flatMap((task) => {
      const service = moved.get(task.serviceId);
      return service && task.desired === 'running' && isThere(task) ? [{ task, service }] : [];
    }),
  );
}

/** Why Docker makes no other task once this one is stopped; null: it does (swarmkit, orchestrator/restart). */
function whyOver({ restarts }: TaskView, { restart, restartMaxAttempts }: ServiceView): string | null {
  if (restart === 'none') return 'its restart condition is none: a task that is stopped does not come back';
  if (restartMaxAttempts > 0 && restarts >= restartMaxAttempts)
    return `its ${restartMaxAttempts} restart attempts are used up`;
  return null;
}
