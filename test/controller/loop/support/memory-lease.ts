import { isSameLease } from '../../../../src/controller/loop/lease-times.ts';
import type { Lease, LeaseStore } from '../../../../src/providers/provider.ts';

export interface MemoryLease extends LeaseStore {
  stored: Lease | null;
  /** What the next calls meet: `lost-reply` writes and then does not answer. */
  trouble: 'none' | 'error' | 'silence' | 'lost-reply';
}

export function createMemoryLease(stored: Lease | null = null): MemoryLease {
  const never = <T>() => new Promise<T>(() => {});
  const store: MemoryLease = {
    stored,
    trouble: 'none',
    async read() {
      if (store.trouble === 'error') throw new Error('store is down');
      return store.trouble === 'silence' ? never() : store.stored;
    },
    async swap(seen, next) {
      if (store.trouble === 'error') throw new Error('store is down');
      if (store.trouble === 'silence') return never();
      if (!isSameLease(store.stored, seen)) return false;
      store.stored = next;
      return store.trouble === 'lost-reply' ? never() : true;
    },
  };
  return store;
}
