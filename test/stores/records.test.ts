import { ok } from '../../src/base/result.ts';
import type { ClusterName } from '../../src/model/ids.ts';
import { createTableRecords } from '../../src/providers/aws/table/records.ts';
import type { Table } from '../../src/providers/aws/table/table.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { recordsConformance } from '../conformance/records-conformance.ts';
import type { Subject } from '../conformance/subject.ts';
import { aSpec } from '../support/builders.ts';
import { makeTable, STORES } from './tables.ts';

/** Records need no machine: of the rest of a provider the suite only wants that it comes and goes. */
function aProvider(table: Table, owner: string): Provider {
  const carriers = { state: 'absent', leftovers: 0 };
  const infrastructure = {
    ensure: async () => ok(undefined),
    observe: async () => ok({ machines: [], carriers }),
    destroy: async () => ok(undefined),
  };
  return { records: createTableRecords(table, owner), infrastructure } as unknown as Provider;
}

for (const store of STORES) {
  recordsConformance(store, async (): Promise<Subject> => {
    const { table, open, close } = await makeTable(store);
    return {
      provider: aProvider(table, 'me'),
      newProvider: (owner: 'same' | 'other') => aProvider(open(), owner === 'same' ? 'me' : 'other'),
      ref: (name: string) => ({ cluster: name as ClusterName, spec: aSpec({ name }) }),
      eventually: <T>(check: () => Promise<T>) => check(),
      cleanup: async () => close(),
    } as unknown as Subject;
  });
}
