import { ok, type Result } from '../../base/result.ts';
import type { NodeId, SwarmId } from '../../model/ids.ts';
import type { LiveSwarmOptions, SwarmWish } from '../../model/observed.ts';
import type { Problem } from '../../model/problem.ts';
import { admit } from './members.ts';
import { conflict, leaderless, refused } from './problems.ts';
import { canLosePeer, install } from './raft.ts';
import { memberOf, seesLeader, swarmOf } from './reach.ts';
import { DEMOTE_LEADER_MS, DEMOTE_MS } from './times.ts';
import { nextId, type World, type WorldMachine, type WorldMember, type WorldSwarm } from './world.ts';

/** What a swarm's managers grant and refuse, in swarmkit's words (controlapi). They change the world they are given. */

/** The swarm that this machine speaks for, if it is a manager and sees a leader. */
export function leading(world: World, machine: WorldMachine): Result<WorldSwarm, Problem> {
  const swarm = swarmOf(world, machine);
  const isManager = swarm?.peers.some((peer) => peer.node === machine.membership?.node);
  if (!swarm || !isManager) return conflict(`${machine.id} (it is not a swarm manager)`);
  return seesLeader(world, swarm, machine) ? ok(swarm) : leaderless();
}

/** The founder leads at once. It is paused like everybody who joins: no task starts on an unlabelled node. */
export function found(world: World, machine: WorldMachine, asked: SwarmWish): void {
  const id = nextId(world) as SwarmId;
  const empty = { leader: null, electsAt: null, members: [], peers: [], services: [], tasks: [] };
  const { addressPools, subnetSize, dataPathPort, givenUp: _, ...options } = asked;
  const init = { addressPools, subnetSize, dataPathPort };
  const swarm: WorldSwarm = { id, index: 10, version: 10, init, options, ...empty };
  world.swarms.push(swarm);
  const founder = admit(world, swarm, machine);
  Object.assign(founder, { role: 'manager', state: 'ready', changesAt: null });
  swarm.peers.push({ node: founder.id, reachable: true, inTouch: true, changesAt: null });
  swarm.leader = founder.id;
}

/** Raft forgets every other peer; in the node list they stay, wanted as managers, until somebody removes them. */
export function forceNew(world: World, machine: WorldMachine): Result<void, Problem> {
  const swarm = swarmOf(world, machine);
  const self = swarm?.peers.find((peer) => peer.node === machine.membership?.node);
  if (!swarm || !self) return refused(`${machine.id} is no manager of a swarm`);
  swarm.peers = [{ ...self, reachable: true, inTouch: true, changesAt: null }];
  install(world, swarm, self.node);
  return ok(undefined);
}

export function setOptions(swarm: WorldSwarm, options: LiveSwarmOptions): void {
  swarm.options = { ...options };
  swarm.index += 1;
  swarm.version = swarm.index;
}

export function demote(swarm: WorldSwarm, member: WorldMember, now: number): Result<void, Problem> {
  if (member.role === 'worker') return ok(undefined);
  if (!swarm.peers.some((peer) => peer.node === member.id)) {
    return refused("can't find manager in raft memberlist");
  }
  if (swarm.members.filter(({ role }) => role === 'manager').length === 1) {
    return refused('attempting to demote the last manager of the swarm');
  }
  if (!canLosePeer(swarm, member.id)) {
    return refused("can't remove member from the raft: this would result in a loss of quorum");
  }
  const roleAt = now + (swarm.leader === member.id ? DEMOTE_LEADER_MS : DEMOTE_MS);
  Object.assign(member, { role: 'worker', roleAt });
  return ok(undefined);
}

export function remove(swarm: WorldSwarm, node: NodeId, force: boolean): Result<void, Problem> {
  const member = memberOf(swarm, node);
  if (!member) return ok(undefined);
  if (swarm.peers.some((peer) => peer.node === node)) {
    return refused('node is a cluster manager and is a member of the raft cluster. It must be demoted to worker first');
  }
  if (!force && member.state !== 'down') return refused('node is not down and cannot be removed');
  swarm.members = swarm.members.filter(({ id }) => id !== node);
  return ok(undefined);
}
