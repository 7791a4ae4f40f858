import type { Desired, DesiredPool } from '../../model/desired.ts';
import type { MachineId } from '../../model/ids.ts';
import type { Machine } from '../../model/observed.ts';
import type { MachineWish, Step } from '../../model/step.ts';
import { freshNames } from './names.ts';

export interface GrowthAsk {
  readonly desired: Desired;
  readonly machines: readonly Machine[];
  /** Those of each pool that are there and do not count any more: their places are filled while they go. */
  readonly going: readonly Machine[];
  /** Salt of new names: the record's revision. */
  readonly salt: number;
  readonly taken: ReadonlySet<string>;
  /** Machines wanted above the declared count, by pool. */
  readonly surge: ReadonlyMap<string, number>;
  /** The name kept for the first manager while there is no swarm; else null. */
  readonly founder: MachineId | null;
}

/** Machines that pools lack, all in one batch; each goes to the zone that has the fewest of its pool. */
export function planGrowth(ask: GrowthAsk): readonly Step[] {
  return ask.desired.pools.flatMap((pool): readonly Step[] => {
    const have = ask.machines.filter((m) => m.pool === pool.name);
    const surge = ask.surge.get(pool.name) ?? 0;
    const missing = pool.count + surge - have.length;
    if (missing <= 0) return [];
    const why = `${pool.name}: ${pool.count} declared, ${have.length} there${surge > 0 ? `, ${surge} more to replace outdated ones` : ''}`;
    const count = pool.count + surge + ask.going.filter((m) => m.pool === pool.name).length;
    const machines = ask.desired.namedBy === 'skep' ? wishes(ask, pool, have, missing) : unnamed(ask, pool, missing);
    return [{ kind: 'grow-pool', pool: pool.name, count, machines, why }];
  });
}

/** The name that the first manager of a new cluster will bear. Null: only the machine itself will tell. */
export function founderName(desired: Desired, salt: number, taken: ReadonlySet<string>): MachineWish['id'] | null {
  if (desired.namedBy === 'provider') return null;
  const pool = desired.pools.find((p) => p.role === 'manager');
  return pool ? (freshNames({ cluster: desired.cluster, pool: pool.name, salt }, taken, 1)[0] ?? null) : null;
}

/** What the provider will name: called after their pool until they are there. */
function unnamed({ taken }: GrowthAsk, pool: DesiredPool, missing: number): readonly MachineWish[] {
  const names = Array.from({ length: missing + taken.size }, (_, i) => `new ${pool.name} ${i + 1}` as MachineId);
  const free = names.filter((name) => !taken.has(name)).slice(0, missing);
  return free.map((id) => ({ id, pool: pool.name, zone: '', hash: pool.machineHash }));
}

function wishes(ask: GrowthAsk, pool: DesiredPool, have: readonly Machine[], missing: number): readonly MachineWish[] {
  const { desired, salt, taken, founder } = ask;
  const perZone = new Map(pool.zones.map((zone) => [zone, have.filter((m) => m.zone === zone).length]));
  const first = pool.role === 'manager' && founder !== null && !taken.has(founder) ? [founder] : [];
  const fresh = freshNames({ cluster: desired.cluster, pool: pool.name, salt }, new Set([...taken, ...first]), missing);
  return [...first, ...fresh].slice(0, missing).map((id) => {
    const zone = [...perZone].reduce((least, entry) => (entry[1] < least[1] ? entry : least))[0];
    perZone.set(zone, (perZone.get(zone) ?? 0) + 1);
    return { id, pool: pool.name, zone, hash: pool.machineHash };
  });
}
