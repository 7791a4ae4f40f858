import { meetsConstraints } from '../../model/constraints.ts';
import type { Member, ServiceView, SwarmView, TaskView } from '../../model/observed.ts';
import type { Wait } from '../../model/plan.ts';
import type { Rebalance } from '../../model/record.ts';
import type { Step } from '../../model/step.ts';
import { nodesFor } from './placement.ts';
import { isThere, takesTasks } from './room.ts';
import { tasksOn } from './tasks-by-node.ts';

/** Spreads replicated services over the nodes again, one after the other. */
export interface Rebalancing {
  readonly steps: readonly Step[];
  readonly waits: readonly Wait[];
  /** What the record says of it after these steps; null: all is done. */
  readonly next: Rebalance | null;
}

const RECHECK_MS = 1_000;

/** All that may have to be spread from now on; null: there is none. */
export function rebalanceAfter({ services }: SwarmView): Rebalance | null {
  const replicated = services.filter(({ mode }) => mode === 'replicated');
  if (replicated.length === 0) return null;
  return { services: replicated.map(({ id, forceUpdate }) => ({ id, forceUpdate })), begunAt: null };
}

/**
 * The next service whose spread is uneven is made anew, if it is well. Whoever was made anew is done, once it is well again
 * or `limitMs` is over: it is spread once at most, and one that does not come back is seen as such anyhow.
 */
export function planRebalance(
  rebalance: Rebalance,
  swarm: SwarmView,
  { now, limitMs, because }: { readonly now: number; readonly limitMs: number; readonly because: string },
): Rebalancing {
  const { begunAt } = rebalance;
  const left = [...rebalance.services];
  for (let entry = left[0]; entry !== undefined; entry = left[0]) {
    const { id, forceUpdate } = entry;
    const service = swarm.services.find((s) => s.id === id && s.mode === 'replicated');
    const isMade = service !== undefined && service.forceUpdate !== forceUpdate;
    if (service && isMade && isBusy(service, swarm) && begunAt !== null && now - begunAt <= limitMs)
      return waitFor(`service ${service.name} is spread anew`, { services: left, begunAt });
    if (service && !isMade && !isBusy(service, swarm) && isUneven(service, swarm)) {
      const why = `${because}, and its tasks are spread unevenly`;
      const { name, version } = service;
      const step: Step = { kind: 'rebalance-service', service: id, name, version, why };
      return { steps: [step], waits: [], next: { services: left, begunAt: now } };
    }
    left.shift();
  }
  return { steps: [], waits: [], next: null };
}

const waitFor = (what: string, next: Rebalance): Rebalancing => ({
  steps: [],
  waits: [{ what, recheckMs: RECHECK_MS }],
  next,
});

/** It is being updated, or runs fewer tasks than declared. */
function isBusy({ id, updating, replicas }: ServiceView, { tasks }: SwarmView): boolean {
  const running = tasks.filter((t) => t.serviceId === id && t.desired === 'running' && t.state === 'running').length;
  return updating || running < (replicas ?? 0);
}

/** A node that it may run on has two tasks more than another one that could take a further one. */
export function isUneven(service: ServiceView, swarm: SwarmView): boolean {
  const eligible = swarm.members.filter((m) => takesTasks(m) && meetsConstraints(service.constraints, m));
  const load = ({ id }: Member): number => tasksOn(id, swarm).filter((t) => isOf(t, service)).length;
  const most = Math.max(0, ...eligible.map(load));
  return Math.min(...nodesFor(service, swarm).map(load)) <= most - 2;
}

const isOf = (task: TaskView, { id }: ServiceView): boolean => task.serviceId === id && isThere(task);
