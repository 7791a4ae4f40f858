import type { Complaint } from './complaint.ts';
import type { Desired } from './desired.ts';
import type { Source } from './record.ts';

/** What the specs directory says of one cluster now. */
export type Declared =
  | {
      readonly kind: 'document';
      readonly desired: Desired;
      /** Why its checkout is taken for an older one than was accepted (safety.md 8); left out: it is not. */
      readonly behind?: string;
    }
  /** Its file is there and wrong: the last good spec stays in force. */
  | { readonly kind: 'broken'; readonly complaints: readonly Complaint[] }
  /** Two documents claim the name: neither wins. */
  | { readonly kind: 'conflict'; readonly places: readonly Source[] }
  /** No document claims the name. Whether that is a deletion: spec.md 2. */
  | { readonly kind: 'absent'; readonly absence: Absence };

export interface Absence {
  /** Wall time of the first complete listing by the present holder that lacked it; null: none yet. */
  readonly firstMissedAt: number | null;
  /** Missing from two complete listings of this holder at least the deletion grace apart. */
  readonly settled: boolean;
  /** When it may be settled at the earliest, ms since the epoch; null when that cannot be told. */
  readonly settlesAt: number | null;
  /** What makes this absence suspicious, so that it is held until somebody confirms; null: nothing. */
  readonly suspicion: string | null;
}
