import type { Broken, Invariant, Trace } from '../trace.ts';
import { S5, S7 } from './budgets.ts';
import { L1, L2, L3 } from './liveness.ts';
import { S6 } from './looks.ts';
import { S3 } from './one-swarm.ts';
import { S11, S12 } from './outputs.ts';
import { S8, S9 } from './ownership.ts';
import { S1, S2 } from './quorum.ts';
import { S4, S13 } from './tasks.ts';
import { S10 } from './terms.ts';
import { S14 } from './versions.ts';

/** safety.md 6. */
export const INVARIANTS = {
  S1,
  S2,
  S3,
  S4,
  S5,
  S6,
  S7,
  S8,
  S9,
  S10,
  S11,
  S12,
  S13,
  S14,
  L1,
  L2,
  L3,
} as const satisfies Record<string, Invariant>;

/** All that a trace breaks, in order of time. */
export const judge = (trace: Trace): readonly Broken[] =>
  Object.values(INVARIANTS)
    .flatMap((invariant) => invariant(trace))
    .sort((a, b) => a.at - b.at);
