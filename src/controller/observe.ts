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
  const [infrastructure, host] = await Promise.all([
    provider.infrastructure.observe(ref, signal),
    provider.hostRoom?.(signal) ?? null,
  ]);
  const machines: readonly Machine[] = infrastructure.ok ? infrastructure.value.machines : [];
  const swarm: Result<SwarmView | null, Problem> = infrastructure.ok
    ? await provider.swarm.observe(ref, machines, signal)
    : infrastructure;
  return { cluster: ref.cluster, now: clock.now(), record, infrastructure, swarm, host };
}

/**
 * The record of a cluster, asked of the providers that its document and its last status name, then of every other: a
 * document may name another one now. That there is none is believed only when all of `named` said so, else a cluster
 * could be made a second time somewhere else.
 */
export async function findRecord(
  cluster: ClusterName,
  named: readonly Provider[],
  providers: readonly Provider[],
  signal: AbortSignal,
): Promise<{ readonly provider: Provider | null; readonly record: Result<ClusterRecord | null, Problem> }> {
  let silent: { provider: Provider; record: Result<ClusterRecord | null, Problem> } | null = null;
  for (const provider of new Set([...named, ...providers])) {
    const record = await provider.records.read(cluster, signal);
    const isThere = record.ok ? record.value !== null : record.problem.kind === 'unreadable';
    if (isThere) return { provider, record };
    // A provider nobody asked for may be out of reach, e.g. no Docker engine here: its silence says nothing.
    if (!record.ok && named.includes(provider)) silent ??= { provider, record };
  }
  return silent ?? { provider: named[0] ?? null, record: { ok: true, value: null } };
}
