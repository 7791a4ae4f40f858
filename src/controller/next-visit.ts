import type { Observed } from '../model/observed.ts';
import type { Plan } from '../model/plan.ts';
import { describeProblem, type Problem, retryFor } from '../model/problem.ts';
import { describeStep, type Step } from '../model/step.ts';
import type { Outcome } from './loop/workers.ts';

/** After a lost race the world has moved: look again at once, but not in a tight circle. Our choice. */
const CONFLICT_MS = 50;
/** A hold may end without a hint (a task stops, a person labels a node). Our choice: well within one resync. */
const HOLD_MS = 5_000;

/** When to look again, from what was planned and what the world answered. Pure. */
export function nextVisit(
  plan: Plan,
  observed: Observed,
  failed: readonly { step: Step; problem: Problem }[],
): Outcome {
  const look = [observed.record, observed.infrastructure, observed.swarm].find((l) => !l.ok);
  const serious = failed.find((f) => retryFor(f.problem).when !== 'now');
  if (serious)
    return troubled(serious.problem, `could not ${describeStep(serious.step)}: ${describeProblem(serious.problem)}`);
  if (failed.length > 0) return { nextMs: CONFLICT_MS, failed: false, rest: null };
  const waitMs = plan.waits.length > 0 ? Math.min(...plan.waits.map((w) => w.recheckMs)) : null;
  if (look && !look.ok && plan.batch.length === 0) {
    return plan.holds.length > 0 || waitMs === null || look.problem.kind !== 'no-leader'
      ? troubled(look.problem, describeProblem(look.problem))
      : { nextMs: waitMs, failed: false, rest: null };
  }
  if (plan.asDeclared) return { nextMs: null, failed: false, rest: { ok: true, because: 'as declared' } };
  if (plan.batch.length > 0) return { nextMs: 0, failed: false, rest: null };
  if (waitMs !== null) return { nextMs: waitMs, failed: false, rest: null };
  const hold = plan.holds[0];
  if (hold) return { nextMs: HOLD_MS, failed: false, rest: { ok: false, because: `${hold.reason}: ${hold.why}` } };
  return { nextMs: null, failed: false, rest: { ok: true, because: 'nothing to do' } };
}

function troubled(problem: Problem, because: string): Outcome {
  const retry = retryFor(problem);
  return {
    nextMs: retry.when === 'after' ? retry.ms : null,
    failed: true,
    rest: problem.kind === 'refused' ? { ok: false, because } : null,
  };
}
