import type { Desired, DesiredPool } from '../../model/desired.ts';
import type { Availability, Machine, Member } from '../../model/observed.ts';
import type { ClusterRecord } from '../../model/record.ts';
import { labelHold } from './label-hold.ts';
import { DECLARED_DRAIN_LABEL, intentOf, isJoining, keptByLabel, labelsFor, type Node, ownLabels } from './nodes.ts';
import { NO_UPKEEP, putRight, together, type Upkeep } from './put-right.ts';

/** Labels and availability of nodes that were admitted: as declared, whoever changed them. */
export function planNodeUpkeep(desired: Desired, record: ClusterRecord, staying: readonly Node[], now: number): Upkeep {
  return together(
    staying.map(({ machine, member }) => {
      const pool = desired.pools.find((p) => p.name === machine.pool);
      return pool && member && isSettled(pool, member)
        ? upkeepOf(pool, machine, member, { desired, record, now })
        : NO_UPKEEP;
    }),
  );
}

interface At {
  readonly desired: Desired;
  readonly record: ClusterRecord;
  readonly now: number;
}

function upkeepOf(pool: DesiredPool, machine: Machine, member: Member, at: At): Upkeep {
  const { record } = at;
  const changes = nodeChanges(pool, machine, member, record);
  const availability = availabilityFor(pool, member);
  const shown = byHand(pool, member, availability);
  if (changes.length === 0) return shown;
  const kept = keptByLabel(member);
  if (kept !== null)
    return together([shown, { ...NO_UPKEEP, holds: [labelHold(`change ${machine.id}`, machine.id, kept)] }]);
  const { id: node, version, hostname } = member;
  const labels = labelsFor(pool, machine, member, retired(pool, record));
  const step = { kind: 'set-node', node, version, hostname, availability, labels, why: changes.join(', ') } as const;
  return together([shown, putRight({ subject: `node ${hostname}`, changes, step }, at.desired, record, at.now)]);
}

/** How a node differs from what is declared, for people; empty when it does not. */
export function nodeChanges(
  pool: DesiredPool,
  machine: Machine,
  member: Member,
  record: ClusterRecord,
): readonly string[] {
  const wanted = ownLabels(pool, machine, member);
  const gone = [...retired(pool, record), DECLARED_DRAIN_LABEL].filter((key) => wanted[key] === undefined);
  const different = [...Object.keys(wanted), ...gone].filter((key) => member.labels[key] !== wanted[key]);
  const labels = different.sort().map((key) => {
    const declared = wanted[key] === undefined ? 'not declared' : `declared ${wanted[key]}`;
    return `${key} is ${member.labels[key] ?? 'missing'}, ${declared}`;
  });
  const availability = availabilityFor(pool, member);
  if (availability === member.availability) return labels;
  return [...labels, `availability is ${member.availability}, declared ${availability}`];
}

/**
 * Ready, not on its way out, and past its first admission. One that lost its pool label without being paused was admitted
 * before; of managers only such as hold the office already.
 */
export function isSettled(pool: DesiredPool, member: Member): boolean {
  if (member.state !== 'ready' || intentOf(member) !== null) return false;
  if (!isJoining(member)) return true;
  return member.availability !== 'pause' && (pool.role !== 'manager' || member.role === 'manager');
}

/** What is not declared and not by our hand is somebody's, at three in the morning: kept, unless the spec says otherwise. */
function availabilityFor(pool: DesiredPool, member: Member): Availability {
  if (pool.availability === 'drain') return 'drain';
  const isOurs = member.labels[DECLARED_DRAIN_LABEL] !== undefined;
  return isOurs || pool.health.undoManualDrain ? 'active' : member.availability;
}

/** Keys that skep gave nodes of this pool and that are not declared any more. What people put there is not among them. */
export function retired(pool: DesiredPool, { applied }: ClusterRecord): readonly string[] {
  return (applied.labels[pool.name] ?? []).filter((key) => !Object.hasOwn(pool.nodeLabels, key));
}

/** A drain or pause that nobody declared and that stays. */
function byHand(pool: DesiredPool, member: Member, wanted: Availability): Upkeep {
  if (pool.availability === 'drain' || wanted === 'active') return NO_UPKEEP;
  const { hostname, availability } = member;
  const answer = `kept; released by: docker node update --availability active ${hostname}, or health.undoManualDrain: true`;
  const difference = `availability is ${availability} by hand`;
  return { ...NO_UPKEEP, drift: [{ what: `node ${hostname}`, difference, answer, count: 0 }] };
}
