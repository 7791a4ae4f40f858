import { isGlobal, isJob, isWanted, meets, tasksOf } from './placing.ts';
import { memberOf } from './reach.ts';
import { MONITOR_MS, TASK_STOP_MS } from './times.ts';
import type { WorldService, WorldTask } from './workload.ts';
import { nextId, type World, type WorldSwarm } from './world.ts';

/**
 * The update of a service (swarmkit, orchestrator/update), replica by replica: a task is made anew when it is of another
 * spec, or when the constraints changed and its node does not meet them any more. It is over some seconds after the last.
 */
export function settleUpdate(world: World, swarm: WorldSwarm, service: WorldService): void {
  if (isJob(service)) return;
  const tasks = tasksOf(swarm, service).filter(isWanted);
  for (const task of tasks) if (isPending(task) && isOutdated(swarm, service, task)) task.desired = 'shutdown';
  const dirty = tasks.filter((task) => isWanted(task) && isOutdated(swarm, service, task));
  const fresh = tasks.find(({ id }) => id === service.update?.task);
  if (fresh?.state === 'running') {
    for (const old of dirty) if (old.slot === fresh.slot) end(world, old);
  } else if (fresh && isWanted(fresh)) return; // no next replica before this one runs
  const next = dirty.find(isWanted);
  if (next) {
    const made = successor(world, service, next);
    if (service.updateOrder === 'stop-first') end(world, next);
    swarm.tasks.push(made);
    service.update = { task: made.id, until: null };
  } else if (service.update) {
    service.update = { task: null, until: service.update.until ?? world.at + MONITOR_MS };
    if ((service.update.until ?? 0) <= world.at) service.update = null;
  }
}

/** A task for the same replica that begins when its predecessor has stopped, or at once when it is started first. */
function successor(world: World, service: WorldService, { slot, state }: WorldTask): WorldTask {
  const waits = service.updateOrder === 'stop-first' && state === 'running';
  return newTask(world, service, slot, { notBefore: world.at + (waits ? TASK_STOP_MS : 0), restarts: 0 });
}

export function newTask(
  world: World,
  service: WorldService,
  slot: string,
  more: Pick<WorldTask, 'notBefore' | 'restarts'>,
): WorldTask {
  return {
    id: nextId(world),
    service: service.id,
    slot,
    node: null,
    desired: isJob(service) ? 'complete' : 'running',
    state: 'pending',
    changesAt: null,
    startedAt: null,
    detail: 'no suitable node',
    constraints: [...service.constraints],
    forceUpdate: service.forceUpdate,
    ...more,
  };
}

function end(world: World, task: WorldTask): void {
  stop(task);
  if (task.state === 'running') task.changesAt = world.at + TASK_STOP_MS;
}

/** Tells a task to stop; one that does not run yet never will. */
export function stop(task: WorldTask): void {
  Object.assign(task, { desired: 'shutdown', changesAt: null });
  if (task.state !== 'running') task.state = 'shutdown';
}

const isPending = ({ state, node }: WorldTask): boolean => state === 'pending' && node === null;

function isOutdated(swarm: WorldSwarm, service: WorldService, task: WorldTask): boolean {
  if (task.forceUpdate !== service.forceUpdate) return true;
  if (isPending(task)) return task.constraints.join() !== service.constraints.join();
  const member = task.node === null ? undefined : memberOf(swarm, task.node);
  return member !== undefined && !isGlobal(service) && !meets(swarm, service.constraints, member);
}
