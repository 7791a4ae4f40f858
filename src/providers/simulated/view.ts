import type { ConstrainedNode } from '../../model/constraints.ts';
import type { NodeId } from '../../model/ids.ts';
import {
  type CarriersView,
  DOCKERS_OPTIONS,
  type EngineView,
  type Machine,
  type Member,
  type ServiceView,
  type SwarmView,
  type TaskView,
} from '../../model/observed.ts';
import { answers, seesLeader, swarmOf } from './reach.ts';
import type { WorldService, WorldTask } from './workload.ts';
import {
  ENGINE_PLATFORM,
  ENGINE_RESOURCES,
  type World,
  type WorldMachine,
  type WorldMember,
  type WorldSwarm,
} from './world.ts';

/** What observers see of a world, in the ports' words. Pure. */

export function viewMachine(world: World, machine: WorldMachine): Machine {
  const { id, pool, zone, address, hash, createdAt, detail } = machine;
  const neverStarted = machine.state === 'made';
  const state = machine.state === 'made' ? 'stopped' : machine.state;
  const frozen = machine.frozen ? 'frozen' : null;
  const engine = answers(machine) ? viewEngine(world, machine) : null;
  return { id, pool, zone, address, hash, state, neverStarted, createdAt, engine, detail: detail ?? frozen };
}

const ALOOF = { nodeId: null, isManager: false, missingImages: [] };
const SAYS = {
  locked: { swarm: 'locked', error: 'Swarm is encrypted and needs to be unlocked before it can be used.' },
  expired: { swarm: 'error', error: 'x509: certificate has expired or is not yet valid' },
} as const;

/** What an engine knows of itself: a manager that was cut off still says that it is one. */
function viewEngine(world: World, machine: WorldMachine): EngineView {
  if (machine.trouble) return { ...ALOOF, version: machine.engineVersion, ...SAYS[machine.trouble] };
  const swarm = swarmOf(world, machine);
  const node = machine.membership?.node ?? machine.joining?.node ?? null;
  const isPeer = swarm?.peers.some((peer) => peer.node === node) ?? false;
  const isManager = isPeer || machine.membership?.unaware === true;
  const alone = swarm !== undefined && isManager && !seesLeader(world, swarm, machine);
  return {
    version: machine.engineVersion,
    swarm: machine.membership ? 'active' : machine.joining ? 'pending' : 'inactive',
    nodeId: node,
    isManager,
    ...(isManager ? { peers: (swarm?.peers ?? []).map((peer) => peer.node).sort() } : {}),
    error: alone ? 'The swarm does not have a leader.' : null,
    missingImages: [],
  };
}

export function viewCarriers({ carriers, machines }: World): CarriersView {
  const leftovers = machines.length + (carriers ? 1 : 0);
  if (!carriers) return { state: 'absent', differences: [], forwardTo: null, leftovers, images: {} };
  const differences = carriers.damage === null ? [] : [carriers.damage];
  const state = carriers.damage === null ? 'ready' : 'partial';
  return { state, differences, forwardTo: carriers.forwardTo, leftovers, images: {} };
}

export const NO_CARRIERS: CarriersView = {
  state: 'absent',
  differences: [],
  forwardTo: null,
  leftovers: 0,
  images: {},
};

export function viewSwarm(swarm: WorldSwarm, through: WorldMachine): SwarmView {
  return {
    id: swarm.id,
    version: swarm.version,
    through: through.id,
    members: swarm.members.map((member) => viewMember(swarm, member)),
    services: swarm.services.map(viewService),
    tasks: swarm.tasks.filter(isCurrent).map((task) => viewTask(swarm, task)),
    rootRotationInProgress: swarm.rotating ?? false,
    init: swarm.init,
    options: swarm.options ?? DOCKERS_OPTIONS,
  };
}

function viewMember(swarm: WorldSwarm, member: WorldMember): Member {
  const { id, version, hostname, address, role, availability, state, labels, engineVersion } = member;
  return {
    id,
    version,
    hostname,
    address,
    role,
    availability,
    state,
    manager: viewManager(swarm, id),
    labels,
    engineVersion,
    resources: member.resources ?? ENGINE_RESOURCES,
    engineLabels: member.engineLabels ?? {},
    platform: ENGINE_PLATFORM,
  };
}

/** What constraints are compared with. */
export function constrainedNode(swarm: WorldSwarm, member: WorldMember): ConstrainedNode {
  const { id, hostname, address, labels } = member;
  const manager = viewManager(swarm, id);
  return { id, hostname, address, labels, manager, engineLabels: member.engineLabels ?? {}, platform: ENGINE_PLATFORM };
}

function viewManager(swarm: WorldSwarm, node: NodeId): Member['manager'] {
  const peer = swarm.peers.find((other) => other.node === node);
  if (!peer) return null;
  return { leader: swarm.leader === node, reachability: peer.reachable ? 'reachable' : 'unreachable' };
}

function viewService({ jobMs: _, update, ...service }: WorldService): ServiceView {
  return { ...service, updating: update !== null };
}

/** As on real engines: what is done, and what was on nodes that are gone, is not looked at any more. */
const isCurrent = ({ state, node, desired }: WorldTask): boolean =>
  state !== 'complete' && (node !== null || desired !== 'shutdown');

function viewTask(swarm: WorldSwarm, task: WorldTask): TaskView {
  const { id, service, node, desired, state, detail } = task;
  const isLimited = swarm.services.some((other) => other.id === service && other.restartMaxAttempts > 0);
  return { id, serviceId: service, nodeId: node, desired, state, detail, restarts: isLimited ? task.restarts : 0 };
}
