import { never } from '../../base/result.ts';
import type { Road } from '../../model/plan.ts';
import type { Step } from '../../model/step.ts';

/** What a road does to nodes, in numbers. */
export interface Summary {
  readonly make: number;
  readonly change: number;
  readonly takeAway: number;
}

/**
 * Nodes made, nodes that stay and are changed, nodes taken away. A road that touches no node at all (only what carries
 * them, or the record) counts as one change.
 */
export function summarise({ batches }: Road): Summary {
  const made = new Set<string>();
  const away = new Set<string>();
  const touched = new Set<string>();
  for (const step of batches.flat()) count(step, made, away, touched);
  const change = [...touched].filter((name) => !made.has(name) && !away.has(name)).length;
  const nodes = made.size + away.size + change;
  return { make: made.size, change: nodes === 0 && batches.length > 0 ? 1 : change, takeAway: away.size };
}

function count(step: Step, made: Set<string>, away: Set<string>, touched: Set<string>): void {
  switch (step.kind) {
    case 'grow-pool':
      for (const { id } of step.machines) made.add(id);
      return;
    case 'remove-machine':
      away.add(step.machine);
      return;
    case 'remove-member':
      away.add(step.hostname);
      return;
    case 'set-node':
    case 'promote':
    case 'demote':
      touched.add(step.hostname);
      return;
    case 'constrain-service':
    case 'rebalance-service':
      touched.add(`service ${step.name}`);
      return;
    case 'set-swarm':
      touched.add('the swarm');
      return;
    case 'start-machine':
    case 'stop-machine':
    case 'load-image':
    case 'init-swarm':
    case 'force-new-cluster':
    case 'join':
    case 'leave':
      touched.add(step.machine);
      return;
    case 'write-record':
    case 'ensure-carriers':
    case 'destroy-carriers':
    case 'forget-record':
      return;
    default:
      never(step);
  }
}

export function addUp(summaries: readonly Summary[]): Summary {
  const sum = (of: (summary: Summary) => number) => summaries.reduce((total, summary) => total + of(summary), 0);
  return { make: sum((s) => s.make), change: sum((s) => s.change), takeAway: sum((s) => s.takeAway) };
}

export const describeSummary = ({ make, change, takeAway }: Summary): string =>
  `${make} to make, ${change} to change, ${takeAway} to take away`;
