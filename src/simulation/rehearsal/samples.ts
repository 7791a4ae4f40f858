import { MANAGERS } from '../../model/ids.ts';
import { majorityOf, votersByIsland } from '../../providers/simulated/reach.ts';
import type { World, WorldMachine, WorldSwarm } from '../../providers/simulated/world.ts';
import type { Simulation } from '../simulation.ts';

/** How a world truly stands at one moment, whatever an observer could see of it. */
export interface Sample {
  /** ms of virtual time. */
  readonly at: number;
  /** Managers that could vote together, less the majority; null: there is no swarm. */
  readonly margin: number | null;
  /** Nodes of each pool that serve. */
  readonly nodes: ReadonlyMap<string, number>;
  /** Replicated services: tasks that run, of how many. */
  readonly services: ReadonlyMap<string, { readonly running: number; readonly wanted: number }>;
}

/** Between two samples, ms; every change of a world is one besides. */
const EVERY_MS = 2_000;

/** Looks on from now on. Ends with the simulation. */
export function takeSamples({ clock, worlds }: Simulation): readonly Sample[] {
  const samples: Sample[] = [];
  const take = (): void => {
    const [name] = worlds.list();
    const world = name === undefined ? null : worlds.read(name);
    if (world) samples.push(sampleOf(world, clock.monotonic()));
  };
  worlds.watch(take);
  void (async () => {
    for (;;) {
      await clock.sleep(EVERY_MS);
      take();
    }
  })();
  return samples;
}

function sampleOf(world: World, at: number): Sample {
  const [swarm] = world.swarms;
  const pools = new Set([MANAGERS, ...world.machines.map(({ pool }) => pool)]);
  const serving = world.machines.filter((machine) => swarm !== undefined && serves(machine, swarm));
  const nodes = new Map([...pools].map((pool) => [pool, serving.filter((m) => m.pool === pool).length]));
  const living = new Set(serving.map(({ membership }) => membership?.node));
  const services = (swarm?.services ?? []).flatMap(({ id, name, replicas }) => {
    const tasks =
      swarm?.tasks.filter((t) => t.service === id && t.state === 'running' && t.desired === 'running') ?? [];
    const running = tasks.filter((t) => t.node !== null && living.has(t.node)).length;
    return replicas === null ? [] : [[name, { running, wanted: replicas }] as const];
  });
  return { at, margin: swarm ? marginOf(world, swarm) : null, nodes, services: new Map(services) };
}

function marginOf(world: World, swarm: WorldSwarm): number {
  const voters = Math.max(0, ...[...votersByIsland(world, swarm).values()].map((some) => some.length));
  return voters - majorityOf(swarm.peers.length);
}

/** It runs, its member is not Down, and we do not drain it. */
function serves({ state, frozen, membership }: WorldMachine, { members }: WorldSwarm): boolean {
  const member = members.find(({ id }) => id === membership?.node);
  if (state !== 'running' || frozen || member === undefined || member.state === 'down') return false;
  return member.availability !== 'drain' || member.labels['skep.intent'] === undefined;
}
