import type { World, WorldMachine, WorldSwarm } from '../../src/providers/simulated/world.ts';
import type { Keeper } from './healing.ts';

/** The truth of a kept cluster, frame by frame, whatever an observer could have seen of it. */
export type Film = readonly World[];

/** Oftener than a simulated raft or service recovers by itself (`times.ts`). */
const FRAME_MS = 500;

/** Keeps a cluster until it rests, or for so long; `meanwhile` is asked before each pass, e.g. to let something happen. */
export async function film(
  keeper: Keeper,
  limitMs: number,
  meanwhile: (world: World, frames: number) => Promise<unknown> = async () => {},
): Promise<Film> {
  const frames: World[] = [];
  const end = keeper.clock.now() + limitMs;
  const shoot = (): World => {
    const world = keeper.worlds.read(keeper.cluster);
    if (!world) throw new Error('no world');
    frames.push(world);
    return world;
  };
  for (;;) {
    await meanwhile(shoot(), frames.length);
    const outcome = await keeper.pass();
    shoot();
    if (outcome.rest && !outcome.failed) return frames;
    if (keeper.clock.now() > end) return frames;
    const until = keeper.clock.now() + (outcome.nextMs ?? 1_000);
    while (keeper.clock.now() < until) {
      await keeper.clock.step(Math.min(FRAME_MS, until - keeper.clock.now()));
      shoot();
    }
  }
}

export const majority = (n: number): number => Math.floor(n / 2) + 1;

export function swarmIn({ swarms }: World): WorldSwarm {
  const [swarm, second] = swarms;
  if (!swarm || second) throw new Error(`${swarms.length} swarms`);
  return swarm;
}

/** Machines that carry a raft peer; null for a peer whose machine is gone. */
export const carriersOf = (world: World): readonly (WorldMachine | null)[] =>
  swarmIn(world).peers.map(({ node }) => world.machines.find((m) => m.membership?.node === node) ?? null);

/** Peers that live and are heard, by the truth and not by what the swarm shows of them. */
export const votersIn = (world: World): number => swarmIn(world).peers.filter(({ inTouch }) => inTouch).length;

/** Tasks of a service that run on this machine, or on any. */
export function runningIn(world: World, name: string, machine?: WorldMachine): number {
  const { services, tasks } = swarmIn(world);
  const service = services.find((s) => s.name === name)?.id;
  const runs = tasks.filter((t) => t.service === service && t.state === 'running' && t.desired === 'running');
  return runs.filter((t) => machine === undefined || t.node === machine.membership?.node).length;
}
