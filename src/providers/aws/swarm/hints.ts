import type { Clock } from '../../../base/clock.ts';
import type { ClusterName } from '../../../model/ids.ts';
import { answer } from '../problems.ts';
import { decode } from '../table/item.ts';
import { viewKey } from '../table/keys.ts';
import type { Table } from '../table/table.ts';
import { HEAD } from '../table/view.ts';

/** Our choice: an agent that sees something new says so within its turn and its watch. */
const FOLLOW_MS = 2_000;

/**
 * Calls back when the view of a cluster, or what the bell says there, is another than before. One small item for each
 * cluster and one request for a hundred of them; an answer to a look alone is nothing new. Until `signal` aborts.
 */
export async function followViews(
  { table, clock }: { readonly table: Table; readonly clock: Clock },
  clusters: (signal: AbortSignal) => Promise<readonly ClusterName[]>,
  onHint: (cluster: ClusterName) => void,
  signal: AbortSignal,
): Promise<void> {
  const known = new Map<ClusterName, string>();
  for (; !signal.aborted; await clock.sleep(FOLLOW_MS, signal).catch(() => {})) {
    const names = await clusters(signal);
    const rows = await answer('the views', signal, () => table.read(names.map(viewKey), signal));
    if (!rows.ok) continue;
    for (const [i, name] of names.entries()) {
      const row = rows.value[i];
      const head = row ? decode(HEAD, row) : null;
      const { digest, ring, problem } = head?.ok && head.value ? head.value : NOTHING;
      const now = JSON.stringify([digest, ring, problem]);
      if (known.has(name) && known.get(name) !== now) onHint(name);
      known.set(name, now);
    }
  }
}

const NOTHING = { digest: null, ring: null, problem: null };
