import { seededRandom } from '../../src/base/random.ts';
import { createActs } from '../../src/providers/simulated/acts.ts';
import { createSimulatedProvider } from '../../src/providers/simulated/provider.ts';
import { createWorldStore } from '../../src/providers/simulated/world-store.ts';
import { must, type Subject } from '../conformance/subject.ts';
import { swarmConformance } from '../conformance/swarm-conformance.ts';
import { createAgentsOverWorld } from '../support/agents-over-world.ts';
import { aRef } from '../support/builders.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { createMemoryTable } from '../support/memory-table.ts';

/**
 * The `Swarm` port made of orders and views, over simulated worlds: an agent for each machine, a table between them and the
 * port, and time that runs as fast as there is nothing to do.
 */
function makeSubject(): Subject {
  const clock = createFakeClock();
  const random = seededRandom(1);
  const worlds = createWorldStore({ at: 'memory', clock, random });
  const world = createSimulatedProvider({ owner: 'me', clock, random, worlds });
  const agents = createAgentsOverWorld({ world, table: createMemoryTable(), clock, random });
  const { provider } = agents;
  const stop = new AbortController();

  const time = (async () => {
    while (!stop.signal.aborted) if (!(await clock.next())) await new Promise((go) => setTimeout(go, 1));
  })();

  return {
    provider,
    ref: (name) => ({ ...aRef({ name, managers: 3, workers: { web: 1 } }), term: 1 }),
    async eventually(check, limitMs) {
      for (const end = clock.monotonic() + limitMs; ; await clock.sleep(100)) {
        try {
          return await check();
        } catch (error) {
          if (clock.monotonic() >= end) throw error;
        }
      }
    },
    newProvider: () => provider,
    killMachine: async ({ cluster }, machine) => must(await createActs(worlds).killMachine(cluster, machine)),
    deployService: async ({ cluster }, _, wish) =>
      must(await createActs(worlds).deployService(cluster, { ...wish, updateOrder: 'start-first' })),
    removeService: async ({ cluster }, _, name) => must(await createActs(worlds).removeService(cluster, name)),
    async specOf({ cluster }, _, name) {
      const services = worlds.read(cluster)?.swarms.flatMap((swarm) => swarm.services);
      const { version: _v, update: _u, ...spec } = services?.find((service) => service.name === name) ?? {};
      return spec;
    },
    async cleanup() {
      stop.abort();
      await Promise.all([agents.stop(), time]);
    },
  };
}

swarmConformance('agents of simulated machines', makeSubject);
