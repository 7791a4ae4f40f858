import type { NodeId } from '../../model/ids.ts';
import type { SwarmView, TaskView } from '../../model/observed.ts';

/** A view never changes, so what its tasks are by node is found once: a plan asks for many nodes. */
const known = new WeakMap<readonly TaskView[], ReadonlyMap<NodeId, readonly TaskView[]>>();

/** All tasks that a node was given, ended ones too, by id. */
export function tasksOn(node: NodeId, { tasks }: Pick<SwarmView, 'tasks'>): readonly TaskView[] {
  let byNode = known.get(tasks);
  if (!byNode) {
    byNode = group(tasks);
    known.set(tasks, byNode);
  }
  return byNode.get(node) ?? NONE;
}

const NONE: readonly TaskView[] = [];

function group(tasks: readonly TaskView[]): ReadonlyMap<NodeId, readonly TaskView[]> {
  const byNode = new Map<NodeId, TaskView[]>();
  for (const task of tasks) {
    if (task.nodeId === null) continue;
    const there = byNode.get(task.nodeId);
    if (there) there.push(task);
    else byNode.set(task.nodeId, [task]);
  }
  for (const there of byNode.values()) there.sort((a, b) => (a.id < b.id ? -1 : 1));
  return byNode;
}
