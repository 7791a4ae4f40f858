import { expand } from '../../model/desired.ts';
import { MANAGERS } from '../../model/ids.ts';
import type { Machine } from '../../model/observed.ts';
import { memberOn, removedBy, type Sight, sightOf, sightOfLook, sightsOf } from '../sight.ts';
import { type Broken, type Change, changesOf, type Invariant, isBeingDeleted } from '../trace.ts';

/** S5: more nodes of a pool are unavailable because of us than allowed; nodes already down count. */
export const S5: Invariant = (trace) =>
  changesOf(trace, 'set-node', 'remove-machine').flatMap((change): readonly Broken[] => {
    if (isBeingDeleted(change) || change.before?.record?.firstReadyAt == null) return [];
    const [first, ...others] = sightsOf(change).map((sight) => shortages(sight, change));
    const pools = (first ?? []).filter((pool) => others.every((some) => some.includes(pool)));
    return pools.map((pool) => ({
      invariant: 'S5',
      at: change.at,
      why: `${change.cluster}: ${pool} has fewer available nodes than its budget allows, by our hand`,
    }));
  });

/** Worker pools that this effect leaves with fewer available nodes than declared less `maxUnavailable`. */
function shortages(sight: Sight, change: Change): readonly string[] {
  const { record } = sight;
  if (!record) return [];
  const lost = unavailableBy(change);
  return expand(record.spec, record.source)
    .pools.filter((pool) => {
      const available = sight.machines.filter((m) => m.pool === pool.name && isAvailable(sight, m)).map((m) => m.id);
      const taken = available.filter((id) => lost.has(id)).length;
      // Managers are counted by their quorum.
      if (pool.name === MANAGERS || taken === 0) return false;
      return available.length - taken < pool.count - pool.rollout.maxUnavailable;
    })
    .map((pool) => pool.name);
}

/** Machines that an effect drained or removed. */
function unavailableBy(change: Change): ReadonlySet<string> {
  const after = sightOf(change.after);
  const before = sightOf(change.before);
  const drained = before.machines.filter((m) => isAvailable(before, m) && !isAvailable(after, m)).map((m) => m.id);
  return new Set([...removedBy(change), ...drained]);
}

/** Held back in a rollout counts as available; `unknown` after a leader change says nothing against a node. */
function isAvailable(sight: Sight, machine: Machine): boolean {
  const member = memberOn(sight, machine);
  // The swarm's word comes some seconds after the machine's end; by then it may be on its way back.
  if (machine.state === 'stopped' || machine.state === 'booting' || member?.labels['skep.pool'] === undefined)
    return false;
  if (member.state !== 'ready' && member.state !== 'unknown') return false;
  return member.availability === 'active' || member.labels['skep.intent']?.startsWith('hold-back') === true;
}

/** S7: healing goes on under the brake of section 4: a worker that exists is taken away for looking bad. */
export const S7: Invariant = (trace) =>
  changesOf(trace, 'remove-machine').flatMap((change): readonly Broken[] => {
    if (isBeingDeleted(change) || change.before?.record?.firstReadyAt == null || !change.look) return [];
    const seen = sightOfLook(change.look);
    return removedBy(change)
      .filter((id) => isBraked(seen, id) && isBraked(sightOf(change.before), id))
      .map((id) => ({ invariant: 'S7', at: change.at, why: `${change.cluster}: ${id} is taken away under the brake` }));
  });

function isBraked(sight: Sight, id: string): boolean {
  const machine = sight.machines.find((m) => m.id === id);
  const { record } = sight;
  if (!machine || !record || machine.pool === MANAGERS || !looksBad(sight, machine)) return false;
  const pool = expand(record.spec, record.source).pools.find((p) => p.name === machine.pool);
  if (!pool) return false;
  // A rollout has it in hand: what it began with a healthy node it ends. What never became a node is of no use to it.
  const member = memberOn(sight, machine);
  const isInHand = !member || member.labels['skep.intent']?.startsWith('replace') === true;
  if (isInHand && machine.hash !== pool.machineHash) return false;
  const here = sight.machines.filter((m) => m.pool === pool.name);
  // More than declared: then it goes because there are too many.
  if (here.length > pool.count) return false;
  const bad = pool.count - here.filter((m) => isWell(sight, m)).length;
  const zone = sight.machines.filter((m) => m.zone === machine.zone);
  return bad > pool.health.maxUnhealthy || (zone.length > 1 && zone.every((m) => looksBad(sight, m)));
}

const isWell = (sight: Sight, machine: Machine): boolean =>
  !looksBad(sight, machine) && memberOn(sight, machine)?.labels['skep.pool'] !== undefined;

/** A member that it once was is down, or the machine stands still. */
function looksBad(sight: Sight, machine: Machine): boolean {
  if (machine.state === 'stopped') return true;
  const state = memberOn(sight, machine)?.state;
  return state === 'down' || state === 'disconnected';
}
