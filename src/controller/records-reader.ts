import type { ClusterName } from '../model/ids.ts';
import { describeProblem } from '../model/problem.ts';
import type { ClusterRecord } from '../model/record.ts';
import type { Provider } from '../providers/provider.ts';
import type { RecordsView } from './loop/knowledge.ts';

/**
 * Every provider's records. One that no cluster needs may be out of reach, e.g. no Docker engine here: that is not trouble.
 * @param needed kinds of providers that are needed; those that turn out to keep clusters are added
 */
export function createRecordsReader(providers: readonly Provider[], needed: Set<string>) {
  return async (signal: AbortSignal): Promise<RecordsView> => {
    const records: ClusterRecord[] = [];
    const unreadable: ClusterName[] = [];
    const missing: string[] = [];
    for (const provider of providers) {
      const list = await provider.records.list(signal);
      if (!list.ok) {
        if (needed.has(provider.kind)) missing.push(`${provider.kind}: ${describeProblem(list.problem)}`);
        continue;
      }
      if (list.value.length > 0) needed.add(provider.kind);
      for (const { cluster, record } of list.value) {
        if (record.ok) records.push(record.value);
        else unreadable.push(cluster);
      }
    }
    return { records, unreadable, missing: missing.length > 0 ? missing.join('; ') : null };
  };
}
