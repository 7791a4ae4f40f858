import type { Result } from '../base/result.ts';
import type { MachineId } from '../model/ids.ts';
import type { SwarmView } from '../model/observed.ts';
import type { Problem } from '../model/problem.ts';
import type { Act } from '../providers/aws/table/act.ts';
import type { Swarm, SwarmRef } from '../providers/provider.ts';

/** What an order says, done through this manager. Versions are handed on as they were planned with, never read again. */
export function carryOut(
  swarm: Swarm,
  ref: SwarmRef,
  via: MachineId,
  act: Act,
  signal: AbortSignal,
): Promise<Result<void, Problem>> {
  switch (act.verb) {
    case 'set-node': {
      const { node: id, version, availability, labels } = act;
      return swarm.setNode(ref, via, { id, version }, { availability, labels }, signal);
    }
    case 'promote':
      return swarm.promote(ref, via, { id: act.node, version: act.version }, signal);
    case 'demote':
      return swarm.demote(ref, via, { id: act.node, version: act.version }, signal);
    case 'remove':
      return swarm.remove(ref, via, act.node, act.force, signal);
    case 'set-swarm':
      return swarm.setSwarm(ref, via, act.version, act.options, signal);
    case 'constrain': {
      const against = { node: act.against, on: act.on };
      return swarm.constrain(ref, via, { id: act.service, version: act.version }, against, signal);
    }
    case 'rebalance':
      return swarm.rebalance(ref, via, { id: act.service, version: act.version }, signal);
  }
}

/** Of what the act changes; null: it is not there. */
export function versionOf(view: SwarmView, act: Act): number | null {
  if (act.verb === 'set-swarm') return view.version;
  const id = 'node' in act ? act.node : act.service;
  return [...view.members, ...view.services].find((each) => each.id === id)?.version ?? null;
}
