import { isoTime } from '../../model/iso-time.ts';
import type { Condition } from '../../model/status.ts';
import type { FoldAsk } from './fold-ask.ts';
import type { Verdict } from './verdict.ts';

/** `Ready` and `SpecValid` always; the others only while True, as kstatus reads them. */
export function conditionsOf(verdict: Verdict, ask: FoldAsk): Condition[] {
  const { reason, message } = verdict;
  const list = [readyCondition(verdict, ask)];
  if (verdict.reconciling) list.push(dated({ type: 'Reconciling', status: 'True', reason, message }, ask));
  if (verdict.stalled) list.push(dated({ type: 'Stalled', status: 'True', reason, message }, ask));
  if (reason === 'Unhealthy') list.push(dated({ type: 'Remediating', status: 'True', reason, message }, ask));
  const invalid = reason === 'SpecInvalid' || reason === 'NameConflict';
  const good = { status: 'True', reason: 'Accepted', message: 'its document is good' } as const;
  list.push(dated({ type: 'SpecValid', ...(invalid ? { status: 'False', reason, message } : good) }, ask));
  return list;
}

/** What it does or waits for, since when, and when it looks again: the one sentence that every face shows. */
export function becauseOf(verdict: Verdict, ask: FoldAsk): string {
  if (verdict.ready) return `${verdict.message}.`;
  const since = readyCondition(verdict, ask).lastTransitionTime;
  const next =
    ask.nextLookAt === null ? 'looks again at the next resync or hint' : `looks again at ${isoTime(ask.nextLookAt)}`;
  return `${verdict.message}; not ready since ${since}; ${next}.`;
}

function readyCondition({ ready, reason, message }: Verdict, ask: FoldAsk): Condition {
  return dated({ type: 'Ready', status: ready ? 'True' : 'False', reason, message }, ask);
}

/** A condition keeps the time of its last change of status. */
function dated(condition: Omit<Condition, 'lastTransitionTime'>, { before, observed }: FoldAsk): Condition {
  const last = before?.status.conditions.find((c) => c.type === condition.type);
  const lastTransitionTime = last && last.status === condition.status ? last.lastTransitionTime : isoTime(observed.now);
  return { ...condition, lastTransitionTime };
}
