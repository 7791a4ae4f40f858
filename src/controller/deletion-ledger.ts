import type { ClusterName } from '../model/ids.ts';
import { fromIsoTime } from '../model/iso-time.ts';
import type { ClusterRecord } from '../model/record.ts';
import type { StatusFile } from '../model/status.ts';

const HOUR_MS = 3_600_000;

/** Deletions of this owner within a sliding hour, so that no mistake empties a fleet at once (spec.md 2). */
export interface DeletionLedger {
  /** How many others were begun within the hour before `now`. */
  countOthers(cluster: ClusterName, now: number): number;
  /** Counts this one in, unless `max` others are; check and entry are one. */
  claim(cluster: ClusterName, now: number, max: number): boolean;
}

/**
 * Begins with what the status files still tell (tombstones stay for a day), and the records of deletions that a crash cut
 * off before a status said so.
 */
export function createDeletionLedger(
  statuses: readonly StatusFile[],
  records: readonly ClusterRecord[],
): DeletionLedger {
  const begun = new Map<string, number>();
  for (const { metadata } of statuses) {
    if (metadata.deletionTimestamp) begun.set(metadata.name, fromIsoTime(metadata.deletionTimestamp));
  }
  for (const { cluster, deletion } of records) if (deletion) begun.set(cluster, deletion.markedAt);
  const countOthers = (cluster: ClusterName, now: number): number =>
    [...begun].filter(([name, at]) => name !== cluster && now - at < HOUR_MS).length;
  return {
    countOthers,
    claim(cluster, now, max) {
      if (countOthers(cluster, now) >= max) return false;
      begun.set(cluster, now);
      return true;
    },
  };
}

/** A ledger for each term, opened when it is first asked for: while we stood by, another holder may have deleted. */
export function ledgerByTerm(open: () => Promise<DeletionLedger>): (term: number) => Promise<DeletionLedger> {
  let current: { readonly term: number; readonly ledger: Promise<DeletionLedger> } | null = null;
  return (term) => {
    if (current?.term === term) return current.ledger;
    const ledger = open();
    current = { term, ledger };
    ledger.catch(() => {
      current = null;
    });
    return ledger;
  };
}
