/** What a plan needs besides what is declared and what was seen. */
export interface PlanFacts {
  readonly owner: string;
  /** Term of the lease under which this pass runs. */
  readonly term: number;
  /** Minor version of this skep, e.g. `0.1`. */
  readonly writer: string;
  /** Wall time of the listing that `declared` comes from, ms since the epoch. */
  readonly listedAt: number;
  /** Deletions of this owner begun within the last hour, this cluster's not counted. */
  readonly deletionsLastHour: number;
  readonly maxDeletions: number;
}
