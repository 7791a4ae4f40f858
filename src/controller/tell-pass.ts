import type { EventSink } from '../base/events.ts';
import type { Plan } from '../model/plan.ts';
import { describeProblem } from '../model/problem.ts';
import type { StatusFile } from '../model/status.ts';
import { describeStep } from '../model/step.ts';
import type { StepResult } from './execute.ts';

/** So often in a row it is no accident any more. Our choice. */
const MANY_TIMES = 3;

/** What a pass has to say, as events: effects and their answers, what changed, what is held and no longer held. */
export function tellPass(
  sink: EventSink,
  before: StatusFile | null,
  after: StatusFile,
  plan: Plan,
  results: readonly StepResult[],
): void {
  for (const { step, result, durationMs } of results) {
    const what = `${describeStep(step)} (${step.why})`;
    if (result.ok) sink.emit(step.kind === 'write-record' ? 'SKP301' : 'SKP302', { what, durationMs });
    else
      sink.emit('SKP303', {
        what: `${describeStep(step)}: ${describeProblem(result.problem)}`,
        problem: result.problem.kind,
      });
    if (!result.ok || step.kind !== 'write-record') continue;
    if (step.next.deletion && !before?.metadata.deletionTimestamp)
      sink.emit('SKP206', { what: step.next.deletion.because });
    else if (step.next.specHash !== before?.status.observedSpecHash)
      sink.emit('SKP205', { what: `generation ${step.next.generation}` });
  }
  const { lastProblem } = after.status;
  if (lastProblem && results.every((r) => r.result.ok) && lastProblem !== before?.status.lastProblem) {
    sink.emit('SKP304', { what: lastProblem });
  }
  // A road that only grew shorter is no news.
  if (after.status.plan && !before?.status.plan) {
    sink.emit('SKP201', { what: `${after.status.plan.road.length} steps`, digest: after.status.plan.digest });
  }
  for (const drift of after.status.drift) {
    const known = before?.status.drift.find((d) => d.what === drift.what && d.difference === drift.difference);
    const what = `${drift.what}: ${drift.difference}; ${drift.answer}`;
    if (!known || drift.count > known.count)
      sink.emit(drift.count < MANY_TIMES ? 'SKP208' : 'SKP209', { what, count: drift.count });
  }
  const held = (file: StatusFile | null): readonly string[] =>
    (file?.status.holds ?? []).map((h) => `${h.reason}: ${h.what}`);
  for (const text of held(after)) {
    if (!held(before).includes(text))
      sink.emit('SKP203', { what: `${text}; ${plan.holds.find((h) => text.endsWith(h.what))?.why ?? ''}` });
  }
  for (const text of held(before)) if (!held(after).includes(text)) sink.emit('SKP204', { what: text });
  if (after.status.phase !== before?.status.phase) {
    sink.emit('SKP202', {
      what: `${before?.status.phase ?? 'nothing'} → ${after.status.phase}: ${after.status.because}`,
    });
  }
  const finished = after.status.history.at(-1);
  if (finished && finished.at !== before?.status.history.at(-1)?.at) {
    sink.emit('SKP207', { what: finished.change, durationMs: finished.durationMs, result: finished.result });
  }
}
