import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../../../src/base/random.ts';
import { createActs } from '../../../src/providers/simulated/acts.ts';
import { createMemoryLeaseStore } from '../../../src/providers/simulated/memory-lease.ts';
import { createSimulatedProvider } from '../../../src/providers/simulated/provider.ts';
import { createWorldStore } from '../../../src/providers/simulated/world-store.ts';
import { infrastructureConformance } from '../../conformance/infrastructure-conformance.ts';
import { leaseStoreConformance } from '../../conformance/lease-store-conformance.ts';
import { recordsConformance } from '../../conformance/records-conformance.ts';
import { eventuallyBy, must, type Subject } from '../../conformance/subject.ts';
import { swarmConformance } from '../../conformance/swarm-conformance.ts';
import { aRef } from '../../support/builders.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

/** In files every instance has a store of its own, as processes do. */
function makeSubject(at: 'memory' | 'files'): Subject {
  const clock = createFakeClock();
  const random = seededRandom(1);
  const dir = at === 'files' ? mkdtempSync(join(tmpdir(), 'skep-worlds-')) : null;
  const shared = createWorldStore({ at: dir ?? 'memory', clock, random });
  const newProvider = (owner: 'same' | 'other') =>
    createSimulatedProvider({ owner: owner === 'same' ? 'me' : 'you', clock, random, worlds: dir ?? shared });
  return {
    provider: createSimulatedProvider({ owner: 'me', clock, random, worlds: shared }),
    ref: (name) => aRef({ name, managers: 3, workers: { web: 1 } }),
    eventually: eventuallyBy(clock.step, 100),
    newProvider,
    killMachine: async ({ cluster }, machine) => must(await createActs(shared).killMachine(cluster, machine)),
    deployService: async ({ cluster }, _, wish) =>
      must(await createActs(shared).deployService(cluster, { ...wish, updateOrder: 'start-first' })),
    removeService: async ({ cluster }, _, name) => must(await createActs(shared).removeService(cluster, name)),
    async specOf({ cluster }, _, name) {
      const services = shared.read(cluster)?.swarms.flatMap((swarm) => swarm.services);
      const { version: _v, update: _u, ...spec } = services?.find((service) => service.name === name) ?? {};
      return spec;
    },
    async cleanup() {
      if (dir) rmSync(dir, { recursive: true });
    },
  };
}

for (const at of ['memory', 'files'] as const) {
  infrastructureConformance(`simulated worlds in ${at}`, () => makeSubject(at));
  swarmConformance(`simulated worlds in ${at}`, () => makeSubject(at));
  recordsConformance(`simulated worlds in ${at}`, () => makeSubject(at));
}

leaseStoreConformance('memory', () => {
  const store = createMemoryLeaseStore();
  return { store, newStore: () => store, cleanup: async () => {} };
});
