import { isGlobal, isJob, isOpen, isWanted, meets, nodeFor, tasksOf } from './placing.ts';
import { carrierOf, memberOf } from './reach.ts';
import { TASK_START_MS, TASK_STOP_MS } from './times.ts';
import { newTask, settleUpdate, stop } from './updates.ts';
import type { WorldService, WorldTask } from './workload.ts';
import type { World, WorldMember, WorldSwarm } from './world.ts';

/**
 * The orchestrator: tasks stay on active and paused nodes, leave drained and Down ones, stop first, and are started again
 * as their service says. Without a leader nothing moves. Not simulated: volumes, networks, images.
 */
export function settleTasks(world: World, swarm: WorldSwarm): void {
  if (swarm.leader === null) return;
  for (const service of swarm.services) {
    for (const task of tasksOf(swarm, service)) settleTask(world, swarm, service, task);
    settleUpdate(world, swarm, service);
    for (const slot of wantedSlots(swarm, service)) fill(world, swarm, service, slot);
    for (const task of tasksOf(swarm, service)) place(world, swarm, service, task);
  }
  swarm.tasks = swarm.tasks.flatMap((task) => withoutNode(swarm, task));
}

/** Of tasks whose node is gone those stay, as history, without which a replica would begin again. */
function withoutNode(swarm: WorldSwarm, task: WorldTask): readonly WorldTask[] {
  const service = swarm.services.find(({ id }) => id === task.service);
  if (isSurplus(service, task) && task.state !== 'running') return [];
  if (task.node === null || memberOf(swarm, task.node)) return [task];
  if (task.state === 'complete') return [{ ...task, node: null }];
  const isLast = service?.restart === 'none' || (service?.restartMaxAttempts ?? 0) > 0;
  return isLast ? [{ ...task, node: null, desired: 'shutdown', state: 'shutdown' }] : [];
}

const isSurplus = (service: WorldService | undefined, { slot }: WorldTask): boolean =>
  service !== undefined && !isGlobal(service) && Number(slot) > (service.replicas ?? 0);

/**
 * Whether a task that is there may stay. That constraints are met is watched on active nodes only, and by those that the
 * task was made with (swarmkit, constraintenforcer); the rest is the update's.
 */
function keeps(swarm: WorldSwarm, service: WorldService, task: WorldTask, member: WorldMember | undefined): boolean {
  if (member === undefined || member.state === 'down' || member.availability === 'drain') return false;
  if (isGlobal(service)) return meets(swarm, service.constraints, member);
  return member.availability !== 'active' || meets(swarm, task.constraints, member);
}

function wantedSlots(swarm: WorldSwarm, service: WorldService): string[] {
  if (isGlobal(service)) return swarm.members.filter((m) => isOpen(swarm, service, m)).map((member) => member.id);
  return Array.from({ length: service.replicas ?? 0 }, (_, i) => String(i + 1));
}

/** One task's own life: it begins to run, is told to stop, has stopped, or did not survive its engine's restart. */
function settleTask(world: World, swarm: WorldSwarm, service: WorldService, task: WorldTask): void {
  const member = task.node === null ? undefined : memberOf(swarm, task.node);
  const evicted = task.node !== null && !keeps(swarm, service, task, member);
  if (isWanted(task) && task.state !== 'complete' && (isSurplus(service, task) || evicted)) stop(task);
  if (task.node === null || !member?.inTouch) return;
  const bootedAt = carrierOf(world, task.node)?.bootedAt ?? 0;
  if (task.state === 'running' && task.startedAt !== null && bootedAt > task.startedAt) {
    Object.assign(task, { desired: 'shutdown', state: 'failed', changesAt: null, detail: 'task: non-zero exit (137)' });
  }
  if (task.state === 'running' && !isWanted(task)) task.changesAt ??= world.at + TASK_STOP_MS;
  if (task.changesAt === null || task.changesAt > world.at) return;
  task.changesAt = null;
  if (task.state === 'starting') {
    Object.assign(task, { state: 'running', startedAt: world.at });
    if (isJob(service)) task.changesAt = world.at + service.jobMs;
  } else task.state = isWanted(task) ? 'complete' : 'shutdown';
}

/** Puts a new task into a slot that has none; of its predecessors one that has ended is kept, as history. */
function fill(world: World, swarm: WorldSwarm, service: WorldService, slot: string): void {
  const before = tasksOf(swarm, service).filter((task) => task.slot === slot);
  if (before.some(isWanted) || before.some(({ state }) => state === 'complete')) return;
  const last = before.at(-1);
  const again = last?.forceUpdate === service.forceUpdate ? last.restarts + 1 : 0;
  if (again > 0 && !restartsAgain(service, again)) return;
  const ended = before.filter((task) => task.state !== 'running').slice(0, -1);
  swarm.tasks = swarm.tasks.filter((task) => !ended.includes(task));
  const notBefore = Math.max(world.at, ...before.map((task) => task.changesAt ?? 0));
  swarm.tasks.push(newTask(world, service, slot, { notBefore, restarts: again }));
}

/** A job that failed or was stopped is begun again, whatever its restart condition leaves open. */
const restartsAgain = (service: WorldService, again: number): boolean =>
  (service.restart !== 'none' || isJob(service)) &&
  (service.restartMaxAttempts === 0 || again <= service.restartMaxAttempts);

function place(world: World, swarm: WorldSwarm, service: WorldService, task: WorldTask): void {
  if (task.node !== null || task.state !== 'pending' || !isWanted(task)) return;
  const target = nodeFor(swarm, service, task);
  if (!target) return;
  const changesAt = Math.max(world.at, task.notBefore) + TASK_START_MS;
  Object.assign(task, { node: target.id, state: 'starting', changesAt, detail: null });
}
