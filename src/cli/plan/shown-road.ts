import type { Road, RoadStep } from '../../model/plan.ts';
import { LEARNT } from '../../model/step.ts';

/** What skep notes for itself beside what it does. Programs see it (`-o json`), people need not. */
export const isNote = ({ kind, why }: { readonly kind: string; readonly why: string }): boolean =>
  kind === 'write-record' && why === LEARNT;

/** The road as people read it. The wait before a batch that holds nothing but a note passes on to the next one. */
export function shownRoad(road: Road): Road {
  const shown: (readonly RoadStep[])[] = [];
  let waitMs = 0;
  for (const batch of road.batches) {
    waitMs += batch[0]?.note.waitMs ?? 0;
    const steps = batch.filter((step) => !isNote(step));
    if (steps.length === 0) continue;
    const waited = waitMs;
    shown.push(steps.map((step) => ({ ...step, note: { ...step.note, waitMs: waited } })));
    waitMs = 0;
  }
  return { ...road, batches: shown };
}
