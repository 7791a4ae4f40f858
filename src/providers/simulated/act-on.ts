import { ok, type Result } from '../../base/result.ts';
import type { ClusterName, MachineId } from '../../model/ids.ts';
import type { Problem } from '../../model/problem.ts';
import { gone, leaderless } from './problems.ts';
import { machineOf } from './reach.ts';
import type { World, WorldMachine, WorldSwarm } from './world.ts';
import type { WorldStore } from './world-store.ts';

type Done = Promise<Result<void, Problem>>;
export type ActOn = ReturnType<typeof createActOn>;

/** How acts reach a world. Each answers `gone` when there is nothing to act on. */
export function createActOn(worlds: WorldStore, signal: AbortSignal) {
  function onWorld(cluster: ClusterName, act: (world: World) => Result<void, Problem>): Done {
    return worlds.change(cluster, null, signal, ({ world }) => (world ? act(world) : gone(`world ${cluster}`)));
  }
  function onMachine(cluster: ClusterName, id: MachineId, act: (machine: WorldMachine, world: World) => void): Done {
    return onWorld(cluster, (world) => {
      const machine = machineOf(world, id);
      if (!machine) return gone(`machine ${id}`);
      act(machine, world);
      return ok(undefined);
    });
  }
  /** Through the swarm that has most members, if it has a leader. */
  function onSwarm(cluster: ClusterName, act: (swarm: WorldSwarm, world: World) => Result<void, Problem>): Done {
    return onWorld(cluster, (world) => {
      const [swarm] = [...world.swarms].sort((a, b) => b.members.length - a.members.length);
      if (!swarm) return gone(`the swarm of ${cluster}`);
      return swarm.leader === null ? leaderless() : act(swarm, world);
    });
  }
  return { onWorld, onMachine, onSwarm };
}
