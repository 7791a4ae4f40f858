import type { Declared } from '../../model/declared.ts';
import type { Desired } from '../../model/desired.ts';
import { sha256 } from '../../model/hash.ts';
import type { Observed } from '../../model/observed.ts';
import type { Road } from '../../model/plan.ts';
import { describeStep, type Step } from '../../model/step.ts';
import type { PlanFacts } from './facts.ts';
import { imagine } from './imagine.ts';
import { specInForce } from './in-force.ts';
import { planCluster } from './plan-cluster.ts';

/** Longer than any real road; a road that does not end by then is a mistake of ours and is cut. */
const MAX_BATCHES = 500;

/** The whole way, found by imagining each batch to succeed. The loop runs only the first batch, then looks again. */
export function planRoad(declared: Declared, observed: Observed, facts: PlanFacts): Road {
  const first = planCluster(declared, observed, facts);
  const batches: (readonly Step[])[] = [];
  let plan = first;
  let world = observed;
  while (plan.batch.length > 0 && batches.length < MAX_BATCHES) {
    batches.push(plan.batch);
    world = imagine(world, plan.batch, desiredOf(declared, world));
    plan = planCluster(declared, world, facts);
  }
  // Holds met on the way are part of the road; those of the first plan come first.
  const holds = batches.length > 0 ? unique([...first.holds, ...plan.holds]) : first.holds;
  return { batches, holds, differences: first.differences, digest: digestOf(batches) };
}

function desiredOf(declared: Declared, observed: Observed): Desired {
  if (observed.record.ok && observed.record.value) return specInForce(declared, observed.record.value).desired;
  if (declared.kind === 'document') return declared.desired;
  throw new Error('a road needs a document or a record');
}

function digestOf(batches: Road['batches']): string {
  return sha256(batches.map((b) => b.map(describeStep).sort().join('\n')).join('\n\n')).slice(0, 12);
}

function unique<T>(items: readonly T[]): readonly T[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const key = JSON.stringify(item);
    return seen.has(key) ? false : Boolean(seen.add(key));
  });
}
