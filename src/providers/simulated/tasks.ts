import { meetsConstraints } from '../../model/constraints.ts';
import { carrierOf, memberOf } from './reach.ts';
import { TASK_START_MS, TASK_STOP_MS } from './times.ts';
import { constrainedNode } from './view.ts';
import type { WorldService, WorldTask } from './workload.ts';
import { nextId, type World, type WorldMember, type WorldSwarm } from './world.ts';

/**
 * The orchestrator and scheduler: tasks stay on active and paused nodes, leave drained and Down ones, stop first, and go
 * to the ready, active node with the fewest. Without a leader nothing moves. Not simulated: resources, ports, volumes.
 */
export function settleTasks(world: World, swarm: WorldSwarm): void {
  if (swarm.leader === null) return;
  for (const service of swarm.services) {
    for (const task of tasksOf(swarm, service)) settleTask(world, swarm, service, task);
    for (const slot of wantedSlots(swarm, service)) fill(world, swarm, service, slot);
    for (const task of tasksOf(swarm, service)) place(world, swarm, service, task);
  }
  swarm.tasks = swarm.tasks.filter(({ node }) => node === null || memberOf(swarm, node) !== undefined);
}

function tasksOf(swarm: WorldSwarm, service: WorldService): WorldTask[] {
  return swarm.tasks.filter((task) => task.service === service.id);
}

/** Whether a task that is there may stay. */
function keeps(swarm: WorldSwarm, service: WorldService, member: WorldMember | undefined): boolean {
  if (member === undefined || member.state === 'down' || member.availability === 'drain') return false;
  return meetsConstraints(service.constraints, constrainedNode(swarm, member));
}

/** Whether a new task may start there. */
function takes(swarm: WorldSwarm, service: WorldService, member: WorldMember): boolean {
  if (member.state !== 'ready' || member.availability !== 'active') return false;
  return meetsConstraints(service.constraints, constrainedNode(swarm, member));
}

function isGlobal(service: WorldService): boolean {
  return service.mode === 'global' || service.mode === 'global-job';
}

function wantedSlots(swarm: WorldSwarm, service: WorldService): string[] {
  if (isGlobal(service))
    return swarm.members.filter((member) => takes(swarm, service, member)).map((member) => member.id);
  return Array.from({ length: service.replicas ?? 0 }, (_, i) => String(i + 1));
}

/** One task's own life: it begins to run, is told to stop, has stopped, or did not survive its engine's restart. */
function settleTask(world: World, swarm: WorldSwarm, service: WorldService, task: WorldTask): void {
  const member = task.node === null ? undefined : memberOf(swarm, task.node);
  const surplus = !isGlobal(service) && Number(task.slot) > (service.replicas ?? 0);
  const evicted = task.node !== null && !keeps(swarm, service, member);
  if (task.desired === 'running' && (surplus || evicted)) {
    Object.assign(task, { desired: 'shutdown', changesAt: null });
    if (task.state !== 'running') task.state = 'shutdown';
  }
  if (task.node === null || !member?.inTouch) return;
  const bootedAt = carrierOf(world, task.node)?.bootedAt ?? 0;
  if (task.state === 'running' && task.startedAt !== null && bootedAt > task.startedAt) {
    Object.assign(task, { desired: 'shutdown', state: 'failed', changesAt: null, detail: 'task: non-zero exit (137)' });
  }
  if (task.state === 'running' && task.desired === 'shutdown') task.changesAt ??= world.at + TASK_STOP_MS;
  if (task.changesAt === null || task.changesAt > world.at) return;
  if (task.state === 'starting') Object.assign(task, { state: 'running', startedAt: world.at });
  else task.state = 'shutdown';
  task.changesAt = null;
}

/** Puts a new task into a slot that has none; of its predecessors one that has ended is kept, as history. */
function fill(world: World, swarm: WorldSwarm, service: WorldService, slot: string): void {
  const before = tasksOf(swarm, service).filter((task) => task.slot === slot);
  if (before.some((task) => task.desired === 'running')) return;
  const ended = before.filter((task) => task.state !== 'running').slice(0, -1);
  swarm.tasks = swarm.tasks.filter((task) => !ended.includes(task));
  swarm.tasks.push({
    id: nextId(world),
    service: service.id,
    slot,
    node: null,
    desired: 'running',
    state: 'pending',
    changesAt: null,
    notBefore: Math.max(world.at, ...before.map((task) => task.changesAt ?? 0)),
    startedAt: null,
    detail: 'no suitable node',
    constraints: [...service.constraints],
    forceUpdate: service.forceUpdate,
    restarts: before.length > 0 ? Math.max(...before.map(({ restarts }) => restarts)) + 1 : 0,
  });
}

function place(world: World, swarm: WorldSwarm, service: WorldService, task: WorldTask): void {
  if (task.node !== null || task.desired !== 'running') return;
  const load = (member: WorldMember, of: readonly WorldTask[]) =>
    of.filter((other) => other.node === member.id && other.desired === 'running').length;
  const [target] = swarm.members
    .filter((member) => takes(swarm, service, member) && (!isGlobal(service) || member.id === task.slot))
    .map((member) => ({ member, own: load(member, tasksOf(swarm, service)), all: load(member, swarm.tasks) }))
    .sort((a, b) => a.own - b.own || a.all - b.all || (a.member.hostname < b.member.hostname ? -1 : 1));
  if (!target) return;
  const changesAt = Math.max(world.at, task.notBefore) + TASK_START_MS;
  Object.assign(task, { node: target.member.id, state: 'starting', changesAt, detail: null });
}
