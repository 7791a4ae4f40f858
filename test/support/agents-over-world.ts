import { runAgent } from '../../src/agent/agent.ts';
import { AGENT_TIMES, type AgentTimes } from '../../src/agent/agent-options.ts';
import { noFailpoint } from '../../src/base/failpoint.ts';
import type { Random } from '../../src/base/random.ts';
import { ok } from '../../src/base/result.ts';
import type { VirtualClock } from '../../src/base/virtual-clock.ts';
import type { MachineId } from '../../src/model/ids.ts';
import { createLooks } from '../../src/providers/aws/swarm/looks.ts';
import { TABLE_SWARM_TIMES } from '../../src/providers/aws/swarm/swarm-options.ts';
import { createTableSwarm } from '../../src/providers/aws/swarm/table-swarm.ts';
import { clearRemains, readRemains } from '../../src/providers/aws/table/remains.ts';
import type { Table } from '../../src/providers/aws/table/table.ts';
import type { ClusterRef, Infrastructure, Provider } from '../../src/providers/provider.ts';
import { createSimulatedNode } from './simulated-node.ts';

export interface AgentsOverWorld {
  readonly provider: Provider;
  stop(): Promise<void>;
}

interface Needs {
  readonly world: Provider;
  readonly table: Table;
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly times?: AgentTimes;
}

/**
 * A provider whose machines are simulated and whose swarm is reached through a table and an agent for each machine only.
 * An agent ends with its machine.
 */
export function createAgentsOverWorld({ world, table, clock, random, times = AGENT_TIMES }: Needs): AgentsOverWorld {
  const arnOf = (_: string, machine: MachineId): string => `arn/${machine}`;
  const options = { table, arnOf, clock, random, times: TABLE_SWARM_TIMES };
  const looks = createLooks(options);
  const agents = new Map<MachineId, { readonly stop: AbortController; readonly end: Promise<void> }>();

  const ended: Promise<void>[] = [];

  function start(ref: ClusterRef, machine: MachineId): void {
    if (agents.has(machine)) return;
    const node = createSimulatedNode(world, ref, machine);
    const me = { cluster: ref.cluster, machine, arn: arnOf('', machine), address: machine, table, node };
    const needs = { clock, random, failpoint: noFailpoint, sink: { emit: () => {} }, times, leaving: () => null };
    const stop = new AbortController();
    agents.set(machine, { stop, end: runAgent({ ...me, ...needs }, stop.signal) });
  }

  function end(machine: MachineId): void {
    const agent = agents.get(machine);
    agent?.stop.abort();
    if (agent) ended.push(agent.end);
    agents.delete(machine);
  }

  /** What Auto Scaling would say, with what the agents say of their engines. */
  const observe: Infrastructure['observe'] = async (ref, signal) => {
    const seen = await world.infrastructure.observe(ref, signal);
    if (!seen.ok) return seen;
    const { machines, carriers } = seen.value;
    for (const { id } of machines) start(ref, id);
    for (const id of agents.keys()) if (!machines.some((machine) => machine.id === id)) end(id);
    const running = machines.filter(({ state }) => state === 'running').map(({ id }) => id);
    const reports = await looks.reports(ref, running, signal);
    if (!reports.ok) return reports;
    const remains = machines.length > 0 ? ok([]) : await readRemains(options, ref.cluster, signal);
    if (!remains.ok) return remains;
    const leftovers = carriers.leftovers + remains.value.length;
    return ok({
      ...seen.value,
      carriers: { ...carriers, leftovers },
      machines: machines.map((machine) => {
        const answer = reports.value[running.indexOf(machine.id)] ?? null;
        return { ...machine, engine: answer?.isFresh ? answer.report.engine : null };
      }),
    });
  };

  const destroy: Infrastructure['destroy'] = async (ref, signal) => {
    const destroyed = await world.infrastructure.destroy(ref, signal);
    if (!destroyed.ok) return destroyed;
    return clearRemains(options, { cluster: ref.cluster, term: ref.term ?? 0 }, signal);
  };

  return {
    provider: {
      ...world,
      infrastructure: { ...world.infrastructure, observe, destroy },
      swarm: createTableSwarm(options, looks),
    },
    async stop() {
      for (const id of agents.keys()) end(id);
      await Promise.all(ended);
    },
  };
}
