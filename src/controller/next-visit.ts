import type { HoldReason } from '../model/hold.ts';
import type { Observed } from '../model/observed.ts';
import type { Plan } from '../model/plan.ts';
import { describeProblem, type Problem, retryFor } from '../model/problem.ts';
import type { StatusFile } from '../model/status.ts';
import { describeStep, type Step } from '../model/step.ts';
import type { Outcome } from './loop/workers.ts';

/** After a lost race the world has moved: look again at once, but not in a tight circle. Our choice. */
const CONFLICT_MS = 50;
/** The very batch that went well a moment ago is wanted again: its effect is late, or there is none. Our choice. */
const AGAIN_MS = 250;
/** A hold may end without a hint (a task stops, a person labels a node). Our choice: well within one resync. */
const HOLD_MS = 5_000;
/** Holds that end by a file, an intent or time: the source and the inbox wake the cluster, the resync does the rest. */
const WOKEN: ReadonlySet<HoldReason> = new Set([
  'SpecInvalid',
  'NameConflict',
  'SourceBehind',
  'DeletionHeld',
  'NewerWriter',
  'Paused',
]);

type Failed = readonly { readonly step: Step; readonly problem: Problem }[];

/** When to look again, from what was planned, what the world answered and the status before this pass. Pure. */
export function nextVisit(plan: Plan, observed: Observed, failed: Failed, before: StatusFile | null): Outcome {
  const look = [observed.record, observed.infrastructure, observed.swarm].find((l) => !l.ok);
  const serious = failed.find((f) => retryFor(f.problem).when !== 'now') ?? failed.find((f) => isSecond(f, before));
  if (serious) return troubled(serious.problem, `could not ${said(serious)}`, plan);
  if (failed.length > 0) return { nextMs: CONFLICT_MS, failed: false, rest: null };
  const waitMs = plan.waits.length > 0 ? Math.min(...plan.waits.map((w) => w.recheckMs)) : null;
  if (look && !look.ok && plan.batch.length === 0) {
    return plan.holds.length > 0 || waitMs === null || look.problem.kind !== 'no-leader'
      ? troubled(look.problem, describeProblem(look.problem), plan)
      : { nextMs: waitMs, failed: false, rest: null };
  }
  if (plan.asDeclared) return { nextMs: null, failed: false, rest: { ok: true, because: 'as declared' } };
  if (plan.batch.length > 0) return { nextMs: isRepeated(plan, before) ? AGAIN_MS : 0, failed: false, rest: null };
  if (waitMs !== null) return { nextMs: waitMs, failed: false, rest: null };
  const rest = restOf(plan);
  if (rest) return { nextMs: plan.holds.every((h) => WOKEN.has(h.reason)) ? null : HOLD_MS, failed: false, rest };
  return { nextMs: null, failed: false, rest: { ok: true, because: 'nothing to do' } };
}

const said = ({ step, problem }: Failed[number]): string => `${describeStep(step)}: ${describeProblem(problem)}`;

/** The same failure as in the pass before is no lost race any more (S12). */
const isSecond = (failure: Failed[number], before: StatusFile | null): boolean =>
  before?.status.lastProblem === said(failure);

/** Records apart: each write has another content. */
function isRepeated({ batch }: Plan, before: StatusFile | null): boolean {
  if (batch.some((s) => s.kind === 'write-record')) return false;
  const last = before?.status.plan?.nextBatch ?? [];
  return last.length === batch.length && batch.every((s, i) => last[i]?.what === describeStep(s));
}

function restOf({ holds: [hold] }: Plan): Outcome['rest'] {
  return hold ? { ok: false, because: `${hold.reason}: ${hold.why}` } : null;
}

function troubled(problem: Problem, because: string, plan: Plan): Outcome {
  const retry = retryFor(problem);
  return {
    nextMs: retry.when === 'after' ? retry.ms : null,
    failed: true,
    rest: problem.kind === 'refused' ? { ok: false, because } : restOf(plan),
  };
}
