import { meetsConstraints } from '../../model/constraints.ts';
import { memberOf } from './reach.ts';
import { constrainedNode } from './view.ts';
import type { WorldService, WorldTask } from './workload.ts';
import { ENGINE_RESOURCES, type WorldMember, type WorldSwarm } from './world.ts';

/** The scheduler: which node may take a task, and which one gets it (swarmkit, manager/scheduler: filters, then spread). */

export const isGlobal = ({ mode }: WorldService): boolean => mode === 'global' || mode === 'global-job';
export const isJob = ({ mode }: WorldService): boolean => mode === 'replicated-job' || mode === 'global-job';

/** It is to run, or to run to its end. */
export const isWanted = ({ desired }: WorldTask): boolean => desired !== 'shutdown';

/** Takes a node's resources and ports. */
const isThere = ({ state }: WorldTask): boolean => state === 'starting' || state === 'running';

export const tasksOf = (swarm: WorldSwarm, service: WorldService): WorldTask[] =>
  swarm.tasks.filter((task) => task.service === service.id);

export function meets(swarm: WorldSwarm, constraints: readonly string[], member: WorldMember): boolean {
  return constraints.length === 0 || meetsConstraints(constraints, constrainedNode(swarm, member));
}

/** Whether its node takes new tasks of this service, room aside. */
export function isOpen(swarm: WorldSwarm, service: WorldService, member: WorldMember): boolean {
  return member.state === 'ready' && member.availability === 'active' && meets(swarm, service.constraints, member);
}

function hasRoom(swarm: WorldSwarm, service: WorldService, member: WorldMember): boolean {
  const here = swarm.tasks.filter((task) => task.node === member.id && isThere(task));
  const own = here.filter((task) => task.service === service.id).length;
  if (service.maxReplicasPerNode > 0 && own >= service.maxReplicasPerNode) return false;
  const neighbours = here.flatMap((task) => swarm.services.find(({ id }) => id === task.service) ?? []);
  if (neighbours.some((other) => other.hostPorts.some((port) => service.hostPorts.includes(port)))) return false;
  const has = member.resources ?? ENGINE_RESOURCES;
  return (['nanoCpus', 'memoryBytes'] as const).every(
    (of) => neighbours.reduce((sum, other) => sum + other.reservations[of], service.reservations[of]) <= has[of],
  );
}

/** The node for a task that has none: with the fewest of its service, then the fewest of all. */
export function nodeFor(swarm: WorldSwarm, service: WorldService, task: WorldTask): WorldMember | undefined {
  const load = (member: WorldMember, of: readonly WorldTask[]) =>
    of.filter((other) => other.node === member.id && isWanted(other)).length;
  const own = tasksOf(swarm, service);
  if (isGlobal(service)) {
    const member = memberOf(swarm, task.slot as WorldMember['id']);
    return member && isOpen(swarm, service, member) && hasRoom(swarm, service, member) ? member : undefined;
  }
  const [best] = swarm.members
    .filter((member) => isOpen(swarm, service, member) && hasRoom(swarm, service, member))
    .map((member) => ({ member, own: load(member, own), all: load(member, swarm.tasks) }))
    .sort((a, b) => a.own - b.own || a.all - b.all || (a.member.hostname < b.member.hostname ? -1 : 1));
  return best?.member;
}
