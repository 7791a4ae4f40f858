import type { MachineId, NodeId } from '../../model/ids.ts';
import type { World, WorldMachine, WorldMember, WorldSwarm } from './world.ts';

/** Who hears whom. Everything here only reads. */

export function machineOf(world: World, id: MachineId): WorldMachine | undefined {
  return world.machines.find((machine) => machine.id === id);
}

/** The machine whose own engine says that it is this node. */
export function carrierOf(world: World, node: NodeId): WorldMachine | undefined {
  return world.machines.find((machine) => machine.membership?.node === node);
}

export function swarmOf(world: World, machine: WorldMachine): WorldSwarm | undefined {
  return world.swarms.find((swarm) => swarm.id === machine.membership?.swarm);
}

export function memberOf(swarm: WorldSwarm, node: NodeId): WorldMember | undefined {
  return swarm.members.find((member) => member.id === node);
}

/** Its engine answers questions about itself, over the provider's own channel. */
export function answers(machine: WorldMachine): boolean {
  return machine.state === 'running' && !machine.frozen;
}

/** Its swarm agent works: whether others hear it is another question. */
function takesPart(machine: WorldMachine): boolean {
  return answers(machine) && machine.trouble === undefined;
}

export function majorityOf(peers: number): number {
  return Math.floor(peers / 2) + 1;
}

/** Whether the leader hears of this node now. False while there is no leader. */
export function hearsOf(world: World, swarm: WorldSwarm, node: NodeId): boolean {
  const leader = swarm.leader === null ? undefined : carrierOf(world, swarm.leader);
  const machine = carrierOf(world, node);
  if (memberOf(swarm, node)?.outside) return leader !== undefined;
  return leader !== undefined && machine !== undefined && takesPart(machine) && machine.island === leader.island;
}

/** Whether a manager on this machine can have something decided: it is in one island with the leader. */
export function seesLeader(world: World, swarm: WorldSwarm, machine: WorldMachine): boolean {
  return machine.membership !== null && hearsOf(world, swarm, machine.membership.node);
}

/** Peers that run, island by island; those of one island can vote together. */
export function votersByIsland(world: World, swarm: WorldSwarm): Map<string | null, NodeId[]> {
  const islands = new Map<string | null, NodeId[]>();
  for (const { node } of swarm.peers) {
    const machine = carrierOf(world, node);
    if (!machine || !takesPart(machine)) continue;
    islands.set(machine.island, [...(islands.get(machine.island) ?? []), node]);
  }
  return islands;
}
