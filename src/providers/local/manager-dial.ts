import type { Duplex } from 'node:stream';
import { fail, type Result } from '../../base/result.ts';
import type { ClusterName } from '../../model/ids.ts';
import type { Problem } from '../../model/problem.ts';
import type { Engine } from '../swarm/engine.ts';
import { readEngineView } from '../swarm/engine-view.ts';
import { answer } from '../swarm/problems.ts';
import type { Connections } from './connections.ts';
import type { Dial } from './dial.ts';
import { asMachineId, labelsOf } from './names.ts';
import { listContainers, nameOf } from './world.ts';

/** For one machine to say whether it is a manager. Our choice. */
const LIMIT_MS = 3_000;

interface Means {
  readonly host: Engine;
  readonly owner: string;
  readonly connections: Connections;
  readonly dial: Dial;
}

/** A stream of its own to the engine of the first machine that says it is a manager without trouble. */
export async function dialManager(
  { host, owner, connections, dial }: Means,
  cluster: ClusterName,
  signal: AbortSignal,
): Promise<Result<Duplex, Problem>> {
  const what = `a manager of ${cluster}`;
  const rows = await answer("the host's Docker engine", signal, () =>
    listContainers(host, labelsOf(owner, cluster, 'machine'), signal),
  );
  if (!rows.ok) return rows;
  const running = rows.value.filter(({ State }) => State === 'running').map((row) => asMachineId(nameOf(row)));
  const views = await Promise.all(
    running.map(async (id) => ({
      id,
      view: await answer(id, signal, () => readEngineView(connections.to(cluster, id), [], LIMIT_MS, signal)),
    })),
  );
  const managers = views.filter(({ view }) => view.ok && view.value.isManager);
  const manager = managers.find(({ view }) => view.ok && view.value.error === null) ?? managers[0];
  if (!manager) return fail({ kind: 'unreachable', what, detail: `none of ${running.length} running machines is one` });
  return answer(what, signal, () => dial(manager.id, signal));
}
