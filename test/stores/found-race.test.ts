import { setMaxListeners } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runAgent } from '../../src/agent/agent.ts';
import type { AgentTimes } from '../../src/agent/agent-options.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { Failpoint } from '../../src/base/failpoint.ts';
import { systemRandom } from '../../src/base/random.ts';
import type { MachineId } from '../../src/model/ids.ts';
import { DOCKERS_OPTIONS, type Machine } from '../../src/model/observed.ts';
import { createLooks } from '../../src/providers/aws/swarm/looks.ts';
import { createTableSwarm } from '../../src/providers/aws/swarm/table-swarm.ts';
import { readFounding } from '../../src/providers/aws/table/founding.ts';
import { foundingKey } from '../../src/providers/aws/table/keys.ts';
import type { Table } from '../../src/providers/aws/table/table.ts';
import type { ClusterRef, Provider } from '../../src/providers/provider.ts';
import { createActs } from '../../src/providers/simulated/acts.ts';
import { createSimulatedProvider } from '../../src/providers/simulated/provider.ts';
import { createWorldStore, type WorldStore } from '../../src/providers/simulated/world-store.ts';
import { must, signal } from '../conformance/subject.ts';
import { aRef } from '../support/builders.ts';
import { createSimulatedNode } from '../support/simulated-node.ts';
import { makeTable, STORES, type TestTable } from './tables.ts';

/** 20 in CI; `npm run test:founding:long` runs 200. */
const ROUNDS = Number(process.env.SKEP_TEST_FOUNDING_ROUNDS ?? 20);
const AGENTS = 20;
/** Where a founder is killed. `none`: two founders finish at the same time, and one has lost. */
const PLACES = [
  'found-swarm:before',
  'found-swarm:after',
  'write-joining:before',
  'publish-swarm:before',
  'publish-swarm:after',
  'none',
];
const TURN: AgentTimes = { turnMs: 150, patienceMs: 1_000, graceMs: 500, watchMs: 1_000 };
const WAITS = { pollMs: 50, lookMs: 5_000, beginMs: 1_500, doMs: 1_000 };
const OPTIONS = { ...DOCKERS_OPTIONS, addressPools: ['10.201.0.0/16'], subnetSize: 24, dataPathPort: 4789 };

class Killed extends Error {}

describe.each(STORES)(`twenty agents and two controllers that name different founders, on %s`, (store) => {
  let made: TestTable;
  beforeAll(async () => {
    made = await makeTable(store);
  });
  afterAll(() => made.close());

  it.each(Array.from({ length: ROUNDS }, (_, round) => [round, PLACES[round % PLACES.length] ?? '']))(
    'round %i: one swarm, with founders that die at %s',
    async (round, place) => {
      // Every other time the machine goes with its agent, as long as it had not published.
      const isGone = Math.floor(round / PLACES.length) % 2 === 1 && place !== 'publish-swarm:after';
      const race = await startRace(made, `race-${round}`, place, isGone);
      try {
        await Promise.all([race.controller(1), race.controller(2)]);
        await race.allIn();
      } finally {
        await race.stop();
      }
      expect(race.published()).toHaveLength(1);
      expect(race.killed() > 0).toBe(place !== 'none');
    },
    120_000,
  );
});

async function startRace(made: TestTable, name: string, place: string, isGone: boolean) {
  const worlds: WorldStore = createWorldStore({ at: 'memory', clock: systemClock, random: systemRandom });
  const world = createSimulatedProvider({ owner: 'me', clock: systemClock, worlds });
  const ref: ClusterRef = aRef({ name, managers: 3, spec: { simulated: { bootTime: '1ms' } } });
  const ids = Array.from({ length: AGENTS }, (_, i) => `${name}-managers-m${String(i).padStart(3, '0')}` as MachineId);
  const wishes = ids.map((id) => ({ id, pool: 'managers', zone: 'a', hash: 'v1:one' }));
  must(await world.infrastructure.ensure(ref, { forwardTo: [] }, signal));
  must(await world.infrastructure.resize(ref, { pool: 'managers', count: AGENTS, machines: wishes }, signal));

  const stop = new AbortController();
  setMaxListeners(0, stop.signal); // twenty agents
  const running: Promise<void>[] = [];
  const dead = new Set<MachineId>();
  const published = new Set<unknown>();
  let killed = 0;

  /** Ends the process at `place`, for the first two founders that come there. */
  const dying = (machine: MachineId): Failpoint => {
    return (at) => {
      if (at !== place || killed >= 2 || dead.has(machine)) return;
      killed += 1;
      dead.add(machine);
      throw new Killed(at);
    };
  };

  async function live(machine: MachineId, table: Table): Promise<void> {
    const node = createSimulatedNode(world, ref, machine);
    const me = { cluster: ref.cluster, machine, arn: arnOf('', machine), address: machine, table, node };
    const needs = { clock: systemClock, random: systemRandom, sink: { emit: () => {} }, times: TURN };
    try {
      await runAgent({ ...me, ...needs, leaving: () => null, failpoint: dying(machine) }, stop.signal);
    } catch (error) {
      if (!((error as Error).cause instanceof Killed)) throw error;
      if (isGone) must(await createActs(worlds).removeMachine(ref.cluster, machine));
      else await live(machine, table); // started again by the service manager, with nothing in its memory
    }
  }

  /** Notes what is ever published, whoever does it. */
  function noting(table: Table): Table {
    const key = foundingKey(ref.cluster);
    return {
      ...table,
      async write(at, row, condition, inner) {
        const written = await table.write(at, row, condition, inner);
        if (written.taken && at.pk === key.pk && row.columns.swarm !== undefined) published.add(row.columns.swarm);
        return written;
      },
    };
  }

  const tables = [noting(made.table), noting(made.open())];
  for (const [i, id] of ids.entries()) running.push(live(id, tables[i % 2] as Table));
  const machines = async (): Promise<readonly Machine[]> =>
    must(await world.infrastructure.observe(ref, signal)).machines;

  return {
    published: () => [...published],
    killed: () => killed,
    /** Names founders until there is a swarm, then has all join. Each begins at another end of the list. */
    async controller(term: number): Promise<void> {
      const table = made.open();
      const options = { table, arnOf, clock: systemClock, random: systemRandom, times: WAITS };
      const swarm: Provider['swarm'] = createTableSwarm(options, createLooks(options));
      const at = { ...ref, term };
      const founded = async (): Promise<boolean> => must(await readFounding(table, ref.cluster, signal))?.swarm != null;
      for (let i = 0; !(await founded()); i += 1) {
        const there = (await machines()).map(({ id }) => id);
        const order = term === 1 ? there : [...there].reverse();
        await swarm.init(at, order[i % order.length] as MachineId, OPTIONS, signal);
      }
      const rest = (await machines()).filter(({ engine }) => engine?.swarm === 'inactive');
      await Promise.all(rest.map(({ id }) => swarm.join(at, id, id, signal)));
    },
    /** Every machine that is there is a member of the swarm that was published, and of no other. */
    async allIn(): Promise<void> {
      const at = { ...ref, term: 2 };
      const options = { table: made.table, arnOf, clock: systemClock, random: systemRandom, times: WAITS };
      const swarm = createTableSwarm(options, createLooks(options));
      for (const end = Date.now() + 60_000; ; ) {
        const there = await machines();
        const inside = worlds
          .read(ref.cluster)
          ?.swarms.find(({ id }) => published.has(id))
          ?.members.map(({ hostname }) => hostname);
        const out = there.filter(({ id, engine }) => engine?.swarm !== 'active' || !inside?.includes(id));
        if (out.length === 0) return;
        if (Date.now() > end) throw new Error(`not in the swarm: ${out.map(({ id }) => id).join(', ')}`);
        const aloof = out.filter(({ engine }) => engine?.swarm === 'inactive');
        await Promise.all(aloof.map(({ id }) => swarm.join(at, id, id, signal)));
        await systemClock.sleep(100);
      }
    },
    async stop(): Promise<void> {
      stop.abort();
      await Promise.all(running);
    },
  };
}

const arnOf = (_: string, machine: MachineId): string => `arn/${machine}`;
