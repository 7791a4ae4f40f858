import type { Lease, LeaseStore } from '../../provider.ts';
import { leaseKey } from './keys.ts';
import type { Row, Table } from './table.ts';

/** The lease of one owner. Who holds it is compared whole, so a swap is taken by exactly one. */
export function createTableLease(table: Table, owner: string): LeaseStore {
  const key = leaseKey(owner);
  return {
    async read(signal) {
      signal.throwIfAborted();
      const [row] = await table.read([key], signal);
      return row ? leaseOf(row) : null;
    },
    async swap(seen, next, signal) {
      signal.throwIfAborted();
      const condition = seen ? { is: columnsOf(seen) } : { orAbsent: true as const };
      return (await table.write(key, { columns: columnsOf(next), body: '' }, condition, signal)).taken;
    },
  };
}

const columnsOf = ({ holder, term, renewals, released }: Lease) => ({ holder, term, renewals, released });

function leaseOf({ columns: { holder, term, renewals, released } }: Row): Lease {
  if (typeof holder !== 'string' || typeof term !== 'number' || typeof renewals !== 'number')
    throw new Error('the lease in the table cannot be read');
  return { holder, term, renewals, released: released === true };
}
