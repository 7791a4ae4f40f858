import type { Clock } from '../base/clock.ts';
import type { Result } from '../base/result.ts';
import type { ClusterName } from '../model/ids.ts';
import type { Machine, Observed, SwarmView } from '../model/observed.ts';
import type { Problem } from '../model/problem.ts';
import type { ClusterRecord } from '../model/record.ts';
import type { ClusterRef, Provider } from '../providers/provider.ts';

/** One look at one cluster: its machines first, then its swarm through those that say they are managers. */
export async function observe(
  ref: ClusterRef,
  record: Result<ClusterRecord | null, Problem>,
  provider: Provider,
  clock: Clock,
  signal: AbortSignal,
): Promise<Observed> {
  const infrastructure = await provider.infrastructure.observe(ref, signal);
  const machines: readonly Machine[] = infrastructure.ok ? infrastructure.value.machines : [];
  const swarm: Result<SwarmView | null, Problem> = infrastructure.ok
    ? await provider.swarm.observe(ref, machines, signal)
    : infrastructure;
  return { cluster: ref.cluster, now: clock.now(), record, infrastructure, swarm };
}

/** The record of a cluster, asked of `first` and then of every other provider: a document may name another one now. */
export async function findRecord(
  cluster: ClusterName,
  first: Provider | null,
  providers: readonly Provider[],
  signal: AbortSignal,
): Promise<{ readonly provider: Provider | null; readonly record: Result<ClusterRecord | null, Problem> }> {
  const order = first ? [first, ...providers.filter((p) => p !== first)] : providers;
  let silent: { provider: Provider; record: Result<ClusterRecord | null, Problem> } | null = null;
  for (const provider of order) {
    const record = await provider.records.read(cluster, signal);
    if (record.ok && record.value !== null) return { provider, record };
    // A provider nobody asked for may be out of reach (no Docker engine here): only the first one's silence counts.
    if (!record.ok && provider === first) silent = { provider, record };
  }
  return silent ?? { provider: first, record: { ok: true, value: null } };
}
