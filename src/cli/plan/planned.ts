import type { ProviderKind } from '../../model/ids.ts';
import type { Road } from '../../model/plan.ts';
import { shownRoad } from './shown-road.ts';

/** One cluster's plan with what a reader needs beside it. */
export interface Planned {
  readonly name: string;
  readonly provider: ProviderKind;
  /** Where its document stands, as `path:line`; null: it is gone. */
  readonly place: string | null;
  readonly warnings: readonly string[];
  readonly road: Road;
  /** When the world was looked at, ms since the epoch. */
  readonly observedAt: number;
  /** What could not be looked at. The plan is then no promise. */
  readonly blind: readonly string[];
}

/** Whether anything would be done, or is wanted and cannot be. */
export const isPending = ({ road }: Planned): boolean =>
  shownRoad(road).batches.length > 0 || road.differences.length > 0;
