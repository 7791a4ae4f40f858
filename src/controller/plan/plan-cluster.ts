import type { Declared } from '../../model/declared.ts';
import type { Observed } from '../../model/observed.ts';
import type { Plan, Wait } from '../../model/plan.ts';
import { describeProblem } from '../../model/problem.ts';
import type { Step } from '../../model/step.ts';
import { judgeDeletion, planDeletion } from './deletion.ts';
import { differencesOf } from './differences.ts';
import type { PlanFacts } from './facts.ts';
import { brokenHold, conflictHold, pauseHold, specInForce, specPause } from './in-force.ts';
import { inOrder } from './in-order.ts';
import { otherWriter, unreadableRecord } from './other-writer.ts';
import { planLife } from './plan-life.ts';
import { ACCEPTED, firstRecord, nextRecord, recordStep, stamp, whyWritten } from './record-step.ts';
import { planRecovery } from './recovery/recover.ts';
import { planBackupStop } from './recovery/stop-for-backup.ts';
import { withoutSpent } from './spent-intents.ts';

/** What to do now about one cluster: the first safe batch, what is held, what is waited for. Pure. */
export function planCluster(declared: Declared, observed: Observed, facts: PlanFacts): Plan {
  const plan = planInOrder(declared, inOrder(observed), facts);
  const record = observed.record.ok ? observed.record.value : null;
  // A document that is there voids what was confirmed before, however little else can be done now.
  const writes = record?.deletion !== null || plan.batch.some((s) => s.kind === 'write-record');
  if (record === null || writes || declared.kind === 'absent' || otherWriter(record, facts)) return plan;
  const intents = withoutSpent(record, facts, observed.now);
  if (intents === record.intents) return plan;
  const step = recordStep(stamp({ ...record, intents }, facts), 'its document is there: older confirmations are void');
  return { ...plan, batch: [step, ...plan.batch] };
}

function planInOrder(declared: Declared, observed: Observed, facts: PlanFacts): Plan {
  if (!observed.record.ok && observed.record.problem.kind === 'unreadable') {
    return { ...EMPTY, holds: [unreadableRecord(observed.record.problem)] };
  }
  if (!observed.record.ok) return waiting(`its record cannot be read: ${describeProblem(observed.record.problem)}`);
  const record = observed.record.value;
  if (record === null) return planBirth(declared, observed, facts);
  const foreign = otherWriter(record, facts);
  if (foreign) return { ...EMPTY, holds: [foreign] };
  if (!observed.infrastructure.ok) {
    return waiting(`the look at its machines failed: ${describeProblem(observed.infrastructure.problem)}`);
  }
  const infrastructure = observed.infrastructure.value;
  if (record.deletion !== null) return { ...EMPTY, batch: planDeletion(record, infrastructure) };

  const force = specInForce(declared, record);
  const differences = differencesOf(
    force.desired,
    record,
    infrastructure,
    observed.swarm.ok ? observed.swarm.value : null,
  );
  /** What is declared is accepted all the same: a deletion or a broken file afterwards must not go by an older word. */
  const accepting = (): readonly Step[] => {
    const documented = declared.kind !== 'absent';
    const next = nextRecord(record, force.desired, observed, facts, { ready: false, documented });
    return next ? [recordStep(next, whyWritten(record, next))] : [];
  };
  const pause = pauseHold(declared, force.desired, record, observed.now);
  if (pause) {
    return { ...EMPTY, batch: accepting(), differences, holds: [...force.holds, pause] };
  }

  const exception = planRecovery(force.desired, record, observed, facts) ?? planBackupStop(record, observed, facts);
  if (exception) {
    const batch = record.specHash === force.desired.specHash ? exception.batch : accepting();
    return { ...exception, batch, holds: [...exception.holds, ...force.holds], differences };
  }

  if (declared.kind === 'conflict') return { ...EMPTY, differences, holds: force.holds };
  if (declared.kind === 'absent') {
    const verdict = judgeDeletion(record, declared.absence, facts, observed.now);
    if (verdict.kind === 'retained') return { ...EMPTY, differences };
    if (verdict.kind === 'allowed') {
      const deletion = { markedAt: observed.now, because: verdict.because };
      return { ...EMPTY, batch: [recordStep(stamp({ ...record, deletion }, facts), verdict.because)] };
    }
    // Until it may go it is kept as it was last declared, and nothing that takes away is begun.
    const life = planLife(force.desired, record, observed, facts, { mayShrink: false, documented: false });
    const holds = verdict.kind === 'held' ? [verdict.hold] : [];
    const waits = verdict.kind === 'wait' ? [verdict.wait] : [];
    return {
      ...life,
      holds: [...holds, ...life.holds],
      waits: [...waits, ...life.waits],
      asDeclared: false,
      differences,
    };
  }
  const life = planLife(force.desired, record, observed, facts, { mayShrink: true, documented: true });
  return {
    ...life,
    holds: [...force.holds, ...life.holds],
    asDeclared: life.asDeclared && force.holds.length === 0,
    differences,
  };
}

const EMPTY: Plan = { batch: [], holds: [], waits: [], asDeclared: false, differences: [], drift: [] };

/** Our choice: a failed look is repeated with the worker's back-off; this is only what people are told. */
const RETRY_MS = 2_000;
const waiting = (what: string): Plan => ({ ...EMPTY, waits: [{ what, recheckMs: RETRY_MS }] satisfies Wait[] });

function planBirth(declared: Declared, observed: Observed, facts: PlanFacts): Plan {
  if (declared.kind === 'conflict')
    return { ...EMPTY, holds: [conflictHold(declared.places.map((p) => `${p.path}:${p.line}`))] };
  if (declared.kind === 'broken') return { ...EMPTY, holds: [brokenHold(declared.complaints)] };
  if (declared.kind !== 'document') return EMPTY;
  const { desired } = declared;
  const infrastructure = observed.infrastructure.ok ? observed.infrastructure.value : null;
  const differences = infrastructure ? differencesOf(desired, null, infrastructure, null) : [];
  if (desired.spec.spec.paused) return { ...EMPTY, differences, holds: [specPause(desired)] };
  if (!observed.infrastructure.ok) {
    return waiting(`the look at its machines failed: ${describeProblem(observed.infrastructure.problem)}`);
  }
  return { ...EMPTY, differences, batch: [recordStep(firstRecord(desired, facts), ACCEPTED)] };
}
