import type { Desired } from '../../model/desired.ts';
import type { Road } from '../../model/plan.ts';
import type { StatusFile } from '../../model/status.ts';
import type { Told } from './verdict.ts';

/** All that a status is made from. */
export interface FoldAsk extends Told {
  readonly before: StatusFile | null;
  /** The spec in force; null when there is none. */
  readonly desired: Desired | null;
  readonly road: Road | null;
  /** When this cluster is looked at again without a hint, ms since the epoch; null: at the next resync. */
  readonly nextLookAt: number | null;
  readonly controller: { readonly owner: string; readonly id: string; readonly term: number };
}
