import type { FoldAsk } from './fold-ask.ts';

interface Generations {
  readonly generation: number;
  readonly observedGeneration: number;
}

/**
 * Changes of the spec as counted for readers. A document that is not accepted yet is one ahead of the record; judged
 * and not accepted it is observed all the same, since kstatus looks at the generation before `Stalled`.
 * Never goes back while the record is there, also when a refused document is taken back.
 */
export function generationsOf({ declared, observed, record, before }: FoldAsk, stalled: boolean): Generations {
  const last = before?.metadata.generation ?? 1;
  if (!observed.record.ok) {
    return { generation: last, observedGeneration: stalled ? last : (before?.status.observedGeneration ?? 1) };
  }
  if (record === null) return { generation: 1, observedGeneration: 1 };
  const pending = declared.kind === 'document' && declared.desired.specHash !== record.specHash;
  const generation = Math.max(record.generation + (pending ? 1 : 0), last);
  return { generation, observedGeneration: pending && !stalled ? record.generation : generation };
}
