import { type Broken, type Call, changesOf, type Invariant } from '../trace.ts';

/** S10: a write of an older term takes effect after one of a newer term where the receiver can compare; none is begun at all. */
export const S10: Invariant = (trace) => [
  ...changesOf(trace, 'write-record').flatMap(({ at, cluster, before, after }): readonly Broken[] => {
    const [old, next] = [before?.record?.term ?? 0, after?.record?.term ?? Number.POSITIVE_INFINITY];
    return next < old ? [{ invariant: 'S10', at, why: `${cluster}: term ${next} writes over term ${old}` }] : [];
  }),
  ...begunTooLate(trace.entries.filter((e): e is Call => e.kind === 'call' && e.term > 0)),
];

/** A holder begins no effect once the next holder has begun one. */
function begunTooLate(calls: readonly Call[]): readonly Broken[] {
  const late: Broken[] = [];
  let highest = 0;
  for (const { at, by, term, method } of calls.filter((call) => !READS.test(call.method))) {
    if (term < highest)
      late.push({ invariant: 'S10', at, why: `${by} begins ${method} under term ${term} after term ${highest}` });
    highest = Math.max(highest, term);
  }
  return late;
}

const READS = /\.(observe|list|read)$/;
