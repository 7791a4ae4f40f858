import { brakeOn, type Checked } from '../brake.ts';
import { byWorth, type Leaver } from '../leavers.ts';
import { isJoining, type Node } from '../nodes.ts';
import { isLeaving } from './available.ts';
import type { PoolNow } from './pools.ts';
import { sparesIn } from './spares.ts';

/** What this pool may do now. */
export interface WorkersMay {
  /** Healthy nodes beyond the declared count may be taken away. */
  readonly shrink: boolean;
  /** Outdated nodes to be begun with now, at most; 0: none. */
  readonly begin: number;
  /** Machines to be made for such as will be begun with, at most. */
  readonly prepare: number;
  /** Outdated nodes that serve nobody may go. */
  readonly clear: boolean;
  /** False: nobody will be replaced by them. */
  readonly keepSpares: boolean;
}

export interface WorkersTurn {
  readonly leavers: readonly Leaver[];
  /** Machines wanted above the declared count. */
  readonly surge: number;
  /** Healthy nodes that are too many and may not go now. */
  readonly kept: number;
}

/**
 * Who of a worker pool goes now. Never more available nodes than the declared count (beyond the count), or than the
 * count less `maxUnavailable` (outdated ones), leaves behind; nodes already unavailable count, and cost nothing.
 */
export function planWorkers(now: PoolNow, may: WorkersMay, all: readonly Checked[]): WorkersTurn {
  const { pool, here, available, outdated } = now;
  const order = byWorth(here, outdated);
  let spare = available.size - pool.count;
  let kept = 0;
  const leavers = new Map<Node, Leaver>();
  const leave = (node: Node): void => {
    const isOld = outdated.has(node);
    leavers.set(node, { node, why: isOld ? OUTDATED : tooMany(now), intent: isOld ? 'replace' : 'remove' });
    if (available.has(node)) spare -= 1;
  };
  for (const node of now.excess) {
    if (isUnsure(node)) continue;
    if (!available.has(node)) leave(node);
    else if (!may.shrink) kept += 1;
    else if (spare > 0) leave(node);
  }
  if (!may.keepSpares) for (const node of sparesIn(now)) leave(node);
  const rest = order.filter((n) => outdated.has(n) && !leavers.has(n));
  for (const node of rest) if (isLeaving(node) || (may.clear && isFree(now, node, all))) leave(node);
  let begun = 0;
  const room = (): number => spare + pool.rollout.maxUnavailable;
  for (const node of now.takable) {
    if (leavers.has(node) || begun >= may.begin || room() <= 0) continue;
    leave(node);
    begun += 1;
  }
  const left = now.takable.filter((n) => !leavers.has(n)).length;
  const due = Math.max(may.begin - begun, may.prepare);
  const surge = here.length > pool.count ? 0 : Math.min(pool.rollout.maxSurge, due, left);
  return { leavers: [...leavers.values()], surge: Math.max(0, surge), kept };
}

export const OUTDATED = 'it was made from another machine spec';

const tooMany = ({ pool, here }: PoolNow): string => `${pool.name}: ${pool.count} declared, ${here.length} there`;

/** Right after a leader change nobody can say whether it serves: it is neither spare nor useless. */
const isUnsure = (node: Node): boolean =>
  node.member?.state === 'unknown' && !isJoining(node.member) && !isLeaving(node);

/** Outdated and of no use to anybody: it never became a node, or it is down and the brake is not on. */
function isFree({ pool, available }: PoolNow, node: Node, all: readonly Checked[]): boolean {
  const { machine, member } = node;
  if (available.has(node) || machine.state === 'unknown') return false;
  if (member === null) return machine.engine === null || machine.engine.swarm !== 'pending';
  if (isJoining(member)) return member.state !== 'unknown';
  const isDown = machine.state === 'stopped' || member.state === 'down' || member.state === 'disconnected';
  return isDown && brakeOn(node, pool, all) === null;
}
