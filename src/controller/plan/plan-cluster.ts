import type { Declared } from '../../model/declared.ts';
import { type Desired, expand } from '../../model/desired.ts';
import type { Hold } from '../../model/hold.ts';
import type { Observed } from '../../model/observed.ts';
import type { Plan, Wait } from '../../model/plan.ts';
import { describeProblem } from '../../model/problem.ts';
import type { ClusterRecord } from '../../model/record.ts';
import { activePause, judgeDeletion, planDeletion } from './deletion.ts';
import { differencesOf, immutableDifferences } from './differences.ts';
import type { PlanFacts } from './facts.ts';
import { planLife } from './plan-life.ts';
import { firstRecord, recordStep, stamp } from './record-step.ts';

/** What to do now about one cluster: the first safe batch, what is held, what is waited for. Pure. */
export function planCluster(declared: Declared, observed: Observed, facts: PlanFacts): Plan {
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
  const differences = differencesOf(force.desired, record, infrastructure);
  const pause = pauseHold(declared, record, observed.now);
  if (pause) return { ...EMPTY, differences, holds: [...force.holds, pause] };

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

const EMPTY: Plan = { batch: [], holds: [], waits: [], asDeclared: false, differences: [] };

/** Our choice: a failed look is repeated with the worker's back-off; this is only what people are told. */
const RETRY_MS = 2_000;
const waiting = (what: string): Plan => ({ ...EMPTY, waits: [{ what, recheckMs: RETRY_MS }] satisfies Wait[] });

function planBirth(declared: Declared, observed: Observed, facts: PlanFacts): Plan {
  if (declared.kind === 'conflict')
    return { ...EMPTY, holds: [conflictHold(declared.places.map((p) => `${p.path}:${p.line}`))] };
  if (declared.kind !== 'document') return EMPTY;
  const { desired } = declared;
  const infrastructure = observed.infrastructure.ok ? observed.infrastructure.value : null;
  const differences = infrastructure ? differencesOf(desired, null, infrastructure) : [];
  if (desired.spec.spec.paused) return { ...EMPTY, differences, holds: [specPause(desired)] };
  if (!observed.infrastructure.ok) {
    return waiting(`the look at its machines failed: ${describeProblem(observed.infrastructure.problem)}`);
  }
  return { ...EMPTY, differences, batch: [recordStep(firstRecord(desired, facts), 'its document was accepted')] };
}

/** The document if it is good and possible, else the last good spec, with the reason. */
export function specInForce(declared: Declared, record: ClusterRecord): { desired: Desired; holds: readonly Hold[] } {
  const last = expand(record.spec, record.source);
  switch (declared.kind) {
    case 'document': {
      const refused = immutableDifferences(declared.desired, record);
      if (refused.length === 0) return { desired: declared.desired, holds: [] };
      const why = refused.map((d) => `${d.subject}: ${d.change}`).join('; ');
      return { desired: last, holds: [invalid(why, 'put the old value back, or delete the cluster and make it anew')] };
    }
    case 'broken':
      return { desired: last, holds: [] };
    case 'conflict':
      return { desired: last, holds: [conflictHold(declared.places.map((p) => `${p.path}:${p.line}`))] };
    case 'absent':
      return { desired: last, holds: [] };
  }
}

const invalid = (why: string, release: string): Hold => ({
  reason: 'SpecInvalid',
  what: 'apply the document',
  why,
  release,
});

function conflictHold(places: readonly string[]): Hold {
  return {
    reason: 'NameConflict',
    what: 'apply either document',
    why: `${places.length} documents bear its name: ${places.join(', ')}`,
    release: 'remove or rename all but one',
  };
}

function pauseHold(declared: Declared, record: ClusterRecord, now: number): Hold | null {
  if (declared.kind === 'document' && declared.desired.spec.spec.paused) return specPause(declared.desired);
  const pause = activePause(record, now);
  if (!pause) return null;
  const why = `paused by ${pause.by}${pause.reason ? `: ${pause.reason}` : ''}`;
  return { reason: 'Paused', what: 'every change', why, release: `skep resume ${record.cluster}` };
}

const specPause = (desired: Desired): Hold => ({
  reason: 'Paused',
  what: 'every change',
  why: `spec.paused is true in ${desired.source.path}`,
  release: 'set spec.paused to false',
});

function otherWriter(record: ClusterRecord, facts: PlanFacts): Hold | null {
  const minor = (text: string): number => {
    const [major = '0', rest = '0'] = text.split('.');
    return Number(major) * 1_000 + Number(rest);
  };
  const what = 'every change';
  if (minor(record.writer) > minor(facts.writer)) {
    const why = `skep ${record.writer} wrote its record last and this is ${facts.writer}`;
    return { reason: 'NewerWriter', what, why, release: 'run the newer skep' };
  }
  if (record.term > facts.term) {
    const why = `a controller of term ${record.term} wrote its record and this one holds term ${facts.term}`;
    return { reason: 'NewerWriter', what, why, release: 'this controller stands down by itself' };
  }
  return null;
}
