import type { Machine } from '../../model/observed.ts';
import { intentOf, isJoining, type Node } from './nodes.ts';

export interface Leaver {
  readonly node: Node;
  readonly why: string;
  /** What its drain is marked with. */
  readonly intent: 'remove' | 'replace';
  /** True: it looks bad, or was demoted, and another takes its place: it does not count as a node of its pool. */
  readonly replaced?: boolean;
}

/** Whom to take away first: outdated ones, of these and of the others those that leave already, then those that serve least. */
export function byWorth(nodes: readonly Node[], outdated: ReadonlySet<Node>): readonly Node[] {
  const rank = (node: Node): number => (outdated.has(node) ? 0 : 10) + worth(node);
  return [...nodes].sort((a, b) => rank(a) - rank(b) || younger(a.machine, b.machine));
}

const younger = (a: Machine, b: Machine): number => b.createdAt - a.createdAt;

/** Lower goes first. `unknown` is normal after a leader change and says nothing against a node. */
function worth({ machine, member }: Node): number {
  const intent = member && intentOf(member);
  if (intent === 'remove' || intent === 'replace') return 0;
  if (member === null || machine.state === 'stopped') return 1;
  if (isJoining(member)) return 2;
  if (member.state === 'down' || member.state === 'disconnected') return 3;
  return member.availability === 'active' || intent !== null ? 5 : 4;
}
