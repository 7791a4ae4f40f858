import type { Desired } from '../../model/desired.ts';
import { MANAGERS } from '../../model/ids.ts';
import type { ClusterRecord } from '../../model/record.ts';
import { intentOf, isJoining, type Node } from './nodes.ts';

export interface Surplus {
  readonly node: Node;
  readonly why: string;
  /** True: it looks bad and another takes its place; else there are too many. */
  readonly replaced?: boolean;
}

/**
 * Who has to go: of pools that have too many nodes or are no longer declared. Those already leaving first, then those
 * that serve least, then the youngest. Of managers only such as never were one: the rest is a membership change.
 */
export function surplusOf(desired: Desired, record: ClusterRecord, nodes: readonly Node[]): readonly Surplus[] {
  const pools = [...new Set(nodes.map((n) => n.machine.pool))].sort();
  return pools.flatMap((name) => {
    const pool = desired.pools.find((p) => p.name === name);
    const here = nodes.filter((n) => n.machine.pool === name);
    const excess = here.length - (pool?.count ?? 0);
    if (excess <= 0) return [];
    const why = pool ? `${name}: ${pool.count} declared, ${here.length} there` : `pool ${name} is not declared`;
    return here
      .filter((node) => name !== MANAGERS || neverManaged(node, record))
      .sort((a, b) => worth(a) - worth(b) || b.machine.createdAt - a.machine.createdAt)
      .slice(0, excess)
      .map((node) => ({ node, why }));
  });
}

function neverManaged({ machine, member }: Node, record: ClusterRecord): boolean {
  if (machine.engine === null || machine.engine.isManager) return false;
  if (record.swarmId === null && machine.id === record.founder) return false;
  if (member === null) return machine.engine.swarm === 'inactive';
  return isJoining(member) && member.role === 'worker' && member.manager === null;
}

/** Lower goes first. `unknown` is normal after a leader change and says nothing against a node. */
function worth({ machine, member }: Node): number {
  if (member !== null && intentOf(member) === 'remove') return 0;
  if (member === null || machine.state === 'stopped') return 1;
  if (isJoining(member)) return 2;
  if (member.state === 'down' || member.state === 'disconnected') return 3;
  return member.availability === 'active' ? 5 : 4;
}
