import type { EventCode, EventData } from '../../src/base/events.ts';
import { type Failpoint, noFailpoint } from '../../src/base/failpoint.ts';
import { seededRandom } from '../../src/base/random.ts';
import { createDeletionLedger } from '../../src/controller/deletion-ledger.ts';
import { planCluster } from '../../src/controller/plan/plan-cluster.ts';
import { planRoad } from '../../src/controller/plan/plan-road.ts';
import { reconcile } from '../../src/controller/reconcile.ts';
import type { Declared } from '../../src/model/declared.ts';
import { type Desired, expand } from '../../src/model/desired.ts';
import type { ClusterName } from '../../src/model/ids.ts';
import type { Intent } from '../../src/model/record.ts';
import { type StatusFile, statusFileSchema } from '../../src/model/status.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { createActs } from '../../src/providers/simulated/acts.ts';
import { type Faults, noFaults } from '../../src/providers/simulated/faults.ts';
import { createSimulatedProvider } from '../../src/providers/simulated/provider.ts';
import { createWorldStore } from '../../src/providers/simulated/world-store.ts';
import { aSpec, SOURCE, type SpecWish } from './builders.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';

interface KeeperOptions {
  /** Each pass foresees its road too, for people, which takes most of a rollout's time. */
  readonly withRoads?: boolean;
  readonly faults?: Faults;
  readonly failpoint?: Failpoint;
  readonly clock?: FakeClock;
  /** The provider that is kept with, over the one of the simulated world. */
  readonly over?: (world: Provider) => Provider;
}

/** One cluster kept pass by pass in a simulated world and virtual time, without the loop around it. */
export function createKeeper(
  seed = 1,
  { withRoads = false, clock = createFakeClock(), over = (world) => world, ...harm }: KeeperOptions = {},
) {
  const random = seededRandom(seed);
  const worlds = createWorldStore({ at: 'memory', clock, random, failpoint: noFailpoint });
  const world = createSimulatedProvider({ owner: 'me', clock, worlds, random, faults: harm.faults ?? noFaults });
  const provider = over(world);
  const statuses = new Map<string, StatusFile>();
  const events: { code: EventCode; data: EventData | undefined }[] = [];
  const intents: Intent[] = [];
  const cluster = 'demo' as ClusterName;
  const signal = new AbortController().signal;
  let declared: Declared = {
    kind: 'absent',
    absence: { firstMissedAt: null, settled: false, settlesAt: null, suspicion: null },
  };
  const ledger = createDeletionLedger([], []);
  const ports = {
    providers: { aws: provider, simulated: provider, local: provider },
    declared: async () => declared,
    listedAt: () => clock.now(),
    statuses: {
      read: async (name: string) => statuses.get(name) ?? null,
      write: async (name: string, file: StatusFile) => void statuses.set(name, statusFileSchema.parse(file)),
    },
    intents: { waiting: async () => intents, settle: async () => void intents.splice(0) },
    ledger,
    maxDeletions: 1,
    owner: 'me',
    id: 'test',
    term: 1,
    retryMs: 4_000,
    mayBegin: () => true,
    noteRecord: () => {},
    writer: '0.1',
    clock,
    random,
    sink: { emit: (code: EventCode, data?: EventData) => void events.push({ code, data }) },
    failpoint: harm.failpoint ?? noFailpoint,
  };
  const mind = { plan: planCluster, road: withRoads ? planRoad : () => null };
  /** Time goes on while it waits for others in virtual time. */
  async function pass() {
    let isOver = false;
    const passing = reconcile(cluster, ports, signal, mind).finally(() => {
      isOver = true;
    });
    passing.catch(() => {}); // told below
    while (provider !== world && !isOver) if (!(await clock.next())) await new Promise((go) => setTimeout(go, 1));
    return passing;
  }
  return {
    clock,
    cluster,
    provider,
    worlds,
    acts: createActs(worlds),
    ports,
    events,
    intents,
    pass,
    declare(wish: SpecWish): Desired {
      const desired = expand(aSpec({ name: cluster, ...wish }), SOURCE);
      declared = { kind: 'document', desired };
      return desired;
    },
    say(next: Declared): void {
      declared = next;
    },
    status(): StatusFile {
      const file = statuses.get(cluster);
      if (!file) throw new Error('no status yet');
      return file;
    },
    /** Passes until it rests or `limitMs` of virtual time are over; answers every status on the way. */
    async keep(limitMs = 120_000): Promise<readonly StatusFile[]> {
      const seen: StatusFile[] = [];
      const end = clock.now() + limitMs;
      while (clock.now() < end) {
        const outcome = await pass();
        const file = statuses.get(cluster);
        if (file) seen.push(file);
        if (outcome.rest !== null && !outcome.failed) return seen;
        await clock.step(outcome.nextMs ?? 1_000);
      }
      throw new Error(`still ${statuses.get(cluster)?.status.because}`);
    },
    async world() {
      const ref = { cluster, spec: aSpec({ name: cluster }) };
      const infra = await world.infrastructure.observe(ref, signal);
      const swarm = infra.ok ? await world.swarm.observe(ref, infra.value.machines, signal) : infra;
      return { machines: infra.ok ? infra.value.machines : [], swarm: swarm.ok ? swarm.value : null };
    },
  };
}
