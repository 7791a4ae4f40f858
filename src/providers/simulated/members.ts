import type { NodeId } from '../../model/ids.ts';
import { bump } from './raft.ts';
import { answers, carrierOf, hearsOf } from './reach.ts';
import { DOWN_MS, FIRST_SESSION_MS, RESTART_MS } from './times.ts';
import { nextId, type World, type WorldMachine, type WorldMember, type WorldSwarm } from './world.ts';

/** Machines boot, join and are heard of. Each function but `halt` says whether it changed something. */

export function halt(machine: WorldMachine, detail: string): void {
  Object.assign(machine, { state: 'stopped', bootsAt: null, frozen: false, joining: null, detail });
}

export function settleBoots(world: World): boolean {
  let changed = false;
  for (const machine of world.machines) {
    if (machine.state !== 'booting' || machine.bootsAt === null || machine.bootsAt > world.at) continue;
    Object.assign(machine, { state: 'running', bootedAt: machine.bootsAt, bootsAt: null, detail: null });
    machine.rejoinMs = { member: RESTART_MS, peer: RESTART_MS };
    changed = true;
  }
  return changed;
}

/** A join whose time has come goes through as soon as there is a leader that hears the machine. */
export function settleJoins(world: World): boolean {
  let changed = false;
  for (const machine of world.machines) {
    const { joining } = machine;
    if (!joining || joining.joinsAt === null || joining.joinsAt > world.at || !answers(machine)) continue;
    const swarm = world.swarms.find(({ id }) => id === joining.swarm);
    const leader = swarm?.leader ? carrierOf(world, swarm.leader) : undefined;
    if (!swarm || !leader || leader.island !== machine.island) continue;
    admit(world, swarm, machine);
    changed = true;
  }
  return changed;
}

/** Makes the machine a member: as a worker, paused, `unknown` until its first report. */
export function admit(world: World, swarm: WorldSwarm, machine: WorldMachine): WorldMember {
  const { id, address, engineVersion } = machine;
  const member: WorldMember = { ...newMember(world, id), address, engineVersion };
  bump(swarm, member);
  swarm.members.push(member);
  machine.membership = { swarm: swarm.id, node: member.id };
  machine.joining = null;
  return member;
}

export function newMember(world: World, hostname: string): WorldMember {
  return {
    id: nextId(world) as NodeId,
    version: 0,
    hostname,
    address: '10.99.0.1',
    engineVersion: '28.5.2',
    role: 'worker',
    availability: 'pause',
    labels: {},
    state: 'unknown',
    inTouch: true,
    changesAt: world.at + FIRST_SESSION_MS,
    roleAt: null,
  };
}

/** What the leader knows of its members. Without a leader nobody's state changes. */
export function settleMembers(world: World, swarm: WorldSwarm): boolean {
  if (swarm.leader === null) return false;
  let changed = false;
  for (const member of swarm.members) {
    const inTouch = hearsOf(world, swarm, member.id);
    if (inTouch !== member.inTouch) {
      member.inTouch = inTouch;
      const rejoinMs = carrierOf(world, member.id)?.rejoinMs.member ?? 0;
      const back = inTouch && member.state === 'ready';
      member.changesAt = back ? null : world.at + (inTouch ? rejoinMs : DOWN_MS);
      changed = true;
    }
    if (member.changesAt === null || member.changesAt > world.at) continue;
    member.state = member.inTouch ? 'ready' : 'down';
    member.changesAt = null;
    bump(swarm, member);
    changed = true;
  }
  return changed;
}

/** A swarm that no machine is in any more does not exist. */
export function forgetDeserted(world: World): void {
  world.swarms = world.swarms.filter(({ id }) =>
    world.machines.some(({ membership, joining }) => membership?.swarm === id || joining?.swarm === id),
  );
}
