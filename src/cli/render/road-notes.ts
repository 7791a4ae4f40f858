import { describeDuration } from '../../model/cluster-spec/duration.ts';
import type { Road, RoadStep } from '../../model/plan.ts';
import { nameList, plural } from './words.ts';

/** Names written out, of services that blink in one batch. */
const NAMED = 4;
/** What takes less is not worth a word. */
const SHORT_MS = 2_000;

/** What a batch costs, in one line: the wait before it, its time, the managers' margin where that may change, who blinks. */
export function describeBatch(batch: readonly RoadStep[]): string {
  const [first] = batch;
  if (!first) return '';
  const { waitMs, marginAfter } = first.note;
  const takesMs = Math.max(...batch.map(({ note }) => note.takesMs));
  const blinks = [...new Set(batch.flatMap(({ note }) => note.blinks))];
  const isMembership = batch.some(({ kind }) => kind === 'promote' || kind === 'demote');
  const parts = [
    ...(waitMs > 0 ? [`after ${roughly(waitMs)}`] : []),
    ...(takesMs >= SHORT_MS ? [`takes about ${roughly(takesMs)}`] : []),
    ...(isMembership && marginAfter !== null ? [`margin ${marginAfter} after it`] : []),
    ...(blinks.length > 0 ? [`${nameList(blinks, NAMED)} ${blinks.length === 1 ? 'blinks' : 'blink'}`] : []),
  ];
  return parts.join(', ');
}

/** How long the whole road takes, and how much of it without tolerance; empty when that is no time to speak of. */
export function describeEstimate({ estimate, isCut }: Pick<Road, 'estimate' | 'isCut'>): readonly string[] {
  const { totalMs, withoutToleranceMs, basis } = estimate;
  if (totalMs < SHORT_MS) return [];
  const by =
    basis === 'seen' ? 'by what was seen in this cluster' : 'by defaults: nothing was seen in this cluster yet';
  const total = `in all ${isCut ? 'more than' : 'about'} ${roughly(totalMs)}, ${by}`;
  if (withoutToleranceMs === 0) return [total];
  return [total, `${roughly(withoutToleranceMs)} of it without tolerance: one manager lost then, and the swarm stops`];
}

/** How long a road is: `8 batches`, `12 batches and more`. */
export const describeLength = ({ batches, isCut }: Pick<Road, 'batches' | 'isCut'>): string =>
  `${plural(batches.length, 'batch', 'batches')}${isCut ? ' and more' : ''}`;

/** An estimate in no finer units than it deserves: its two largest. */
function roughly(ms: number): string {
  const text = describeDuration(ms < 1_000 ? ms : Math.round(ms / 1_000) * 1_000);
  return (text.match(/\d+[a-z]+/g) ?? []).slice(0, 2).join('');
}
