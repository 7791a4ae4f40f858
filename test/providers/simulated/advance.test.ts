import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClusterName, MachineId } from '../../../src/model/ids.ts';
import { advance, nextDue } from '../../../src/providers/simulated/advance.ts';
import { majorityOf, votersByIsland } from '../../../src/providers/simulated/reach.ts';
import type { World } from '../../../src/providers/simulated/world.ts';
import { type AWorld, aWorld, found, signal } from './a-world.ts';

const machineIds = ['m1', 'm2', 'm3', 'm4', 'm5'] as MachineId[];
const deeds = ['killMachine', 'freeze', 'thaw', 'cutOff', 'heal', 'drainByHand', 'start', 'removeMachine'] as const;
const story = fc.array(
  fc.record({ deed: fc.constantFrom(...deeds), machine: fc.constantFrom(...machineIds), waitMs: fc.nat(20_000) }),
  { minLength: 1, maxLength: 8 },
);

async function tell(world: AWorld, steps: typeof story extends fc.Arbitrary<infer S> ? S : never): Promise<World> {
  const { acts, cluster, provider, ref, clock, worlds } = world;
  await found(world, { managers: 3, workers: 2 });
  await acts.deployService(cluster, { name: 'web', replicas: 4 });
  await acts.deployService(cluster, { name: 'agent', replicas: 'global' });
  for (const { deed, machine, waitMs } of steps) {
    if (deed === 'start') await provider.infrastructure.startMachine(ref, machine, signal);
    else await acts[deed](cluster, machine);
    await clock.step(waitMs);
  }
  return worlds.read(cluster as ClusterName) as World;
}

describe('advance', () => {
  it('gives the same world however often one looks', async () => {
    await fc.assert(
      fc.asyncProperty(story, fc.integer({ min: 25, max: 900 }), async (steps, everyMs) => {
        const often = await tell(aWorld(), steps);
        const once = structuredClone(often);
        const until = often.at + 60_000;
        for (let now = often.at; now < until; now += everyMs) advance(often, now);
        advance(often, until);
        advance(once, until);
        expect(often).toEqual(once);
      }),
      { numRuns: 40 },
    );
  });

  it('comes to rest, with a leader exactly if a majority can vote together', async () => {
    await fc.assert(
      fc.asyncProperty(story, async (steps) => {
        const world = await tell(aWorld(), steps);
        advance(world, world.at + 600_000);
        expect(nextDue(world)).toBeNull();
        for (const swarm of world.swarms) {
          const parts = [...votersByIsland(world, swarm).values()].map((voters) => voters.length);
          expect(swarm.leader !== null).toBe(parts.some((voters) => voters >= majorityOf(swarm.peers.length)));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('never runs two tasks of one slot on nodes that the leader hears of', async () => {
    await fc.assert(
      fc.asyncProperty(story, async (steps) => {
        const world = await tell(aWorld(), steps);
        advance(world, world.at + 600_000);
        for (const swarm of world.swarms.filter(({ leader }) => leader !== null)) {
          const heard = new Set(swarm.members.filter(({ inTouch }) => inTouch).map(({ id }) => id));
          const running = swarm.tasks.filter(
            ({ state, node }) => state === 'running' && node !== null && heard.has(node),
          );
          const slots = running.map(({ service, slot }) => `${service}/${slot}`);
          expect(new Set(slots).size).toBe(slots.length);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('does nothing while the wall clock lies behind', () => {
    const world = { at: 1_000, machines: [], swarms: [] } as unknown as World;
    advance(world, 10);
    expect(world.at).toBe(1_000);
  });
});
