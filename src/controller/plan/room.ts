import { meetsConstraints } from '../../model/constraints.ts';
import type { NodeId } from '../../model/ids.ts';
import type { Member, Resources, ServiceView, SwarmView, TaskView } from '../../model/observed.ts';
import { tasksOn } from './tasks-by-node.ts';

/** What a node has left for further tasks. */
export interface Room {
  readonly member: Member;
  /** Null: the engine does not say what it has, and nothing is held against it. */
  readonly free: Resources | null;
  readonly hostPorts: ReadonlySet<string>;
  /** Tasks there, by service id. */
  readonly tasks: ReadonlyMap<string, number>;
}

/** Whether new tasks may be put there. `unknown` is normal after a leader change and never counted as bad. */
export const takesTasks = ({ availability, state }: Member): boolean =>
  availability === 'active' && (state === 'ready' || state === 'unknown');

/** A task that still has its place on a node: its resources and ports, as swarmkit counts them (scheduler/nodeinfo.go). */
export const isThere = ({ state }: TaskView): boolean => !ENDED.has(state);
const ENDED = new Set(['complete', 'shutdown', 'failed', 'rejected', 'remove', 'orphaned']);

/**
 * What nodes have left. Each task is taken to reserve what its service does now, though an older one may reserve what it
 * did then.
 */
export function roomsOf(candidates: readonly Member[], swarm: SwarmView): readonly Room[] {
  const before = known.get(swarm.tasks);
  const { services, rooms } = before?.of === swarm.services ? before : roomsAnew(swarm);
  return candidates.map((member) => {
    const room = rooms.get(member) ?? roomBeside(member, servicesOn(member.id, services, swarm));
    rooms.set(member, room);
    return room;
  });
}

type ById = ReadonlyMap<string, ServiceView>;
interface Rooms {
  readonly of: readonly ServiceView[];
  readonly services: ById;
  readonly rooms: WeakMap<Member, Room>;
}
/** Views never change, so the room beside the same tasks is found once for each member. */
const known = new WeakMap<readonly TaskView[], Rooms>();

function roomsAnew({ services, tasks }: SwarmView): Rooms {
  const anew = { of: services, services: new Map(services.map((s) => [s.id, s])), rooms: new WeakMap<Member, Room>() };
  known.set(tasks, anew);
  return anew;
}

const servicesOn = (node: NodeId, services: ById, swarm: SwarmView): readonly ServiceView[] =>
  tasksOn(node, swarm).flatMap((task) => (isThere(task) ? (services.get(task.serviceId) ?? []) : []));

function roomBeside(member: Member, services: readonly ServiceView[]): Room {
  const tasks = new Map<string, number>();
  for (const { id } of services) tasks.set(id, (tasks.get(id) ?? 0) + 1);
  const left = (of: keyof Resources): number =>
    services.reduce((sum, s) => sum - s.reservations[of], member.resources[of]);
  const isTold = member.resources.nanoCpus > 0 || member.resources.memoryBytes > 0;
  return {
    member,
    free: isTold ? { nanoCpus: left('nanoCpus'), memoryBytes: left('memoryBytes') } : null,
    hostPorts: new Set(services.flatMap(({ hostPorts }) => hostPorts)),
    tasks,
  };
}

/** The room that is left once a task of this service is there. */
export function taken(room: Room, { id, reservations, hostPorts }: ServiceView): Room {
  return {
    member: room.member,
    free: room.free && {
      nanoCpus: room.free.nanoCpus - reservations.nanoCpus,
      memoryBytes: room.free.memoryBytes - reservations.memoryBytes,
    },
    hostPorts: hostPorts.length > 0 ? new Set([...room.hostPorts, ...hostPorts]) : room.hostPorts,
    tasks: new Map([...room.tasks, [id, (room.tasks.get(id) ?? 0) + 1]]),
  };
}

interface Demand {
  readonly isMet: (room: Room, service: ServiceView) => boolean;
  /** Why no node is left when none meets it. */
  readonly why: (service: ServiceView) => string;
}

/** What a task asks of a node (swarmkit, scheduler/filter.go), the reason that explains most first. */
const DEMANDS: readonly Demand[] = [
  {
    isMet: ({ member }, { constraints }) => meetsConstraints(constraints, member),
    why: ({ constraints }) => `no other node that takes tasks meets ${constraints.join(' and ')}`,
  },
  {
    isMet: ({ free }, { reservations }) =>
      free === null || (reservations.nanoCpus <= free.nanoCpus && reservations.memoryBytes <= free.memoryBytes),
    why: ({ reservations }) => `no other node that it may run on has ${describe(reservations)} left`,
  },
  {
    isMet: ({ hostPorts }, service) => service.hostPorts.every((port) => !hostPorts.has(port)),
    why: ({ hostPorts }) => `host port ${hostPorts.join(', ')} is taken on every other node that it may run on`,
  },
  {
    isMet: ({ tasks }, { id, maxReplicasPerNode }) =>
      maxReplicasPerNode === 0 || (tasks.get(id) ?? 0) < maxReplicasPerNode,
    why: ({ maxReplicasPerNode }) =>
      `every other node that it may run on has its ${maxReplicasPerNode} (max_replicas_per_node)`,
  },
];

export const canHold = (room: Room, service: ServiceView): boolean =>
  DEMANDS.every(({ isMet }) => isMet(room, service));

/** Why none of these nodes can hold a task of this service; null: one can. */
export function whyNowhere(service: ServiceView, rooms: readonly Room[]): string | null {
  if (rooms.length === 0) return 'no other node takes tasks';
  let left = rooms;
  for (const { isMet, why } of DEMANDS) {
    left = left.filter((room) => isMet(room, service));
    if (left.length === 0) return why(service);
  }
  return null;
}

function describe({ nanoCpus, memoryBytes }: Resources): string {
  const cpus = nanoCpus > 0 ? [`${nanoCpus / 1e9} CPUs`] : [];
  const memory = memoryBytes > 0 ? [`${Math.round(memoryBytes / 2 ** 20)} MiB`] : [];
  return [...cpus, ...memory].join(' and ');
}
