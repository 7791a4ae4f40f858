import type { Result } from '../base/result.ts';
import type { Declared } from '../model/declared.ts';
import type { Desired } from '../model/desired.ts';
import type { ClusterName } from '../model/ids.ts';
import type { Observed } from '../model/observed.ts';
import type { Problem } from '../model/problem.ts';
import type { ClusterRecord } from '../model/record.ts';
import type { StatusFile } from '../model/status.ts';
import type { Provider } from '../providers/provider.ts';
import { findRecord, observe } from './observe.ts';
import type { PassPorts } from './pass-ports.ts';
import { specInForce } from './plan/in-force.ts';
import { takeUpIntents } from './take-up-intents.ts';

/** All that a pass goes by: what is on the record, what is declared, what is there. */
export interface Look {
  /** Who keeps the cluster; null: nobody does and nobody is named. */
  readonly provider: Provider | null;
  /** With what people asked for meanwhile. */
  readonly record: Result<ClusterRecord | null, Problem>;
  readonly declared: Declared;
  /** The spec in force; null: there is none. */
  readonly desired: Desired | null;
  readonly observed: Observed;
}

export async function look(
  cluster: ClusterName,
  before: StatusFile | null,
  ports: PassPorts,
  signal: AbortSignal,
): Promise<Look> {
  const wanted = await ports.declared(cluster, null);
  const named = providersNamed(wanted, before, ports);
  const found = await findRecord(cluster, named, Object.values(ports.providers), signal);
  const { provider } = found;
  const taker = { ...ports, mayBeBorn: wanted.kind !== 'absent' || wanted.absence.suspicion !== null };
  const record = await takeUpIntents(cluster, provider, found.record, taker, signal);
  const known = record.ok ? record.value : null;
  const declared = await ports.declared(cluster, known);
  const desired = desiredNow(declared, known);
  const observed =
    provider && desired
      ? await observe({ cluster, spec: desired.spec, term: ports.term }, record, provider, ports.clock, signal)
      : unseen(cluster, record, ports.clock.now());
  return { provider, record, declared, desired, observed };
}

function providersNamed(declared: Declared, before: StatusFile | null, { providers }: PassPorts): readonly Provider[] {
  const wanted = declared.kind === 'document' ? declared.desired.spec.spec.provider : null;
  return [wanted, before?.status.provider ?? null].flatMap((kind) => (kind ? [providers[kind]] : []));
}

function desiredNow(declared: Declared, record: ClusterRecord | null): Desired | null {
  if (record) return specInForce(declared, record).desired;
  return declared.kind === 'document' ? declared.desired : null;
}

/** Nothing to look at: no good document, and no record or none that can be read. */
function unseen(cluster: ClusterName, record: Observed['record'], now: number): Observed {
  if (!record.ok) return { cluster, now, record, infrastructure: record, swarm: record };
  const carriers = { state: 'absent', differences: [], forwardTo: null, leftovers: 0, images: {} } as const;
  return {
    cluster,
    now,
    record,
    infrastructure: { ok: true, value: { machines: [], carriers, strangers: [] } },
    swarm: { ok: true, value: null },
  };
}
