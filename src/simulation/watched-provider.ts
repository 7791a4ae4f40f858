import { seededRandom } from '../base/random.ts';
import type { ClusterName } from '../model/ids.ts';
import type { Provider } from '../providers/provider.ts';
import type { Call } from '../providers/simulated/faults.ts';
import { createSimulatedProvider } from '../providers/simulated/provider.ts';
import type { World } from '../providers/simulated/world.ts';
import type { WorldStore } from '../providers/simulated/world-store.ts';
import { createLies, faultOf, isLie, isWrite } from './call-faults.ts';
import type { SimulatedProcess } from './process.ts';
import { OWNER, type Simulation } from './simulation.ts';
import { spoilBoots, spoilJoins } from './spoilt-machines.ts';
import type { Look } from './trace.ts';

/** What is noted of the pass under way. */
export interface PassFacts {
  readonly term: number;
  /** What the pass saw and planned; null until it has. */
  look: Look | null;
  readonly lies: string[];
}

/** Passes under way in one process, by cluster: no cluster is in two at once. */
export type Passes = Map<ClusterName, PassFacts>;

const NO_PASS: PassFacts = { term: 0, look: null, lies: [] };

/** The simulated provider as one process uses it: every call through the process, every effect on the trace. */
export function watchedProvider(sim: Simulation, process: SimulatedProcess, passes: Passes): Provider {
  const lies = createLies(sim.clock, () => sim.random.next());
  const worlds = watchedWorlds(sim, process, passes);
  const provider = createSimulatedProvider({
    owner: OWNER,
    clock: sim.clock,
    worlds,
    random: seededRandom(Math.floor(sim.random.next() * 2 ** 32)),
    faults: { before: (call) => meet(call) },
  });

  function meet(call: Call) {
    const method = `${call.port}.${call.method}`;
    const writes = isWrite(call);
    const facts = (call.cluster && passes.get(call.cluster)) ?? NO_PASS;
    const fault = sim.faults.take(method, writes);
    if (fault && !writes) facts.lies.push(`${fault.how} ${method}`);
    if (writes || fault) {
      sim.note({
        kind: 'call',
        at: sim.clock.monotonic(),
        by: process.id,
        term: facts.term,
        cluster: call.cluster,
        method,
        about: aboutOf(call),
        fault: fault?.how ?? null,
      });
    }
    if (call.method === 'observe' && (!fault || isLie(fault.how))) return lies(call, fault?.how ?? null);
    return fault ? faultOf(fault, call) : null;
  }

  const { infrastructure, swarm, records } = provider;
  return {
    ...provider,
    infrastructure: { ...throughAll(process, 'infrastructure', infrastructure), hints: infrastructure.hints },
    swarm: throughAll(process, 'swarm', swarm),
    records: throughAll(process, 'records', records),
    strangers: (signal) => process.through('provider.strangers', () => provider.strangers(signal)),
  };
}

/** The same port, every method through the process. */
function throughAll<T extends object>(process: SimulatedProcess, port: string, methods: T): T {
  const wrapped = Object.entries(methods).map(([name, method]) => [
    name,
    (...args: unknown[]) => process.through(`${port}.${name}`, () => method(...args)),
  ]);
  return Object.fromEntries(wrapped) as T;
}

/** Notes each effect with the world right before and right after it, and may kill the process between two of one request. */
function watchedWorlds(
  { worlds, note, clock, boots, joins }: Simulation,
  process: SimulatedProcess,
  passes: Passes,
): WorldStore {
  return {
    ...worlds,
    async change(cluster, cause, signal, act) {
      const isAlive = process.state() !== 'dead';
      if (isAlive && cause !== null && process.diesAt('world.change', 'before')) return new Promise(() => {});
      let before: World | null = null;
      let after: World | null = null;
      const answer = await worlds.change(cluster, cause, signal, (draft) => {
        before = worlds.read(cluster);
        const result = act(draft);
        // The store settles it in place and lets it go.
        after = draft.world;
        if (cause === 'start-machine' || cause === 'grow-pool') spoilBoots(draft.world, boots);
        if (cause === 'join') spoilJoins(draft.world, joins);
        return result;
      });
      if (cause !== null && revisionOf(before) !== revisionOf(after)) {
        const { term, look } = passes.get(cluster) ?? NO_PASS;
        note({ kind: 'change', at: clock.monotonic(), by: process.id, term, cause, cluster, before, after, look });
      }
      return answer;
    },
  };
}

const revisionOf = (world: World | null): number =>
  world?.record || world?.machines.length || world?.carriers ? world.revision : -1;

function aboutOf({ args }: Call): string {
  const [, subject, other] = args;
  for (const part of [other, subject]) {
    if (typeof part === 'string') return part;
    if (part !== null && typeof part === 'object' && 'id' in part) return String(part.id);
    if (part !== null && typeof part === 'object' && 'pool' in part) return String(part.pool);
  }
  return '';
}
