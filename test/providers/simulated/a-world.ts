import { seededRandom } from '../../../src/base/random.ts';
import { never } from '../../../src/base/result.ts';
import type { ClusterName, MachineId } from '../../../src/model/ids.ts';
import { DOCKERS_OPTIONS, type Machine, type Member, type SwarmView } from '../../../src/model/observed.ts';
import type { ClusterRef, NodeRef, Provider } from '../../../src/providers/provider.ts';
import { createActs } from '../../../src/providers/simulated/acts.ts';
import type { Faults } from '../../../src/providers/simulated/faults.ts';
import { createSimulatedProvider } from '../../../src/providers/simulated/provider.ts';
import { createWorldStore } from '../../../src/providers/simulated/world-store.ts';
import { must } from '../../conformance/subject.ts';
import { aRef, aWish } from '../../support/builders.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

export const signal = new AbortController().signal;

/** A simulated provider in virtual time, and what tests of it do again and again. */
export function aWorld({ faults }: { faults?: Faults } = {}) {
  const clock = createFakeClock();
  const random = seededRandom(1);
  const worlds = createWorldStore({ at: 'memory', clock, random });
  const provider = createSimulatedProvider({ owner: 'me', clock, random, worlds, ...(faults ? { faults } : {}) });
  const ref = aRef({ managers: 3 });
  const cluster: ClusterName = ref.cluster;
  return { clock, worlds, provider, ref, cluster, acts: createActs(worlds), ...seenThrough(provider, ref) };
}

export type AWorld = ReturnType<typeof aWorld>;

function seenThrough(provider: Provider, ref: ClusterRef) {
  async function machines(): Promise<readonly Machine[]> {
    return must(await provider.infrastructure.observe(ref, signal)).machines;
  }
  async function look(): Promise<SwarmView> {
    const view = must(await provider.swarm.observe(ref, await machines(), signal));
    return view ?? never(view as never);
  }
  async function member(hostname: string): Promise<Member> {
    const found = (await look()).members.find((other) => other.hostname === hostname && other.state !== 'down');
    if (!found) throw new Error(`no member ${hostname}`);
    return found;
  }
  return { machines, look, member, node: async (h: string): Promise<NodeRef> => member(h) };
}

/** Makes machines m1 … and founds a swarm of them: the first `managers` are managers, all are active. */
export async function found(world: AWorld, { managers, workers }: { managers: number; workers: number }) {
  const { provider, ref, clock } = world;
  const ids = Array.from({ length: managers + workers }, (_, i) => `m${i + 1}` as MachineId);
  const [first = ids[0] as MachineId, ...others] = ids;
  must(await provider.infrastructure.ensure(ref, { forwardTo: [] }, signal));
  const machines = ids.map((id) => aWish(id));
  must(await provider.infrastructure.resize(ref, { pool: 'managers', count: machines.length, machines }, signal));
  await clock.step(2_000);
  const init = { addressPools: ['10.200.0.0/16'], subnetSize: 24, dataPathPort: 4789, ...DOCKERS_OPTIONS };
  must(await provider.swarm.init(ref, first, init, signal));
  for (const id of others) must(await provider.swarm.join(ref, id, first, signal));
  await clock.step(1_000);
  for (const id of ids.slice(1, managers)) {
    must(await provider.swarm.promote(ref, first, await world.node(id), signal));
    await clock.step(1_000);
  }
  for (const id of ids) {
    const set = { availability: 'active', labels: {} } as const;
    must(await provider.swarm.setNode(ref, first, await world.node(id), set, signal));
  }
  await clock.step(1_000);
  return ids;
}
