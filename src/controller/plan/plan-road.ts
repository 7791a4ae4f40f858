import type { Declared } from '../../model/declared.ts';
import type { Desired } from '../../model/desired.ts';
import { sha256 } from '../../model/hash.ts';
import { windowAt } from '../../model/maintenance.ts';
import type { Observed } from '../../model/observed.ts';
import type { Plan, Road, RoadStep } from '../../model/plan.ts';
import { describeStep } from '../../model/step.ts';
import type { PlanFacts } from './facts.ts';
import { imagine } from './imagine.ts';
import { specInForce } from './in-force.ts';
import { planCluster } from './plan-cluster.ts';
import { marginOf, withNotes } from './road-notes.ts';
import { estimateOf } from './step-times.ts';

/** Longer than any road that somebody reads. */
const MAX_BATCHES = 500;
/**
 * How far a road is foreseen, in machines planned over, batch by batch; our choice. A glance is for every pass of the loop:
 * the first of a large rollout, which costs about as much as five plans for 1,000 machines. `skep plan` looks to the end.
 */
export const ROAD_WORK = { glance: 5_000, whole: 100_000 } as const;

/**
 * The whole way, found by imagining each batch to succeed, and by letting the time pass for which a rollout settles or a
 * maintenance window stays closed. The loop runs only the first batch, then looks again.
 */
export function planRoad(
  declared: Declared,
  observed: Observed,
  facts: PlanFacts,
  maxWork: number = ROAD_WORK.whole,
): Road {
  const first = planCluster(declared, observed, facts);
  const durations = observed.record.ok ? (observed.record.value?.durations ?? {}) : {};
  const batches: (readonly RoadStep[])[] = [];
  const held = [...first.holds];
  let plan = first;
  let world = observed;
  let waitMs = 0;
  let work = 0;
  for (let looks = 0; looks < MAX_BATCHES && work < maxWork; looks++) {
    if (plan.batch.length > 0) {
      const after = imagine(world, plan.batch, desiredOf(declared, world));
      const batch = withNotes({ steps: plan.batch, before: world, after, waitMs, durations });
      batches.push(batch);
      // What is prepared while a rollout settles takes none of the time that comes after.
      const takesMs = isSettling(world) ? Math.max(...batch.map((s) => s.note.takesMs)) : 0;
      world = { ...after, now: after.now + takesMs };
      waitMs = 0;
    } else {
      const ms = passingMs(plan, world, declared);
      if (ms === null) break;
      held.push(...plan.holds);
      world = { ...world, now: world.now + ms };
      waitMs += ms;
    }
    work += world.infrastructure.ok ? world.infrastructure.value.machines.length : 0;
    plan = planCluster(declared, world, facts);
  }
  // Holds met on the way are part of the road; those of the first plan come first.
  const holds = batches.length > 0 ? unique([...held, ...plan.holds]) : first.holds;
  return {
    batches,
    isCut: plan.batch.length > 0,
    estimate: estimateOf(batches, durations, marginOf(observed)),
    holds,
    differences: first.differences,
    digest: digestOf(batches),
  };
}

/** After how long more will be done with nothing but time passing, ms; null: that is not foreseen. */
function passingMs(plan: Plan, world: Observed, declared: Declared): number | null {
  if (plan.holds.some((h) => h.reason === 'OutsideWindow')) {
    const { changesAt } = windowAt(desiredOf(declared, world).maintenance, world.now);
    return changesAt === null ? null : changesAt - world.now;
  }
  if (!isSettling(world) || plan.waits.length === 0) return null;
  return Math.max(...plan.waits.map((w) => w.recheckMs));
}

const isSettling = ({ record }: Observed): boolean => record.ok && record.value?.rollout?.state === 'well';

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
