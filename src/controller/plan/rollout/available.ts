import type { DesiredPool } from '../../../model/desired.ts';
import { DECLARED_DRAIN_LABEL, intentOf, isAdmitted, isJoining, type Node } from '../nodes.ts';

/** Serves, or would: what budgets count. Drained or paused by hand is unavailable; held back by us is not. */
export function isAvailable(node: Node, pool: DesiredPool): boolean {
  const { machine, member } = node;
  if (member === null || !isAdmitted(node)) return false;
  if (machine.state !== 'running' || machine.engine === null || member.state !== 'ready') return false;
  if (member.role === 'manager' && member.manager?.reachability !== 'reachable') return false;
  if (pool.role === 'manager' && member.manager === null) return false;
  const intent = intentOf(member);
  if (intent !== null) return intent === HOLD_BACK;
  if (pool.availability === 'drain') return member.labels[DECLARED_DRAIN_LABEL] !== undefined;
  return member.availability === 'active';
}

/** Intent of an outdated node that is paused so that tasks move only once. */
export const HOLD_BACK = 'hold-back';

/** Of the managers: admitted as one, and one no more, by whose hand soever. */
export const isDemoted = ({ member }: Node): boolean =>
  member !== null && !isJoining(member) && member.role === 'worker' && member.manager === null;

/** Our drain of it was begun. */
export function isLeaving({ member }: Node): boolean {
  const intent = member && intentOf(member);
  return intent === 'remove' || intent === 'replace';
}
