import type { NodeId } from '../model/ids.ts';
import { nextId, type World } from '../providers/simulated/world.ts';
import type { Simulation } from './simulation.ts';

/** What nature does to machines at the very moment at which they boot or join. */

/** How late a slow boot is, ms: longer than some startup timeouts that are drawn, shorter than others. */
const SLOW_MS = 75_000;

export function spoilBoots(world: World | null, boots: Simulation['boots']): void {
  for (const machine of world?.machines ?? []) {
    if (boots.left <= 0 || machine.state !== 'booting' || machine.bootsAt === null || machine.detail === 'slow')
      continue;
    boots.left -= 1;
    machine.detail = 'slow';
    machine.bootsAt = boots.how === 'never' ? null : machine.bootsAt + SLOW_MS;
  }
}

export function spoilJoins(world: World | null, joins: Simulation['joins']): void {
  for (const machine of world?.machines ?? []) {
    if (world === null || joins.left <= 0 || !machine.joining || machine.joining.joinsAt === null) continue;
    joins.left -= 1;
    machine.joining = { swarm: machine.joining.swarm, joinsAt: null };
    if (joins.named) machine.joining.node = nextId(world) as NodeId;
  }
}
