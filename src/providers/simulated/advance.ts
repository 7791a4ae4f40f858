import { forgetDeserted, settleBoots, settleJoins, settleMembers } from './members.ts';
import { settleLeader, settlePeers, settleRoles } from './raft.ts';
import { settleTasks } from './tasks.ts';
import type { World } from './world.ts';

/**
 * Lets everything happen that is due until `now`, each at its own time, so that the result does not depend on how often
 * anybody looked. Changes the world it is given; the same world and time give the same result. When `now` lies before
 * `world.at` (a wall clock was set back) nothing happens until it has caught up.
 */
export function advance(world: World, now: number): void {
  for (let due = nextDue(world); due !== null && due <= now; due = nextDue(world)) {
    world.at = due;
    settle(world);
  }
  world.at = Math.max(world.at, now);
}

/** Draws every conclusion of a change made at `world.at`. To be called after each. */
export function settle(world: World): void {
  for (let changed = true; changed; ) {
    changed = settleBoots(world);
    changed = settleJoins(world) || changed;
    for (const swarm of world.swarms) {
      changed = settleLeader(world, swarm) || changed;
      changed = settleRoles(world, swarm) || changed;
      changed = settlePeers(world, swarm) || changed;
      changed = settleMembers(world, swarm) || changed;
    }
  }
  forgetDeserted(world);
  for (const swarm of world.swarms) settleTasks(world, swarm);
}

/** When the next thing happens by itself, wall time in ms; null: nothing will. */
export function nextDue(world: World): number | null {
  const times: (number | null | undefined)[] = world.machines.flatMap((m) => [m.bootsAt, m.joining?.joinsAt]);
  for (const swarm of world.swarms) {
    times.push(swarm.electsAt);
    for (const member of swarm.members) times.push(member.changesAt, member.roleAt);
    for (const { changesAt } of [...swarm.peers, ...swarm.tasks]) times.push(changesAt);
    for (const { update } of swarm.services) times.push(update?.until);
  }
  const ahead = times.filter((time): time is number => typeof time === 'number' && time > world.at);
  return ahead.length === 0 ? null : Math.min(...ahead);
}
