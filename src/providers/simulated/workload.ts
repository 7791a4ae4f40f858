import type { NodeId } from '../../model/ids.ts';
import { PLAIN_SERVICE, type Resources, type ServiceView } from '../../model/observed.ts';

/** Services and tasks of a simulated swarm, as its world keeps them. */

export interface WorldService {
  id: string;
  version: number;
  name: string;
  mode: ServiceView['mode'];
  replicas: number | null;
  labels: Record<string, string>;
  localData: string[];
  constraints: string[];
  reservations: Resources;
  maxReplicasPerNode: number;
  hostPorts: string[];
  restart: ServiceView['restart'];
  restartMaxAttempts: number;
  updateOrder: ServiceView['updateOrder'];
  forceUpdate: number;
  /** How long a task of a job runs, ms. */
  jobMs: number;
  /** Null: none goes on. `task`: the one that has to run before the next is made; `until`: when it is over. */
  update: { task: string | null; until: number | null } | null;
}

export interface WorldTask {
  id: string;
  service: string;
  /** Replica number, or the node id of a global service's task. */
  slot: string;
  node: NodeId | null;
  desired: 'running' | 'shutdown' | 'complete';
  state: 'pending' | 'starting' | 'running' | 'shutdown' | 'failed' | 'complete';
  /** When it runs (starting), has ended (running, to be shut down), or is done (running, of a job). */
  changesAt: number | null;
  /** Not before this is it started: its predecessor stops first. */
  notBefore: number;
  startedAt: number | null;
  detail: string | null;
  /** Of its service when it was made. */
  constraints: string[];
  forceUpdate: number;
  /** How often its replica was started again before. */
  restarts: number;
}

const { updating: _, ...PLAIN } = PLAIN_SERVICE;

/** All of it has its own copies: a world is changed in place. */
export function worldService(of: Partial<WorldService> & Pick<WorldService, 'id' | 'name'>): WorldService {
  return structuredClone<WorldService>({ ...PLAIN, jobMs: 0, update: null, ...of } as WorldService);
}

/** As an earlier skep kept it: constraints were node labels, and nothing was said of the rest. */
export function readService(kept: WorldService & { onlyOn?: Record<string, string> }): WorldService {
  const { onlyOn, ...rest } = kept;
  const constraints = Object.entries(onlyOn ?? {}).map(([label, value]) => `node.labels.${label}==${value}`);
  return worldService({ ...rest, constraints: rest.constraints ?? constraints });
}

export function readTask(kept: WorldTask): WorldTask {
  const newer = {
    constraints: kept.constraints ?? [],
    forceUpdate: kept.forceUpdate ?? 0,
    restarts: kept.restarts ?? 0,
  };
  return { ...kept, ...newer };
}
