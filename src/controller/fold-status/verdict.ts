import type { Declared } from '../../model/declared.ts';
import type { Hold } from '../../model/hold.ts';
import type { Observed } from '../../model/observed.ts';
import type { Plan } from '../../model/plan.ts';
import { describeProblem, type Problem } from '../../model/problem.ts';
import type { ClusterRecord } from '../../model/record.ts';
import type { ClusterStatus, Phase } from '../../model/status.ts';
import { describeStep, type Step } from '../../model/step.ts';
import { PAUSED_WHOLE } from '../plan/in-force.ts';

/** What a pass amounts to, before it is put into conditions and words. */
export interface Verdict {
  readonly phase: Phase;
  /** CamelCase, for conditions. */
  readonly reason: string;
  /** What it does, waits for or is stopped by, with what releases it. */
  readonly message: string;
  readonly ready: boolean;
  readonly reconciling: boolean;
  readonly stalled: boolean;
}

export interface Told {
  readonly declared: Declared;
  readonly observed: Observed;
  readonly plan: Plan;
  /** The record as it stands after this pass; null: none (any more). */
  readonly record: ClusterRecord | null;
  readonly failed: readonly { readonly step: Step; readonly problem: Problem }[];
}

/** The last status of this cluster, as far as it matters now. */
type Before = Pick<ClusterStatus, 'phase' | 'observedGeneration'>;

export function judge(told: Told, before: Before | null): Verdict {
  const { declared, plan, record, observed } = told;
  const broken = declared.kind === 'broken' ? declared.complaints : [];
  // Nothing is known of it then, and a face must not take that for a new or a deleted one.
  if (!observed.record.ok) return unread(told, before?.phase ?? null);
  if (record?.deletion) return moving('Deleting', 'Deleting', doing(told) ?? 'the last of it is removed');
  if (record === null && declared.kind === 'absent') return deleted(plan);
  if (
    declared.kind === 'absent' &&
    declared.absence.settled &&
    record?.spec.spec.deletionPolicy === 'Retain' &&
    plan.holds.length === 0
  ) {
    return {
      ...AT_REST,
      phase: 'Orphaned',
      reason: 'Retained',
      message: 'its document is gone and deletionPolicy is Retain: kept, and managed no more',
      ready: true,
    };
  }
  if (broken.length > 0) {
    const message = `its file has errors (${broken.length}), first at ${broken[0]?.path}:${broken[0]?.line}:${broken[0]?.column}: ${broken[0]?.message}; the last good spec stays in force; released by: mend the file`;
    return { ...AT_REST, phase: record ? 'Held' : 'Pending', reason: 'SpecInvalid', message, stalled: true };
  }
  const paused = plan.holds.find((h) => h.reason === 'Paused' && h.what === PAUSED_WHOLE);
  if (paused) return { ...AT_REST, phase: 'Paused', reason: 'Paused', message: sentence(paused), stalled: true };
  const refused = told.failed.find((f) => f.problem.kind === 'refused');
  if (refused) {
    const message = `could not ${describeStep(refused.step)}: ${describeProblem(refused.problem)}; tried again with growing pauses, at once when the file changes`;
    return {
      ...AT_REST,
      phase: record?.firstReadyAt == null ? 'Creating' : 'Degraded',
      reason: 'StepRefused',
      message,
      stalled: true,
    };
  }
  const hold = plan.holds[0];
  if (hold) {
    const more = plan.holds.length > 1 ? ` (and ${plan.holds.length - 1} more)` : '';
    return { ...AT_REST, phase: 'Held', reason: hold.reason, message: `${sentence(hold)}${more}`, stalled: true };
  }
  if (plan.asDeclared && told.failed.length === 0) {
    const byHand = plan.drift.map(({ what, difference }) => `${what}: ${difference}`);
    const message = byHand.length > 0 ? `as declared, apart from ${listed(byHand)}` : 'everything is as declared';
    return { ...AT_REST, phase: 'Ready', reason: 'AsDeclared', message, ready: true };
  }
  const busy = doing(told) ?? 'notes it on the record';
  if (record === null || record.firstReadyAt === null) return moving('Creating', 'Creating', busy);
  return isChange(told, before) ? moving('Updating', 'Updating', busy) : moving('Degraded', 'Unhealthy', busy);
}

function unread(told: Told, before: Phase | null): Verdict {
  const [hold] = told.plan.holds;
  if (hold) return { ...AT_REST, phase: 'Held', reason: hold.reason, message: sentence(hold), stalled: true };
  const phase = before === null ? 'Pending' : before === 'Deleting' ? before : 'Degraded';
  return moving(phase, 'LookFailed', doing(told) ?? 'its record cannot be read');
}

const AT_REST = { ready: false, reconciling: false, stalled: false } as const;
const moving = (phase: Phase, reason: string, message: string): Verdict => ({
  ...AT_REST,
  phase,
  reason,
  message,
  reconciling: true,
});

function deleted(plan: Plan): Verdict {
  const wait = plan.waits[0]?.what;
  if (wait) return moving('Pending', 'Looking', wait);
  return { ...AT_REST, phase: 'Deleted', reason: 'Deleted', message: 'deleted; nothing of it is left', ready: true };
}

const sentence = (hold: Hold): string => `held: ${hold.what}, because ${hold.why}; released by: ${hold.release}`;

/** What is being done or waited for; null when there is nothing. */
function doing({ plan, failed, observed }: Told): string | null {
  const trouble = failed[0];
  if (trouble) return `could not ${describeStep(trouble.step)}: ${describeProblem(trouble.problem)}; tries again`;
  for (const look of [observed.record, observed.infrastructure, observed.swarm]) {
    if (!look.ok && plan.batch.length === 0) return `a look failed: ${describeProblem(look.problem)}; looks again`;
  }
  const steps = plan.batch.filter((s) => s.kind !== 'write-record');
  if (steps.length > 0) return listed(steps.map(describeStep));
  if (plan.waits.length > 0) return `waits: ${listed(plan.waits.map((w) => w.what))}`;
  return null;
}

function listed(texts: readonly string[]): string {
  const shown = texts.slice(0, 3).join('; ');
  return texts.length > 3 ? `${shown} (and ${texts.length - 3} more)` : shown;
}

/** True when this moves because something was declared, not because something broke: until it is Ready as declared. */
function isChange({ plan, declared, record }: Told, before: Before | null): boolean {
  if (declared.kind === 'absent' || before?.phase === 'Updating') return true;
  if (before !== null && record !== null && record.generation > before.observedGeneration) return true;
  const isUnsure = before === null || before.phase === 'Held' || before.phase === 'Paused';
  return isUnsure && plan.differences.length > 0;
}
