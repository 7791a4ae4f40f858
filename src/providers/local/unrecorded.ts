import { ok, type Result } from '../../base/result.ts';
import type { Stranger } from '../../model/observed.ts';
import type { Problem } from '../../model/problem.ts';
import type { Records } from '../provider.ts';
import type { Engine } from '../swarm/engine.ts';
import { answer } from '../swarm/problems.ts';
import { LABEL, type Labels } from './names.ts';
import { listOwned, nameOf } from './world.ts';

/** Things of this owner whose cluster has no record, e.g. after a deletion that somebody did half by hand. */
export async function observeUnrecorded(
  host: Engine,
  owner: string,
  records: Records,
  signal: AbortSignal,
): Promise<Result<readonly Stranger[], Problem>> {
  // Records are read last: one that is written meanwhile is seen, so a cluster that is being made is no stranger.
  const owned = await answer("the host's Docker engine", signal, () => listOwned(host, owner, signal));
  if (!owned.ok) return owned;
  const known = await records.list(signal);
  if (!known.ok) return known;
  const recorded = new Set<string>(known.value.map(({ cluster }) => cluster));
  const things = [
    ...owned.value.containers.map((row) => ({ what: `container ${nameOf(row)}`, labels: row.Labels })),
    ...owned.value.networks.map((row) => ({ what: `network ${row.Name}`, labels: row.Labels })),
    ...owned.value.volumes.map((row) => ({ what: `volume ${row.Name}`, labels: row.Labels })),
  ];
  return ok(things.filter(({ labels }) => !recorded.has(clusterOf(labels))).map(describe));
}

const clusterOf = (labels: Labels | null): string => labels?.[LABEL.cluster] ?? '';

const describe = ({ what, labels }: { what: string; labels: Labels | null }): Stranger => ({
  what,
  why: `it is labelled as ours, of ${clusterOf(labels)}, which has no record`,
});
