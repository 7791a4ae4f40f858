import type { Desired } from '../../model/desired.ts';
import type { Hold } from '../../model/hold.ts';
import { MANAGERS } from '../../model/ids.ts';
import type { InfrastructureView, SwarmView } from '../../model/observed.ts';
import type { ClusterRecord } from '../../model/record.ts';
import { planPromotions } from './admit.ts';
import { type DeadManagers, planDeadManagers, withAbsentUnreachable } from './dead-managers.ts';
import type { Leaver } from './leavers.ts';
import type { Node } from './nodes.ts';
import { planDemotion } from './rollout/demotion.ts';

export interface ManagersAsk {
  readonly desired: Desired;
  readonly record: ClusterRecord;
  readonly infrastructure: InfrastructureView;
  readonly swarm: SwarmView;
  readonly nodes: readonly Node[];
  readonly staying: readonly Node[];
  readonly condemned: readonly Leaver[];
  /** False: nothing may begin that takes away. */
  readonly mayShrink: boolean;
  /** Managers in raft that are to leave it because they are too many or outdated, in their order. */
  readonly retiring: readonly Node[];
  /** Why none of those is begun with now. */
  readonly retiringHold: Hold | null;
}

/** Who leaves raft and who joins it: one change at a time, the dead before the new. */
export function planManagerChanges(ask: ManagersAsk): DeadManagers {
  const { desired, record, infrastructure, nodes, staying, condemned } = ask;
  const ghosts = ghostsIn(ask.swarm, nodes);
  if (ghosts.length > 0) return { steps: [], holds: [ghostHold(ghosts)], waits: [] };
  const swarm = withAbsentUnreachable(ask.swarm, infrastructure, nodes);
  const dead = planDeadManagers(record.cluster, swarm, infrastructure, condemned);
  if (dead.steps.length > 0) return dead;
  const pool = desired.pools.find((p) => p.name === MANAGERS);
  // A worker that somebody promoted has no place in raft; nor has a manager that looks bad and still answers.
  const misplaced = nodes.filter((n) => n.machine.pool !== MANAGERS && n.member?.role === 'manager');
  const due = [...condemned.map((c) => c.node), ...(ask.mayShrink ? misplaced : [])];
  const promotions = planPromotions(desired, record, staying, swarm, [...due, ...ask.retiring]);
  if (promotions.length > 0) return { ...dead, steps: promotions };
  if (!pool) return dead;
  // Putting right waits for nothing; whom the spec retires may have to.
  const { retiring, retiringHold } = ask;
  const wrong = planDemotion(retiringHold === null ? [...due, ...retiring] : due, pool, swarm);
  const held = retiringHold !== null && planDemotion(retiring, pool, swarm).steps.length > 0 ? [retiringHold] : [];
  return { ...dead, steps: wrong.steps, holds: [...dead.holds, ...wrong.holds, ...held] };
}

/** Raft members that the node list lacks: with them no arithmetic over the list is right. */
function ghostsIn(swarm: SwarmView, nodes: readonly Node[]): readonly string[] {
  const asked = nodes.find((n) => n.machine.id === swarm.through)?.machine.engine?.peers ?? [];
  return asked.filter((id) => swarm.members.every((m) => m.id !== id));
}

const ghostHold = (ghosts: readonly string[]): Hold => ({
  reason: 'MembershipUnsettled',
  what: 'every change of the managers',
  why: `raft has members that the node list lacks: ${ghosts.join(', ')}`,
  release:
    'their engines come back and leave the swarm; if they are lost for good, by hand: docker swarm init --force-new-cluster on one manager, after the others left',
});
