import type { Machine, Member, SwarmView } from '../model/observed.ts';
import type { ClusterRecord } from '../model/record.ts';
import { viewMachine, viewSwarm } from '../providers/simulated/view.ts';
import type { World } from '../providers/simulated/world.ts';
import type { Change, Look } from './trace.ts';

/** A cluster as it was seen, or as it truly was, in the same words: so that one rule judges both. */
export interface Sight {
  readonly machines: readonly Machine[];
  readonly swarm: SwarmView | null;
  readonly record: ClusterRecord | null;
}

export function sightOf(world: World | null): Sight {
  if (!world) return { machines: [], swarm: null, record: null };
  const [swarm] = [...world.swarms].sort((a, b) => b.members.length - a.members.length);
  const through = world.machines.find((m) => m.membership?.node === swarm?.leader) ?? world.machines[0];
  return {
    machines: world.machines.map((machine) => viewMachine(world, machine)),
    swarm: swarm && through ? viewSwarm(swarm, through) : null,
    record: world.record,
  };
}

/** Parts whose look failed are empty: what may be done without them is S6's to judge. */
export function sightOfLook({ observed: { infrastructure, swarm, record } }: Look): Sight {
  return {
    machines: infrastructure.ok ? infrastructure.value.machines : [],
    swarm: swarm.ok ? swarm.value : null,
    record: record.ok ? record.value : null,
  };
}

/**
 * What an effect is judged by: what its pass saw, and the truth right before it. A rule is broken when both break it: what
 * changed after the look no planner can know, and what a look did not show S6 judges.
 */
export function sightsOf({ look, before }: Change): readonly Sight[] {
  return look ? [sightOfLook(look), sightOf(before)] : [sightOf(before)];
}

export const memberOn = ({ swarm }: Sight, machine: Machine): Member | undefined =>
  swarm?.members.find(({ id, hostname }) =>
    machine.engine?.nodeId ? id === machine.engine.nodeId : hostname === machine.id,
  );

/** Machines that are there before and not after. */
export function removedBy({ before, after }: Change): readonly string[] {
  const left = new Set(after?.machines.map(({ id }) => id));
  return (before?.machines ?? []).map(({ id }) => id as string).filter((id) => !left.has(id as never));
}

/** Members whose wanted role an effect changed, with the new one. */
export function rolesChangedBy({ before, after }: Change): readonly { readonly node: string; readonly to: string }[] {
  const old = new Map(before?.swarms.flatMap((swarm) => swarm.members.map((m) => [m.id, m.role])));
  return (after?.swarms ?? []).flatMap((swarm) =>
    swarm.members.filter((m) => old.has(m.id) && old.get(m.id) !== m.role).map((m) => ({ node: m.id, to: m.role })),
  );
}
