import type { Member } from './observed.ts';

/** What a constraint asks of a node. */
export type ConstrainedNode = Pick<
  Member,
  'id' | 'hostname' | 'address' | 'manager' | 'labels' | 'engineLabels' | 'platform'
>;

/**
 * Whether a node meets all of a service's constraints, as swarmkit judges (manager/constraint): keys and values in any
 * case, labels' own names exactly, a label that is not there is empty, a key that nobody knows is never met.
 * `node.ip` is compared as one address, not as a range: a range is taken as not met.
 */
export function meetsConstraints(constraints: readonly string[], node: ConstrainedNode): boolean {
  return demandsOf(constraints).every(({ key, value, isEqual }) => {
    const actual = wordOf(key, node);
    return actual !== null && (actual.toLowerCase() === value) === isEqual;
  });
}

interface Demand {
  readonly key: string;
  /** In lower case. */
  readonly value: string;
  readonly isEqual: boolean;
}
/** A service's constraints are held against every node: read once. */
const known = new WeakMap<readonly string[], readonly Demand[]>();

function demandsOf(constraints: readonly string[]): readonly Demand[] {
  const before = known.get(constraints);
  if (before) return before;
  const demands = constraints.map((constraint): Demand => {
    const isEqual = constraint.includes('==');
    const [key = '', value = ''] = splitOnce(constraint, isEqual ? '==' : '!=');
    return { key, value: value.toLowerCase(), isEqual };
  });
  known.set(constraints, demands);
  return demands;
}

const NODE_LABEL = 'node.labels.';
const ENGINE_LABEL = 'engine.labels.';

/** Null: there is no such key. A node's role is the one that it has, not the one that is wanted. */
function wordOf(key: string, node: ConstrainedNode): string | null {
  const lower = key.toLowerCase();
  if (lower.startsWith(NODE_LABEL)) return node.labels[key.slice(NODE_LABEL.length)] ?? '';
  if (lower.startsWith(ENGINE_LABEL)) return node.engineLabels[key.slice(ENGINE_LABEL.length)] ?? '';
  switch (lower) {
    case 'node.id':
      return node.id;
    case 'node.hostname':
      return node.hostname;
    case 'node.ip':
      return node.address ?? '';
    case 'node.role':
      return node.manager === null ? 'worker' : 'manager';
    case 'node.platform.os':
      return node.platform.os;
    case 'node.platform.arch':
      return node.platform.arch;
    default:
      return null;
  }
}

function splitOnce(text: string, by: string): readonly [string, string] {
  const at = text.indexOf(by);
  return at < 0 ? [text.trim(), ''] : [text.slice(0, at).trim(), text.slice(at + by.length).trim()];
}
