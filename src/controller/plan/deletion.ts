import type { Absence } from '../../model/declared.ts';
import type { Hold } from '../../model/hold.ts';
import type { InfrastructureView } from '../../model/observed.ts';
import type { Wait } from '../../model/plan.ts';
import type { ClusterRecord, Intent } from '../../model/record.ts';
import type { Step } from '../../model/step.ts';
import type { PlanFacts } from './facts.ts';

/** spec.md 2: a deletion is an act, not an absence. */
export type DeletionVerdict =
  | { readonly kind: 'wait'; readonly wait: Wait }
  | { readonly kind: 'held'; readonly hold: Hold }
  | { readonly kind: 'retained' }
  | { readonly kind: 'allowed'; readonly because: string };

export function judgeDeletion(record: ClusterRecord, absence: Absence, facts: PlanFacts, now: number): DeletionVerdict {
  const policy = record.spec.spec.deletionPolicy;
  const confirmed = confirmation(record);
  const held = (why: string, release: string): DeletionVerdict => ({
    kind: 'held',
    hold: { reason: 'DeletionHeld', what: `delete ${record.cluster}`, why, release },
  });
  const orConfirm = `skep confirm ${record.cluster}, or put the document back`;
  if (absence.suspicion !== null && !confirmed) return held(absence.suspicion, orConfirm);
  if (!absence.settled) {
    const recheckMs = absence.settlesAt === null ? 5_000 : Math.max(50, absence.settlesAt - now);
    return { kind: 'wait', wait: { what: 'its document is missing; a second complete listing must agree', recheckMs } };
  }
  if (policy === 'Retain') return { kind: 'retained' };
  if (record.spec.spec.paused || activePause(record, now) !== null) {
    return held('it is paused', `skep resume ${record.cluster}, or put the document back`);
  }
  if (confirmed) return { kind: 'allowed', because: `document gone; confirmed by ${confirmed.by}` };
  if (policy === 'Confirm') return held('its deletionPolicy is Confirm and nobody confirmed', orConfirm);
  if (facts.deletionsLastHour >= facts.maxDeletions) {
    return held(
      `${facts.deletionsLastHour} clusters were deleted within the last hour, ${facts.maxDeletions} allowed`,
      orConfirm,
    );
  }
  return { kind: 'allowed', because: 'document gone; deletionPolicy is Delete' };
}

/** Once marked: all machines together, then what carried them, then the record. Nothing of section 2 binds any more. */
export function planDeletion(record: ClusterRecord, infrastructure: InfrastructureView): readonly Step[] {
  const why = record.deletion?.because ?? 'deleted';
  if (infrastructure.machines.length > 0) {
    return infrastructure.machines.map((m): Step => ({ kind: 'remove-machine', machine: m.id, why }));
  }
  if (infrastructure.carriers.leftovers > 0) return [{ kind: 'destroy-carriers', why }];
  return [{ kind: 'forget-record', seenRevision: record.revision, why: 'nothing is left of the cluster' }];
}

function confirmation(record: ClusterRecord): Intent | null {
  return record.intents.filter((i) => i.kind === 'confirm').at(-1) ?? null;
}

/** The pause in force: the last of pause and resume, unless its time ran out. */
export function activePause(record: ClusterRecord, now: number): Intent | null {
  const last = record.intents.filter((i) => i.kind === 'pause' || i.kind === 'resume').at(-1);
  return last?.kind === 'pause' && (last.until === null || last.until > now) ? last : null;
}
