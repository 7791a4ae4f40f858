import type { DesiredPool } from '../../model/desired.ts';
import { isAdmitted, type Node } from './nodes.ts';

export interface Checked {
  readonly node: Node;
  readonly looksBad: boolean;
}

/**
 * The brake of safety.md 4: why a machine that still exists is not taken away for looking bad; null when it may be.
 * When many look bad at once the cause is rarely in each of them.
 */
export function brakeOn({ machine }: Node, pool: DesiredPool, all: readonly Checked[]): string | null {
  // Missing ones, and replacements that are not admitted yet, are under repair and count.
  const well = all.filter((c) => c.node.machine.pool === pool.name && !c.looksBad && isAdmitted(c.node)).length;
  const bad = pool.count - well;
  const { maxUnhealthy } = pool.health;
  if (bad > maxUnhealthy) {
    return `${bad} of ${pool.count} nodes of ${pool.name} look bad or are being replaced, and maxUnhealthy allows ${maxUnhealthy}`;
  }
  const zone = all.filter((c) => c.node.machine.zone === machine.zone);
  if (zone.length > 1 && zone.every((c) => c.looksBad || !isAdmitted(c.node))) {
    return `all ${zone.length} nodes of zone ${machine.zone} look bad`;
  }
  return null;
}
