import type { StatusFile } from '../../model/status.ts';

export interface Wish {
  readonly for: 'Ready' | 'Deleted';
  /** Hash of the document that is waited for; null: whichever stands in the directory. */
  readonly specHash: string | null;
}

export type Judgement =
  | { readonly kind: 'done' }
  | { readonly kind: 'waiting'; readonly because: string }
  /** It will not come by itself. */
  | { readonly kind: 'failed'; readonly because: string };

const waiting = (because: string): Judgement => ({ kind: 'waiting', because });
const failed = (because: string): Judgement => ({ kind: 'failed', because });

/** What a status says about a wish. Conditions are read as the kstatus library reads them. */
export function judgeWait(file: StatusFile | null, wish: Wish): Judgement {
  return wish.for === 'Ready' ? judgeReady(file, wish.specHash) : judgeDeleted(file);
}

function judgeReady(file: StatusFile | null, specHash: string | null): Judgement {
  if (file === null) return waiting('there is no status yet');
  const { status, metadata } = file;
  const wanted = specHash ?? status.specHash;
  const isSeen = status.specHash === wanted || status.observedSpecHash === wanted;
  // A status of an older document says nothing about this one, be it good or bad.
  if (!isSeen) return waiting('the controller has not seen this version of the document yet');
  if (status.phase === 'Deleting' || (metadata.deletionTimestamp !== undefined && status.phase !== 'Deleted')) {
    return failed(`it is being deleted: ${status.because}`);
  }
  if (status.phase === 'Deleted')
    return waiting('an earlier cluster of that name was deleted; this one has not begun yet');
  if (status.phase === 'Orphaned') return failed(`it has no document: ${status.because}`);
  const stop = stopOf(file);
  if (stop !== null) return failed(stop);
  if (status.observedSpecHash !== wanted) return waiting(`this version is not in force yet: ${status.because}`);
  if (metadata.generation !== status.observedGeneration) return waiting(status.because);
  const isTrue = (type: string) => status.conditions.some((c) => c.type === type && c.status === 'True');
  const isReady = status.phase === 'Ready' && isTrue('Ready') && !isTrue('Reconciling');
  return isReady ? { kind: 'done' } : waiting(status.because);
}

/** Stalled, held or paused: somebody has to act. Null: none of it. */
function stopOf({ status }: StatusFile): string | null {
  const stalled = status.conditions.find(({ type, status: is }) => type === 'Stalled' && is === 'True');
  const isHeld = status.phase === 'Held' || status.phase === 'Paused';
  if (!stalled && !isHeld) return null;
  return status.because || stalled?.message || status.phase;
}

function judgeDeleted(file: StatusFile | null): Judgement {
  if (file === null || file.status.phase === 'Deleted') return { kind: 'done' };
  const { status } = file;
  if (status.phase === 'Orphaned') return failed(`it is kept: ${status.because}`);
  const hold = status.holds.find(({ reason }) => reason === 'DeletionHeld');
  if (hold) return failed(`its deletion is held: ${hold.why}; released by: ${hold.release}`);
  if (status.phase === 'Deleting') {
    const stop = stopOf(file);
    return stop === null ? waiting(status.because) : failed(stop);
  }
  return waiting(status.specHash === null ? status.because : 'its document is still there, or was until just now');
}
