import type { Lease, LeaseStore } from '../provider.ts';

/** A lease for one process: tests, and simulated fleets in virtual time. */
export function createMemoryLeaseStore(): LeaseStore {
  let stored: Lease | null = null;
  return {
    async read(signal) {
      signal.throwIfAborted();
      return stored;
    },
    async swap(seen, next, signal) {
      signal.throwIfAborted();
      if (!equalLeases(stored, seen)) return false;
      stored = { ...next };
      return true;
    },
  };
}

function equalLeases(a: Lease | null, b: Lease | null): boolean {
  if (a === null || b === null) return a === b;
  return a.holder === b.holder && a.term === b.term && a.renewals === b.renewals && a.released === b.released;
}
