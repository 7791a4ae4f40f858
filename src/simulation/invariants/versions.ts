import { expand } from '../../model/desired.ts';
import { canonicalJson } from '../../model/hash.ts';
import type { Machine } from '../../model/observed.ts';
import { memberOn, type Sight, sightsOf } from '../sight.ts';
import { type Broken, type Change, changesOf, type Invariant, isBeingDeleted } from '../trace.ts';

/**
 * S14: a newer skep, with no change in the spec, replaces machines that were made of the same, whatever hash they bear.
 * Seen at its beginning: a pool that is whole, healthy and made of the same grows above its count, or one of it is drained.
 */
export const S14: Invariant = (trace) =>
  changesOf(trace, 'grow-pool', 'set-node').flatMap((change): readonly Broken[] => {
    if (isBeingDeleted(change) || change.before?.record?.firstReadyAt == null || !change.look) return [];
    const touched = new Set(poolsTouchedBy(change));
    const [seen, truth] = sightsOf(change).map((sight) => poolsWithoutNeed(sight));
    const pools = (seen ?? []).filter((pool) => truth?.includes(pool) && touched.has(pool));
    return pools.map((pool) => ({
      invariant: 'S14',
      at: change.at,
      why: `${change.cluster}: ${pool} is replaced although all of it was made of the same`,
    }));
  });

/** Where a machine was added, or a node drained to be replaced. */
function poolsTouchedBy({ before, after }: Change): readonly string[] {
  const old = new Set(before?.machines.map((m) => m.id));
  const made = (after?.machines ?? []).filter((m) => !old.has(m.id)).map((m) => m.pool);
  const was = new Map(before?.swarms.flatMap((s) => s.members.map((m) => [m.id, m.availability])));
  const drained = (after?.swarms ?? [])
    .flatMap((s) => s.members)
    .filter(
      (m) => m.availability === 'drain' && was.get(m.id) !== 'drain' && m.labels['skep.intent']?.startsWith('replace'),
    );
  const pools = drained.map((m) => after?.machines.find(({ membership }) => membership?.node === m.id)?.pool ?? '');
  return [...made, ...pools];
}

/** Pools as large as declared, of healthy admitted nodes made of what is declared today. */
function poolsWithoutNeed(sight: Sight): readonly string[] {
  const { record } = sight;
  if (!record) return [];
  return expand(record.spec, record.source)
    .pools.filter((pool) => {
      const here = sight.machines.filter((m) => m.pool === pool.name);
      const isGood = (m: Machine): boolean => {
        const member = memberOn(sight, m);
        const inputs = record.hashInputs[m.hash];
        const isWell = m.state === 'running' && member?.state === 'ready' && member.labels['skep.pool'] !== undefined;
        const isRightRole = (pool.role === 'manager') === (member?.manager?.reachability === 'reachable');
        return (
          isWell && isRightRole && inputs !== undefined && canonicalJson(inputs) === canonicalJson(pool.hashInputs)
        );
      };
      return here.length === pool.count && here.every(isGood);
    })
    .map((pool) => pool.name);
}
