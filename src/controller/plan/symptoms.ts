import type { DesiredPool } from '../../model/desired.ts';
import type { HealthNote } from '../../model/health-note.ts';
import type { Machine, SwarmView } from '../../model/observed.ts';
import type { ClusterRecord } from '../../model/record.ts';
import { isJoining, type Node } from './nodes.ts';

/** Starts of one machine within this time that are tried before it is replaced (safety.md 4). */
export const MAX_STARTS = 3;
export const STARTS_WITHIN_MS = 600_000;
/** A machine found overdue may still join: a controller that was away finds them all so. Our choice: a join takes 1 s. */
export const OVERDUE_GRACE_MS = 30_000;

/** How a machine looks bad. `startup`: it never became a member in time. */
export interface Symptom {
  readonly kind: 'stopped' | 'sick' | 'startup';
  /** What is wrong, for people, e.g. `the swarm calls it down`. */
  readonly what: string;
}

export interface Seen {
  readonly record: ClusterRecord;
  /** Null: it could not be asked, or there is none. */
  readonly swarm: SwarmView | null;
  readonly now: number;
}

/**
 * Null: it looks well, or nobody can tell. `unknown`, of a machine or of a member, is never counted as bad.
 * @param pool null: not declared any more, and nobody says how long a startup of it may take
 */
export function symptomOf({ machine, member }: Node, pool: DesiredPool | null, seen: Seen): Symptom | null {
  const { state, engine } = machine;
  if (state === 'unknown' || engine?.swarm === 'locked') return null;
  if (state === 'stopped')
    return { kind: 'stopped', what: `it is stopped${machine.detail ? ` (${machine.detail})` : ''}` };
  if (seen.swarm === null && seen.record.swarmId !== null) return null;
  if (member === null && engine?.nodeId) {
    return { kind: 'sick', what: `it says that it is member ${engine.nodeId}, which the swarm does not list` };
  }
  if (member === null || isJoining(member)) {
    const isIn = member?.state === 'ready' || member?.state === 'unknown';
    return isIn || pool === null || !isOverdue(machine, pool, seen)
      ? null
      : { kind: 'startup', what: startupText(machine, member?.state) };
  }
  if (member.state === 'down' || member.state === 'disconnected') {
    return { kind: 'sick', what: `the swarm calls it ${member.state}` };
  }
  if (member.manager?.reachability === 'unreachable')
    return { kind: 'sick', what: 'the other managers cannot reach it' };
  if (engine?.swarm === 'error') return { kind: 'sick', what: `its engine says: ${engine.error ?? 'error'}` };
  return null;
}

/** Measured from when it was asked for, or from its last start. */
export function isOverdue(machine: Machine, pool: DesiredPool, { record, now }: Omit<Seen, 'swarm'>): boolean {
  const starts = startsOf(machine, record.health, now).map((note) => note.at);
  return now - Math.max(machine.createdAt, ...starts) >= pool.health.startupTimeoutMs;
}

function startupText({ engine, detail }: Machine, member: string | undefined): string {
  if (member !== undefined) return `it joined and the swarm calls it ${member}`;
  if (engine === null) return `its engine never answered${detail ? ` (${detail})` : ''}`;
  return `it never joined (${engine.error ?? engine.swarm})`;
}

export const startsOf = ({ id }: Machine, notes: readonly HealthNote[], now: number): readonly HealthNote[] =>
  notes.filter((n) => n.kind === 'start' && n.machine === id && now - n.at < STARTS_WITHIN_MS);

/** Since when it has looked bad; now, when that is not on the record yet. */
export const badSince = ({ id }: Machine, notes: readonly HealthNote[], now: number): number =>
  notes.find((n) => n.kind === 'bad' && n.machine === id)?.at ?? now;
