import type { Broken, Invariant, Trace } from '../trace.ts';

const ALL: readonly Invariant[] = [];

export const judge = (trace: Trace): readonly Broken[] =>
  ALL.flatMap((invariant) => invariant(trace)).sort((a, b) => a.at - b.at);
