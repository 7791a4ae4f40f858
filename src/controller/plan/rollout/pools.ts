import type { Desired, DesiredPool } from '../../../model/desired.ts';
import type { Hold } from '../../../model/hold.ts';
import type { NodeId } from '../../../model/ids.ts';
import { isOutdated } from '../../../model/machine-hash.ts';
import type { Member, SwarmView } from '../../../model/observed.ts';
import type { ClusterRecord } from '../../../model/record.ts';
import { drainObjection } from '../drain.ts';
import { labelHold } from '../label-hold.ts';
import { byWorth } from '../leavers.ts';
import { INTENT_LABEL, keptByLabel, type Node } from '../nodes.ts';
import { isAvailable, isLeaving } from './available.ts';

/** One declared pool as a rollout sees it. Nodes that healing takes away are in none of these. */
export interface PoolNow {
  readonly pool: DesiredPool;
  readonly here: readonly Node[];
  readonly available: ReadonlySet<Node>;
  /** Made from another machine spec than the pool's. */
  readonly outdated: ReadonlySet<Node>;
  /** Outdated, available, and nothing speaks against taking them away: the first of them, one more than go at once. */
  readonly takable: readonly Node[];
  /** What speaks against those before them. */
  readonly holds: readonly Hold[];
  /** As many as there are beyond the declared count, those first that go first. */
  readonly excess: readonly Node[];
  /** At least one available node is of today's spec: the canary lives. */
  readonly hasGood: boolean;
}

export function poolsNow(
  desired: Desired,
  record: ClusterRecord,
  nodes: readonly Node[],
  swarm: SwarmView,
): readonly PoolNow[] {
  const byPool = new Map<string, Node[]>(desired.pools.map((p) => [p.name, []]));
  for (const node of nodes) byPool.get(node.machine.pool)?.push(node);
  return desired.pools.map((pool) => {
    const here = byPool.get(pool.name) ?? [];
    const available = new Set(here.filter((n) => isAvailable(n, pool)));
    const outdated = new Set(here.filter((n) => isOutdated(n.machine, pool, record)));
    const holds: Hold[] = [];
    const takable: Node[] = [];
    for (const node of byWorth([...outdated], outdated)) {
      if (!available.has(node) || takable.length > atOnce(pool)) continue;
      const hold = takingHold(node, pool, swarm);
      if (hold) holds.push(hold);
      else takable.push(node);
    }
    const excess = excessOf(pool, byWorth(here, outdated), outdated, swarm);
    const hasGood = [...available].some((n) => !outdated.has(n));
    return { pool, here, available, outdated, takable, holds, excess, hasGood };
  });
}

/** One that is held is chosen only where no other of its kind, outdated or not, is left: it would keep them from going. */
function excessOf(
  pool: DesiredPool,
  order: readonly Node[],
  outdated: ReadonlySet<Node>,
  swarm: SwarmView,
): readonly Node[] {
  const count = order.length - pool.count;
  const chosen: Node[] = [];
  for (const kind of [order.filter((n) => outdated.has(n)), order.filter((n) => !outdated.has(n))]) {
    const held: Node[] = [];
    for (const node of kind) {
      if (chosen.length >= count) break;
      (isHeld(node, pool, swarm) ? held : chosen).push(node);
    }
    chosen.push(...held.slice(0, Math.max(0, count - chosen.length)));
  }
  return chosen;
}

function isHeld(node: Node, pool: DesiredPool, swarm: SwarmView): boolean {
  const { member } = node;
  if (member === null || isLeaving(node)) return false;
  return keptByLabel(member) !== null || drainObjection({ member, swarm, pool, intent: 'remove' }) !== null;
}

const atOnce = ({ rollout }: DesiredPool): number => rollout.maxSurge + rollout.maxUnavailable;

/** Why a node is not taken away for another, whatever else is true. */
function takingHold({ machine, member }: Node, pool: DesiredPool, swarm: SwarmView): Hold | null {
  const kept = keptByLabel(member);
  if (kept !== null) return labelHold(`replace ${machine.id}`, machine.id, kept);
  if (member === null) return null;
  // Where one more is made first, its tasks find room there.
  const then = pool.rollout.maxSurge > 0 ? withTwin(member, swarm) : swarm;
  return drainObjection({ member, swarm: then, pool, intent: 'replace' });
}

/** As it would be with one more node of the same kind, which is empty. */
function withTwin(member: Member, swarm: SwarmView): SwarmView {
  const id = `${member.id}-next` as NodeId;
  const { [INTENT_LABEL]: _, ...labels } = member.labels;
  return { ...swarm, members: [...swarm.members, { ...member, id, hostname: id, availability: 'active', labels }] };
}
