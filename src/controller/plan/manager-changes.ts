import type { Desired } from '../../model/desired.ts';
import type { Hold } from '../../model/hold.ts';
import type { InfrastructureView, SwarmView } from '../../model/observed.ts';
import type { ClusterRecord } from '../../model/record.ts';
import { planPromotions } from './admit.ts';
import { type DeadManagers, planDeadManagers, withAbsentUnreachable } from './dead-managers.ts';
import type { Node } from './nodes.ts';
import type { Surplus } from './surplus.ts';

export interface ManagersAsk {
  readonly desired: Desired;
  readonly record: ClusterRecord;
  readonly infrastructure: InfrastructureView;
  readonly swarm: SwarmView;
  readonly nodes: readonly Node[];
  readonly staying: readonly Node[];
  readonly condemned: readonly Surplus[];
}

/** Who leaves raft and who joins it: one change at a time, the dead before the new. */
export function planManagerChanges(ask: ManagersAsk): DeadManagers {
  const { desired, record, infrastructure, nodes, staying, condemned } = ask;
  const ghosts = ghostsIn(ask.swarm, nodes);
  if (ghosts.length > 0) return { steps: [], holds: [ghostHold(ghosts)], waits: [] };
  const swarm = withAbsentUnreachable(ask.swarm, infrastructure, nodes);
  const dead = planDeadManagers(record.cluster, swarm, infrastructure, condemned);
  return dead.steps.length > 0 ? dead : { ...dead, steps: planPromotions(desired, record, staying, swarm) };
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
