import type { NodeId } from '../../model/ids.ts';
import type { Member, ServiceView, SwarmView } from '../../model/observed.ts';
import type { Step } from '../../model/step.ts';
import { isKeptOff, keptOff } from '../../model/surge.ts';
import { drainManner, drainOrder } from './drain-labels.ts';
import { intentOf } from './nodes.ts';
import { awaitedOn, isJob, weakerThanNoted } from './strength.ts';

/**
 * The next service that is to leave this node start-first, by a constraint of ours under the service's own update policy:
 * one after the other, the next when the one before is off the node and as strong as it was. Null: none is to be begun.
 *
 * The node is paused by then. On an active node Docker itself would stop tasks that no longer meet a constraint (swarmkit,
 * constraintenforcer), on a paused one it leaves them to the update.
 */
export function planSurge(member: Member, swarm: SwarmView): Step | null {
  const here = awaitedOn(member, swarm)
    .filter((service) => drainManner(service) === 'surge' && !isJob(service))
    .sort((a, b) => drainOrder(a) - drainOrder(b) || (a.name < b.name ? -1 : 1));
  const [next] = here;
  if (!next || here.some((service) => isKeptOff(service, member.id))) return null;
  const isBusy =
    next.updating || weakerThanNoted(member, swarm).some(({ service }) => drainManner(service) === 'surge');
  if (isBusy) return null;
  const order = next.updateOrder === 'start-first' ? '' : ' (its update order is stop-first: it blinks)';
  return constrain(next, member.id, true, `it leaves ${member.hostname} first${order}`);
}

/**
 * Constraints of ours that are needed no more: the node is drained by now, gone, or stays after all. So one that a crash
 * left behind goes too.
 */
export function planLooseSurges(swarm: SwarmView): readonly Step[] {
  const leaving = new Set<NodeId>(swarm.members.filter(isPreparing).map(({ id }) => id));
  return swarm.services.flatMap((service) => {
    const [loose] = keptOff(service.labels).filter((node) => !leaving.has(node));
    return loose ? [constrain(service, loose, false, 'its constraint against a node is needed no more')] : [];
  });
}

/** Paused by us so that some services leave it before it is drained. */
function isPreparing(member: Member): boolean {
  const intent = intentOf(member);
  return member.availability === 'pause' && member.state !== 'down' && (intent === 'remove' || intent === 'replace');
}

function constrain({ id, name, version }: ServiceView, node: NodeId, on: boolean, why: string): Step {
  return { kind: 'constrain-service', service: id, name, version, node, on, why };
}
