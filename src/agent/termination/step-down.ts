import type { Random } from '../../base/random.ts';
import { ok, type Result } from '../../base/result.ts';
import type { ClusterName, MachineId, NodeId } from '../../model/ids.ts';
import type { EngineView, SwarmView } from '../../model/observed.ts';
import type { Problem } from '../../model/problem.ts';
import { isChanging, mayDemote, raftOf } from '../../model/quorum.ts';
import type { Act } from '../../providers/aws/table/act.ts';
import { readFounding } from '../../providers/aws/table/founding.ts';
import { readLook } from '../../providers/aws/table/look.ts';
import { type Order, place, readOrder } from '../../providers/aws/table/order.ts';
import type { Table } from '../../providers/aws/table/table.ts';

/**
 * Whether a manager that is going to be taken away may leave raft now, as the planner would judge it: only while more are
 * in raft than are declared, one at a time, with a margin left, and never against a person's label.
 * @param peers raft members that its engine knows; missing: it does not tell
 * @param managers how many are declared; null: not known, so it stays
 */
export function mayStepDown(
  view: SwarmView,
  node: NodeId,
  peers: readonly NodeId[] | undefined,
  managers: number | null,
): Act | null {
  const raft = raftOf(view.members);
  const me = view.members.find(({ id }) => id === node);
  if (managers === null || me?.role !== 'manager' || me.manager?.reachability !== 'reachable') return null;
  if (me.labels['skep.hold'] !== undefined || view.rootRotationInProgress) return null;
  // After a leader change nobody can say who is there; a peer that is in no list may be a vote that nobody counts.
  if (view.members.some(({ state }) => state === 'unknown')) return null;
  if (peers?.some((peer) => !view.members.some(({ id, manager }) => id === peer && manager))) return null;
  if (isChanging(raft) || !mayDemote(raft, managers)) return null;
  return { verb: 'demote', node, version: me.version };
}

export interface SteppingDown {
  readonly cluster: ClusterName;
  readonly machine: MachineId;
  readonly table: Table;
  readonly look: (signal: AbortSignal) => Promise<Result<SwarmView, Problem>>;
  readonly random: Random;
}

/** From when an agent first sees the order until it no longer begins. Our choice: an order takes about 2 s. */
const ORDER_MS = 30_000;

/**
 * A manager orders its own demotion, never another's, and carries out nothing by itself: the one open order of a cluster is
 * what keeps two changes of managers from going on at once, the controller's and those of other managers that leave.
 * The order before it is read before the swarm is looked at, so no other change came between the look and this one.
 * True: it is ordered.
 */
export async function stepDown(
  { cluster, machine, table, look, random }: SteppingDown,
  { nodeId, peers }: EngineView,
  signal: AbortSignal,
): Promise<Result<boolean, Problem>> {
  const asked = await readLook(table, cluster, signal);
  if (!asked.ok) return asked;
  const founding = await readFounding(table, cluster, signal);
  if (!founding.ok) return founding;
  const last = await readOrder(table, cluster, signal);
  if (!last.ok) return last;
  if (nodeId === null || !isSettled(last.value)) return ok(false);
  const view = await look(signal);
  if (!view.ok) return view;
  if (view.value.id !== founding.value?.swarm) return ok(false);
  const act = mayStepDown(view.value, nodeId, peers, asked.value?.managers ?? null);
  if (!act) return ok(false);
  const term = Math.max(asked.value?.term ?? 0, founding.value.term, last.value?.term ?? 0);
  const order = { id: random.id(12), term, limitMs: ORDER_MS, by: machine, act };
  const placed = await place(table, cluster, last.value, order, signal);
  if (placed.ok) return ok(true);
  return placed.problem.kind === 'conflict' ? ok(false) : placed;
}

/** Of one that was given up when it was claimed already nobody knows whether it is being carried out. */
const isSettled = (order: Order | null): boolean =>
  order === null || order.state === 'done' || (order.state === 'given-up' && order.claim === null);
