import { fromIsoTime, isoTime } from '../../model/iso-time.ts';
import type { ClusterStatus } from '../../model/status.ts';
import type { FoldAsk } from './fold-ask.ts';
import type { Verdict } from './verdict.ts';

/** Changes that a status shows. */
const SHOWN = 10;

/** A change is over when Ready turns True (or the cluster is gone); it began when Ready turned False. */
export function historyOf(verdict: Verdict, { before, observed, record }: FoldAsk): ClusterStatus['history'] {
  const past = before?.status.history ?? [];
  const last = before?.status.conditions.find((c) => c.type === 'Ready');
  if (!verdict.ready || last?.status !== 'False' || !before) return past;
  const durationMs = Math.max(0, Math.round(observed.now - fromIsoTime(last.lastTransitionTime)));
  const isNew = past.length === 0 || past.at(-1)?.change === 'deleted';
  const first = isNew && record?.firstReadyAt !== null;
  const change =
    verdict.phase === 'Deleted'
      ? 'deleted'
      : first
        ? 'created'
        : `generation ${record?.generation ?? 0} (${last.reason})`;
  return [...past, { at: isoTime(observed.now), change, durationMs, result: verdict.reason }].slice(-SHOWN);
}
