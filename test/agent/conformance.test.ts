import { runAgent } from '../../src/agent/agent.ts';
import { AGENT_TIMES, type AgentTimes } from '../../src/agent/agent-options.ts';
import { noFailpoint } from '../../src/base/failpoint.ts';
import { seededRandom } from '../../src/base/random.ts';
import { ok } from '../../src/base/result.ts';
import type { MachineId } from '../../src/model/ids.ts';
import { createLooks } from '../../src/providers/aws/swarm/looks.ts';
import { TABLE_SWARM_TIMES } from '../../src/providers/aws/swarm/swarm-options.ts';
import { createTableSwarm } from '../../src/providers/aws/swarm/table-swarm.ts';
import type { ClusterRef, Infrastructure, Provider } from '../../src/providers/provider.ts';
import { createActs } from '../../src/providers/simulated/acts.ts';
import { createSimulatedProvider } from '../../src/providers/simulated/provider.ts';
import { createWorldStore } from '../../src/providers/simulated/world-store.ts';
import { must, type Subject } from '../conformance/subject.ts';
import { swarmConformance } from '../conformance/swarm-conformance.ts';
import { aRef } from '../support/builders.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { createMemoryTable } from '../support/memory-table.ts';
import { createSimulatedNode } from '../support/simulated-node.ts';

/**
 * The `Swarm` port made of orders and views, over simulated worlds: an agent for each machine, a table between them and the
 * port, and time that runs as fast as there is nothing to do.
 */
function makeSubject(): Subject {
  const clock = createFakeClock();
  const random = seededRandom(1);
  const worlds = createWorldStore({ at: 'memory', clock, random });
  const world = createSimulatedProvider({ owner: 'me', clock, random, worlds });
  const table = createMemoryTable();
  const arnOf = (_: string, machine: MachineId): string => `arn/${machine}`;
  const options = { table, arnOf, clock, random, times: TABLE_SWARM_TIMES };
  const looks = createLooks(options);
  const stop = new AbortController();
  const agents = new Map<MachineId, Promise<void>>();

  const time = (async () => {
    while (!stop.signal.aborted) if (!(await clock.next())) await new Promise((go) => setTimeout(go, 1));
  })();

  function start(ref: ClusterRef, machine: MachineId): void {
    if (agents.has(machine)) return;
    const node = createSimulatedNode(world, ref, machine);
    const sink = { emit: () => {} };
    const me = { cluster: ref.cluster, machine, arn: arnOf('', machine), address: machine, table, node };
    const times: AgentTimes = AGENT_TIMES;
    const needs = { clock, random, failpoint: noFailpoint, sink, times, leaving: () => null };
    agents.set(machine, runAgent({ ...me, ...needs }, stop.signal));
  }

  /** What Auto Scaling would say, with what the agents say of their engines. */
  const observe: Infrastructure['observe'] = async (ref, signal) => {
    const seen = must(await world.infrastructure.observe(ref, signal));
    for (const { id } of seen.machines) start(ref, id);
    const running = seen.machines.filter(({ state }) => state === 'running');
    const reports = must(
      await looks.reports(
        ref,
        running.map(({ id }) => id),
        signal,
      ),
    );
    const machines = seen.machines.map((machine) => {
      const answer = reports[running.indexOf(machine)] ?? null;
      return { ...machine, engine: answer?.isFresh ? answer.report.engine : null };
    });
    return ok({ ...seen, machines });
  };
  const provider: Provider = {
    ...world,
    infrastructure: { ...world.infrastructure, observe },
    swarm: createTableSwarm(options, looks),
  };
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
      await Promise.all([...agents.values(), time]);
    },
  };
}

swarmConformance('agents of simulated machines', makeSubject);
