import { ok } from '../../base/result.ts';
import type { ClusterName, MachineId } from '../../model/ids.ts';
import type { ActOn } from './act-on.ts';
import { halt } from './members.ts';
import { gone } from './problems.ts';
import { BOOT_MS, HEAL_MANAGER_MS, HEAL_MS, RESTART_MS, THAW_MS } from './times.ts';
import type { World, WorldMachine } from './world.ts';

/** What happens to machines and what carries them. */
export function createMachineActs({ onWorld, onMachine }: ActOn) {
  function onZone(cluster: ClusterName, zone: string, act: (machine: WorldMachine, world: World) => void) {
    return onWorld(cluster, (world) => {
      for (const machine of world.machines) if (machine.zone === zone) act(machine, world);
      return ok(undefined);
    });
  }
  return {
    /** Its power goes. It can be started again. */
    killMachine: (cluster: ClusterName, id: MachineId) => onMachine(cluster, id, (m) => halt(m, 'exited (137)')),
    /** Somebody shuts it down. */
    stopMachine: (cluster: ClusterName, id: MachineId) => onMachine(cluster, id, (m) => halt(m, 'exited (0)')),
    /** It goes, with its disk. */
    removeMachine: (cluster: ClusterName, id: MachineId) =>
      onMachine(cluster, id, (_machine, world) => {
        world.machines = world.machines.filter((machine) => machine.id !== id);
      }),
    /** The laptop is restarted: all machines stop. */
    stopAll: (cluster: ClusterName) =>
      onWorld(cluster, (world) => {
        for (const machine of world.machines) if (machine.state !== 'made') halt(machine, 'exited (255)');
        return ok(undefined);
      }),
    /** Its processes stand still; nobody can ask it. */
    freeze: (cluster: ClusterName, id: MachineId) =>
      onMachine(cluster, id, (machine) => void Object.assign(machine, { frozen: true })),
    thaw: (cluster: ClusterName, id: MachineId) =>
      onMachine(cluster, id, (machine) => {
        Object.assign(machine, { frozen: false, rejoinMs: { member: THAW_MS, peer: THAW_MS } });
      }),
    /** Its network goes. Machines of one `island` still hear each other. Its engine can still be asked about itself. */
    cutOff: (cluster: ClusterName, id: MachineId, island: string = id) =>
      onMachine(cluster, id, (machine) => void Object.assign(machine, { island })),
    heal: (cluster: ClusterName, id: MachineId) => onMachine(cluster, id, reconnect),
    /** Somebody removed a part of what carries the machines. */
    damageCarriers: (cluster: ClusterName, damage: string) =>
      onWorld(cluster, (world) => {
        if (!world.carriers) return gone('the carriers');
        world.carriers.damage = damage;
        return ok(undefined);
      }),
    /** It was restarted while autolock is on: its engine answers and is in no swarm until somebody unlocks it. */
    lock: (cluster: ClusterName, id: MachineId) =>
      onMachine(cluster, id, (machine, world) => {
        Object.assign(machine, { trouble: 'locked', bootedAt: world.at });
      }),
    unlock: (cluster: ClusterName, id: MachineId) =>
      onMachine(cluster, id, (machine) => {
        delete machine.trouble;
        machine.rejoinMs = { member: RESTART_MS, peer: RESTART_MS };
      }),
    /** Its certificate expired: nobody in the swarm talks to it any more, and its tasks run on. */
    expire: (cluster: ClusterName, id: MachineId) =>
      onMachine(cluster, id, (machine) => {
        machine.trouble = 'expired';
      }),
    /** A whole zone goes dark at once: nothing in it can be started until it is back. */
    loseZone: (cluster: ClusterName, zone: string) =>
      onZone(cluster, zone, (machine, world) => {
        world.darkZones = [...new Set([...(world.darkZones ?? []), zone])];
        if (machine.state !== 'made') halt(machine, 'exited (137)');
      }),
    /** It is back, and so are its machines, by themselves. */
    restoreZone: (cluster: ClusterName, zone: string) =>
      onZone(cluster, zone, (machine, world) => {
        world.darkZones = (world.darkZones ?? []).filter((dark) => dark !== zone);
        if (machine.state === 'stopped')
          Object.assign(machine, { state: 'booting', bootsAt: world.at + BOOT_MS, detail: null });
      }),
    /** A zone's network goes; its machines still hear each other. */
    cutOffZone: (cluster: ClusterName, zone: string) =>
      onZone(cluster, zone, (machine) => void Object.assign(machine, { island: `zone ${zone}` })),
    healZone: (cluster: ClusterName, zone: string) => onZone(cluster, zone, reconnect),
  };
}

function reconnect(machine: WorldMachine): void {
  if (machine.membership) machine.membership.unaware = false;
  Object.assign(machine, { island: null, rejoinMs: { member: HEAL_MS, peer: HEAL_MANAGER_MS } });
}
