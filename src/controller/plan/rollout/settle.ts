import type { SwarmView } from '../../../model/observed.ts';
import type { ClusterRecord, Rollout } from '../../../model/record.ts';
import { isJoining } from '../nodes.ts';
import { isLeaving } from './available.ts';
import type { PoolNow } from './pools.ts';
import { sparesIn } from './spares.ts';
import { weakServices } from './weak.ts';

/** What can be seen of how a rollout fares. */
export interface Bearing {
  /** A node is on its way in or out. Spares aside: they change nothing yet. */
  readonly moving: string | null;
  /** What is not well that was; null: all is well. */
  readonly dip: string | null;
  /** Nobody can tell: right after a leader change, or where a look failed. */
  readonly unsure: boolean;
  readonly weak: readonly string[];
}

export function bearingOf(pools: readonly PoolNow[], swarm: SwarmView, record: ClusterRecord): Bearing {
  const all = pools.flatMap((p) => p.here);
  const weak = weakServices(swarm);
  const known = new Set(record.rollout?.weak ?? weak.map((s) => s.id));
  const unsure =
    all.some((n) => n.machine.state === 'unknown' || n.member?.state === 'unknown') ||
    swarm.members.some((m) => m.state === 'unknown' && !isJoining(m));
  return {
    moving: pools.map(movement).find((text) => text !== null) ?? null,
    dip: pools.flatMap(sickIn)[0] ?? weak.find((s) => !known.has(s.id))?.what ?? null,
    unsure,
    weak: weak.map((s) => s.id),
  };
}

function movement(now: PoolNow): string | null {
  const { pool } = now;
  const spares = sparesIn(now);
  const here = now.here.filter((n) => !spares.includes(n));
  if (here.length !== pool.count) return `${pool.name}: ${pool.count} declared, ${here.length} there`;
  const mover = here.find((n) => isLeaving(n) || n.member === null || isJoining(n.member));
  if (mover) return `${mover.machine.id} is on its way`;
  const changing = here.find(({ member }) => member && (member.role === 'manager') !== (member.manager !== null));
  return changing ? `${changing.machine.id} changes its role` : null;
}

/** Admitted nodes that do not serve. What is drained or paused by hand, or held, is nobody's dip. */
function sickIn({ pool, here }: PoolNow): readonly string[] {
  return here.flatMap(({ machine, member }) => {
    if (member === null || isJoining(member) || member.state === 'unknown') return [];
    if (machine.state === 'stopped') return [`${machine.id} is stopped`];
    if (member.state !== 'ready') return [`the swarm calls ${machine.id} ${member.state}`];
    if (pool.role === 'manager' && member.role === 'manager' && member.manager?.reachability !== 'reachable')
      return [`the other managers do not reach ${machine.id}`];
    return [];
  });
}

/**
 * The note after this look; null when nothing is outdated any more. The very same note when nothing changed.
 * @param isAnew the document changed: what was weak under the old one is not held against the new
 */
export function nextRollout(
  before: Rollout | null,
  seen: Bearing,
  { isAnew, now }: { readonly isAnew: boolean; readonly now: number },
): Rollout {
  const was: Rollout =
    before !== null && !isAnew
      ? before
      : {
          startedAt: now,
          state: before === null || before.state === 'fresh' ? 'fresh' : 'well',
          since: now,
          weak: seen.weak,
        };
  const calm = was.state === 'fresh' ? 'fresh' : 'well';
  // `unknown` is never counted as bad, nor as well again. Nothing is begun before all are known, and what dipped is seen then.
  const unsureState = was.state === 'moving' ? calm : was.state;
  const rested = seen.unsure ? unsureState : seen.dip !== null ? 'dipped' : calm;
  const state = seen.moving !== null ? 'moving' : rested;
  return state === was.state ? was : { ...was, state, since: now };
}
