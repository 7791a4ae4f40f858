import { systemClock } from '../../src/base/clock.ts';
import { noFailpoint } from '../../src/base/failpoint.ts';
import { systemRandom } from '../../src/base/random.ts';
import { ok, type Result } from '../../src/base/result.ts';
import type { MachineId } from '../../src/model/ids.ts';
import type { InfrastructureView, Machine } from '../../src/model/observed.ts';
import type { Problem } from '../../src/model/problem.ts';
import { followViews } from '../../src/providers/aws/swarm/hints.ts';
import { createLooks } from '../../src/providers/aws/swarm/looks.ts';
import { TABLE_SWARM_TIMES, type TableSwarmTimes } from '../../src/providers/aws/swarm/swarm-options.ts';
import { createTableSwarm } from '../../src/providers/aws/swarm/table-swarm.ts';
import { createTableRecords } from '../../src/providers/aws/table/records.ts';
import type { Table } from '../../src/providers/aws/table/table.ts';
import { createHostEngine } from '../../src/providers/local/host.ts';
import { LABEL, labelsOf } from '../../src/providers/local/names.ts';
import { createLocalProvider } from '../../src/providers/local/provider.ts';
import { type ContainerRow, listContainers, listNetworks, nameOf } from '../../src/providers/local/world.ts';
import type { ClusterRef, Provider } from '../../src/providers/provider.ts';
import { arnOf } from './instances.ts';

const TIMES: TableSwarmTimes = { ...TABLE_SWARM_TIMES, pollMs: 100 };

/**
 * A provider whose machines are containers and whose swarm is reached through agents and a table only. It makes, lists,
 * starts and removes containers, as Auto Scaling does with instances, and asks no engine inside them anything.
 */
export function createContainerGroup(dockerHost: string, owner: string, table: Table): Provider {
  const host = createHostEngine(dockerHost, systemClock);
  const needs = { clock: systemClock, random: systemRandom };
  const options = { table, arnOf, ...needs, times: TIMES };
  const looks = createLooks(options);
  const local = createLocalProvider({ owner, dockerHost, failpoint: noFailpoint, ...needs });

  const records = createTableRecords(table, owner);
  const clusters = async (signal: AbortSignal) => {
    const found = await records.list(signal);
    return found.ok ? found.value.map(({ cluster }) => cluster) : [];
  };

  async function observe(ref: ClusterRef, signal: AbortSignal): Promise<Result<InfrastructureView, Problem>> {
    const labels = labelsOf(owner, ref.cluster, 'machine');
    const [rows, networks] = await Promise.all([
      listContainers(host, labels, signal),
      listNetworks(host, labelsOf(owner, ref.cluster, 'network'), signal),
    ]);
    const there = rows.filter(({ State }) => State !== 'removing').sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
    const up = there.filter(({ State }) => State === 'running');
    const reports = await looks.reports(ref, up.map(idOf), signal);
    if (!reports.ok) return reports;
    const machines = there.map((row): Machine => {
      const seen = reports.value[up.indexOf(row)] ?? null;
      return machineOf(row, seen?.isFresh ? seen.report.engine : null);
    });
    const state = networks.length > 0 ? 'ready' : 'absent';
    const carriers = { state, differences: [], forwardTo: null, leftovers: networks.length, images: {} } as const;
    return ok({ machines, carriers, strangers: [] });
  }

  return {
    ...local,
    infrastructure: {
      ...local.infrastructure,
      observe,
      hints(onHint, signal) {
        local.infrastructure.hints(onHint, signal);
        followViews(options, clusters, onHint, signal).catch(() => {}); // aborted
      },
    },
    swarm: createTableSwarm(options, looks),
    records,
    strangers: async () => ok([]),
    async close() {
      host.close();
      await local.close();
    },
  };
}

const idOf = (row: ContainerRow): MachineId => nameOf(row) as MachineId;

function machineOf(row: ContainerRow, engine: Machine['engine']): Machine {
  const label = (name: string): string => row.Labels?.[name] ?? '';
  const isUp = row.State === 'running';
  return {
    id: idOf(row),
    pool: label(LABEL.pool),
    zone: label(LABEL.zone),
    address: label(LABEL.address),
    hash: label(LABEL.hash),
    createdAt: Number(label(LABEL.created)),
    neverStarted: row.State === 'created',
    state: !isUp ? 'stopped' : engine ? 'running' : 'booting',
    engine,
    detail: isUp ? null : row.Status,
  };
}
