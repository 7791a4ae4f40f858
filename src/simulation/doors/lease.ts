import type { LeaseStore } from '../../providers/provider.ts';
import { createMemoryLeaseStore } from '../../providers/simulated/memory-lease.ts';

/** The lease of one owner, which every process opens for itself. Its file can be taken away and is then a new one. */
export interface SharedLease {
  open(): LeaseStore & { isInPlace(): boolean };
  takeAway(): void;
}

export function createSharedLease(): SharedLease {
  let file = createMemoryLeaseStore();
  return {
    takeAway() {
      file = createMemoryLeaseStore();
    },
    open() {
      let swappedIn: LeaseStore | null = null;
      return {
        isInPlace: () => swappedIn === null || swappedIn === file,
        read: (signal) => file.read(signal),
        async swap(seen, next, signal) {
          const into = file;
          const swapped = await into.swap(seen, next, signal);
          if (swapped) swappedIn = into;
          return swapped;
        },
      };
    },
  };
}
