import { createTableLease } from '../../src/providers/aws/table/lease.ts';
import { leaseStoreConformance } from '../conformance/lease-store-conformance.ts';
import { makeTable, STORES } from './tables.ts';

for (const store of STORES) {
  leaseStoreConformance(store, async () => {
    const { table, open, close } = await makeTable(store);
    return {
      store: createTableLease(table, 'me'),
      newStore: () => createTableLease(open(), 'me'),
      cleanup: async () => close(),
    };
  });
}
