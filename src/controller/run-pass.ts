import type { Clock } from '../base/clock.ts';
import type { Failpoint } from '../base/failpoint.ts';
import type { ClusterName, ProviderKind } from '../model/ids.ts';
import type { Provider } from '../providers/provider.ts';
import type { DeletionLedger } from './deletion-ledger.ts';
import type { PassContext } from './loop/pass-context.ts';
import type { Outcome } from './loop/workers.ts';
import type { PassPorts } from './pass-ports.ts';
import { type Mind, reconcile } from './reconcile.ts';

/** What every pass of one controller has in common. */
export interface PassNeeds {
  readonly providers: Readonly<Record<ProviderKind, Provider>>;
  readonly statuses: PassPorts['statuses'];
  readonly ledgerOf: (term: number) => Promise<DeletionLedger>;
  readonly maxDeletions: number;
  readonly owner: string;
  readonly id: string;
  /** Minor version of this skep. */
  readonly writer: string;
  readonly clock: Clock;
  readonly failpoint: Failpoint;
}

/** One pass, from what all have in common and what the loop gives to each. `mind`: what decides, for simulations. */
export async function runPass(needs: PassNeeds, cluster: ClusterName, cx: PassContext, mind?: Mind): Promise<Outcome> {
  const { ledgerOf, ...common } = needs;
  const ports: PassPorts = {
    ...common,
    declared: (_, record) => cx.declared(record),
    listedAt: () => cx.listedAt,
    intents: {
      waiting: async () => cx.intents.map(({ intent }) => intent),
      settle: async (_, ids) => void (await Promise.all(ids.map(cx.intentDone))),
    },
    ledger: await ledgerOf(cx.term),
    term: cx.term,
    retryMs: cx.retryMs,
    mayBegin: cx.mayBegin,
    sink: cx.sink,
    noteRecord: cx.noteRecord,
  };
  return reconcile(cluster, ports, cx.signal, mind);
}
