import type { NodeId } from '../../model/ids.ts';
import { carrierOf, hearsOf, majorityOf, votersByIsland } from './reach.ts';
import {
  CONTACT_MS,
  DOWN_MS,
  ELECTION_ALONE_MS,
  ELECTION_MS,
  HANDOVER_MS,
  REPORT_MS,
  UNREACHABLE_MS,
} from './times.ts';
import type { World, WorldMember, WorldSwarm } from './world.ts';

/**
 * Raft as far as one can see it from outside: who leads, who is reachable, who is a peer. A change of `world` only when
 * its time has come; each function says whether it changed something.
 */

export function bump(swarm: WorldSwarm, member: WorldMember): void {
  swarm.index += 1;
  member.version = swarm.index;
}

/** A leader stays while a majority of all peers, dead ones too, can vote with it. */
export function settleLeader(world: World, swarm: WorldSwarm): boolean {
  const electors = [...votersByIsland(world, swarm).values()].find((v) => v.length >= majorityOf(swarm.peers.length));
  if (swarm.leader !== null && electors?.includes(swarm.leader)) return false;
  const lost = swarm.leader !== null;
  swarm.leader = null;
  if (!electors) {
    swarm.electsAt = null;
    return lost;
  }
  swarm.electsAt ??= world.at + (swarm.peers.length === 1 ? ELECTION_ALONE_MS : ELECTION_MS);
  if (swarm.electsAt > world.at) return lost;
  const met = (node: NodeId) => swarm.peers.some((peer) => peer.node === node && peer.reachable);
  install(world, swarm, electors.find(met) ?? (electors[0] as NodeId));
  return true;
}

/** A new leader knows nobody's state until they report to it. */
export function install(world: World, swarm: WorldSwarm, leader: NodeId): void {
  swarm.leader = leader;
  swarm.electsAt = null;
  for (const member of swarm.members) {
    if (member.state === 'down') continue;
    member.state = 'unknown';
    member.inTouch = hearsOf(world, swarm, member.id);
    member.changesAt = world.at + (member.inTouch ? REPORT_MS : DOWN_MS);
    bump(swarm, member);
  }
}

/** What the leader shows of its peers, which lags behind what is. */
export function settlePeers(world: World, swarm: WorldSwarm): boolean {
  if (swarm.leader === null) return false;
  let changed = false;
  for (const peer of swarm.peers) {
    const inTouch = hearsOf(world, swarm, peer.node);
    if (inTouch !== peer.inTouch) {
      peer.inTouch = inTouch;
      const rejoinMs = carrierOf(world, peer.node)?.rejoinMs.peer ?? 0;
      peer.changesAt = peer.reachable === inTouch ? null : world.at + (inTouch ? rejoinMs : UNREACHABLE_MS);
      changed = true;
    }
    if (peer.node === swarm.leader && !peer.reachable) peer.changesAt = world.at;
    if (peer.changesAt === null || peer.changesAt > world.at) continue;
    peer.reachable = peer.inTouch;
    peer.changesAt = null;
    changed = true;
  }
  return changed;
}

/** Wanted roles take effect: a promoted member becomes a peer once it is heard of, a demoted one stops being one. */
export function settleRoles(world: World, swarm: WorldSwarm): boolean {
  let changed = false;
  for (const member of swarm.members) {
    if (swarm.leader === null || member.roleAt === null || member.roleAt > world.at) continue;
    const isPeer = swarm.peers.some((peer) => peer.node === member.id);
    if (member.role === 'manager' && !isPeer) {
      if (!hearsOf(world, swarm, member.id)) continue;
      swarm.peers.push({ node: member.id, reachable: false, inTouch: true, changesAt: world.at + CONTACT_MS });
    }
    if (member.role === 'worker' && isPeer) {
      if (!canLosePeer(swarm, member.id)) continue;
      swarm.peers = swarm.peers.filter((peer) => peer.node !== member.id);
      const membership = carrierOf(world, member.id)?.membership;
      if (membership && !hearsOf(world, swarm, member.id)) membership.unaware = true;
      if (swarm.leader === member.id) {
        swarm.leader = null;
        swarm.electsAt = world.at + HANDOVER_MS;
      }
    }
    member.roleAt = null;
    bump(swarm, member);
    changed = true;
  }
  return changed;
}

/** What swarmkit asks before it lets a peer go: would the others still be a majority of what is left? */
export function canLosePeer(swarm: WorldSwarm, node: NodeId): boolean {
  const others = swarm.peers.filter((peer) => peer.node !== node);
  return others.filter((peer) => peer.reachable).length >= majorityOf(others.length);
}
