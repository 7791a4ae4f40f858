import type { Clock } from '../../base/clock.ts';
import { fail, ok } from '../../base/result.ts';
import type { ClusterName, MachineId } from '../../model/ids.ts';
import type { Machine, SwarmView } from '../../model/observed.ts';
import { describeProblem, type Problem } from '../../model/problem.ts';
import type { Swarm } from '../provider.ts';
import type { ApiNode, ApiService, ApiSwarm, ApiTask } from './api.ts';
import type { Engine } from './engine.ts';
import { hedge } from './hedge.ts';
import { withLimit } from './limit.ts';
import { createMembership } from './membership.ts';
import { createNodeUpdates } from './node-updates.ts';
import { answer } from './problems.ts';
import { createServiceUpdates } from './service-updates.ts';
import { parseService } from './service-view.ts';
import type { SwarmOptions } from './swarm-options.ts';
import { createSwarmUpdates } from './swarm-updates.ts';
import { isCurrent, parseMember, parseSwarm, withRestarts } from './swarm-view.ts';

/** For one manager's whole answer. It takes 0.05 s; without a leader `GET /nodes` would block for 20. */
const LOOK_LIMIT_MS = 3_000;
/** Before the next manager is asked as well. Our choice: ten times a usual answer. */
const PATIENCE_MS = 500;
/** Every state that is not an end, as `desired-state` filters (swarmkit's names, which the engine takes). */
const WANTED = ['new', 'pending', 'assigned', 'accepted', 'preparing', 'ready', 'starting', 'running', 'complete'];

/** The Docker swarm over any connection to its engines. */
export function createSwarm(options: SwarmOptions): Swarm {
  const { engineOf, clock } = options;
  return {
    async observe({ cluster }, machines, signal) {
      const members = machines.filter(({ engine }) => engine !== null && engine.swarm !== 'inactive');
      if (members.length === 0) return ok(null);
      const managers = members.filter(({ engine }) => engine?.isManager).sort(byTrouble);
      const looked = await hedge(
        clock,
        managers,
        PATIENCE_MS,
        ({ id }, inner) => lookThrough(clock, engineOf(cluster, id), id, inner),
        signal,
      );
      return looked.ok ? looked : fail(nobodyAnswers(cluster, members, looked.problem));
    },
    ...createMembership(options),
    ...createNodeUpdates(options),
    ...createSwarmUpdates(options),
    ...createServiceUpdates(options),
  };
}

/** What this manager sees of its swarm, within a limit. */
export const lookThrough = (clock: Clock, engine: Engine, through: MachineId, signal: AbortSignal) =>
  answer(through, signal, () => withLimit(clock, LOOK_LIMIT_MS, signal, (inner) => look(engine, through, inner)));

async function look(engine: Engine, through: MachineId, signal: AbortSignal): Promise<SwarmView> {
  const get = <T>(path: string, filters: object = {}): Promise<T> =>
    engine.call({ method: 'GET', path, query: { filters } }, signal);
  const [swarm, nodes, services, wanted] = await Promise.all([
    engine.call<ApiSwarm>({ method: 'GET', path: '/swarm' }, signal).then(parseSwarm), // the tokens end here
    get<readonly ApiNode[]>('/nodes'),
    get<readonly ApiService[]>('/services'),
    get<readonly ApiTask[]>('/tasks', { 'desired-state': WANTED }),
  ]);
  // Tasks that are told to stop and are still there say when a drain is over, and what a node that is down may hold data of.
  const left = nodes.filter(({ Spec, Status }) => Spec.Availability === 'drain' || Status.State === 'down');
  const leaving =
    left.length > 0
      ? await get<readonly ApiTask[]>('/tasks', {
          node: left.map(({ ID }) => ID),
          'desired-state': ['shutdown', 'remove'],
        })
      : [];
  const views = services.map(parseService);
  const limited = views.filter(({ restartMaxAttempts }) => restartMaxAttempts > 0).map(({ id }) => id);
  const ended =
    limited.length > 0
      ? await get<readonly ApiTask[]>('/tasks', { service: limited, 'desired-state': ['shutdown'] })
      : [];
  return {
    ...swarm,
    through,
    members: nodes.map(parseMember),
    services: views,
    tasks: withRestarts([...wanted, ...leaving], ended).filter(isCurrent),
  };
}

/** Those whose engines report no error first: a manager that is cut off still says that it is one. */
function byTrouble(a: Machine, b: Machine): number {
  return Number((a.engine?.error ?? null) !== null) - Number((b.engine?.error ?? null) !== null);
}

function nobodyAnswers(cluster: ClusterName, members: readonly Machine[], problems: readonly Problem[]): Problem {
  const noLeader = problems.find(({ kind }) => kind === 'no-leader');
  if (noLeader) return noLeader;
  const what = `the swarm of ${cluster}`;
  const first = problems[0];
  if (first) return { kind: 'unreachable', what, detail: describeProblem(first) };
  const locked = members.filter(({ engine }) => engine?.swarm === 'locked').map(({ id }) => id);
  if (locked.length > 0) return { kind: 'unreachable', what, detail: `${locked.join(', ')}: locked` };
  return { kind: 'unreachable', what, detail: 'no machine that can be asked is a manager' };
}
