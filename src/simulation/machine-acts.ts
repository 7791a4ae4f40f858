import type { ClusterName } from '../model/ids.ts';
import type { createActs } from '../providers/simulated/acts.ts';
import type { World, WorldMachine } from '../providers/simulated/world.ts';
import type { Simulation } from './simulation.ts';
import type { Victim, What } from './story.ts';

/** Undoes an act later; null: nothing to undo. */
type Undo = (() => Promise<unknown>) | null;
export interface Performed {
  /** For people. */
  readonly what: string;
  readonly undo?: Undo;
  readonly afterMs?: number | null;
}
export type Acts = ReturnType<typeof createActs>;

type MachineAct = Extract<
  What,
  {
    kind:
      | 'kill'
      | 'stop'
      | 'destroy'
      | 'freeze'
      | 'cut'
      | 'zone'
      | 'restart-all'
      | 'boots'
      | 'joins'
      | 'lock'
      | 'expire'
      | 'carriers';
  }
>;

/** What nature does to machines. */
export async function performOnMachines(
  sim: Simulation,
  acts: Acts,
  c: ClusterName,
  act: MachineAct,
): Promise<Performed> {
  const world = sim.worlds.read(c);
  if (act.kind === 'boots') {
    Object.assign(sim.boots, { how: act.how, left: act.machines });
    return { what: `the next ${act.machines} machines boot ${act.how}` };
  }
  if (act.kind === 'joins') {
    Object.assign(sim.joins, { named: act.named, left: act.machines });
    return { what: `the next ${act.machines} joins are pending for ever` };
  }
  if (act.kind === 'restart-all') {
    await acts.stopAll(c);
    return { what: `${c}: all machines stop` };
  }
  if (act.kind === 'carriers') {
    await acts.damageCarriers(c, 'the network lost a label');
    return { what: `${c}: somebody damages what carries the machines` };
  }
  if (act.kind === 'zone') return onZone(acts, c, world, act);
  const role = 'role' in act ? act.role : 'any';
  const machine = victim(world, role, act.roll);
  if (!machine) return { what: `${c}: no machine to ${act.kind}` };
  const { id } = machine;
  switch (act.kind) {
    case 'kill':
      await acts.killMachine(c, id);
      return { what: `${id} loses its power` };
    case 'stop':
      await acts.stopMachine(c, id);
      return { what: `somebody shuts ${id} down` };
    case 'destroy':
      await acts.removeMachine(c, id);
      return { what: `${id} goes with its disk` };
    case 'freeze':
      await acts.freeze(c, id);
      return { what: `${id} hangs`, undo: () => acts.thaw(c, id), afterMs: act.ms };
    case 'cut':
      await acts.cutOff(c, id);
      return { what: `${id} is cut off`, undo: () => acts.heal(c, id), afterMs: act.ms };
    case 'lock':
      await acts.lock(c, id);
      return { what: `${id} waits for its unlock key`, undo: () => acts.unlock(c, id), afterMs: act.ms };
    case 'expire':
      await acts.expire(c, id);
      return { what: `the certificate of ${id} expires` };
  }
}

async function onZone(
  acts: Acts,
  c: ClusterName,
  world: World | null,
  { roll, how, ms }: Extract<What, { kind: 'zone' }>,
): Promise<Performed> {
  const zones = [...new Set((world?.machines ?? []).map((m) => m.zone))].sort();
  const zone = zones[Math.floor(roll * zones.length)];
  if (zone === undefined) return { what: `${c}: there is no zone to lose` };
  if (how === 'dark') {
    await acts.loseZone(c, zone);
    return { what: `${c}: zone ${zone} goes dark`, undo: () => acts.restoreZone(c, zone), afterMs: ms };
  }
  await acts.cutOffZone(c, zone);
  return { what: `${c}: zone ${zone} is cut off`, undo: () => acts.healZone(c, zone), afterMs: ms };
}

export function victim(world: World | null, role: Victim, roll: number): WorldMachine | null {
  const machines = [...(world?.machines ?? [])].sort((a, b) => (a.id < b.id ? -1 : 1));
  const leaders = new Set(world?.swarms.map((swarm) => swarm.leader));
  const peers = new Set(world?.swarms.flatMap((swarm) => swarm.peers.map((peer) => peer.node)));
  const fits = (m: WorldMachine): boolean => {
    const node = m.membership?.node;
    if (role === 'any') return true;
    if (role === 'leader') return node !== undefined && leaders.has(node);
    return (node !== undefined && peers.has(node)) === (role === 'manager');
  };
  const some = machines.filter(fits);
  return some[Math.floor(roll * some.length)] ?? null;
}
