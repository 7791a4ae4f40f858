import type { Stranger } from '../../model/observed.ts';
import type { ClusterRef } from '../provider.ts';
import { isMachineName, isOurs, LABEL, networkName } from './names.ts';
import { type ContainerRow, type NetworkRow, nameOf, type VolumeRow } from './world.ts';

export interface Seen {
  /** With the cluster's label, with names like its own, or on its network. */
  readonly containers: readonly ContainerRow[];
  readonly networks: readonly NetworkRow[];
  readonly volumes: readonly VolumeRow[];
}

/** What bears names that we would use, the cluster's label, or is on its network, and is not ours. Pure. */
export function strangersOf({ cluster, spec }: ClusterRef, owner: string, seen: Seen): readonly Stranger[] {
  const network = networkName(cluster);
  const pools = ['managers', ...spec.spec.workers.map((pool) => pool.name)];
  const isNear = (row: ContainerRow): boolean =>
    row.Labels?.[LABEL.cluster] === cluster ||
    nameOf(row).startsWith(`${network}-forwarder`) ||
    isMachineName(nameOf(row), cluster, pools) ||
    row.NetworkSettings.Networks?.[network] !== undefined;
  const things = [
    ...seen.containers.filter(isNear).map((row) => ({ what: `container ${nameOf(row)}`, labels: row.Labels })),
    ...seen.networks.map((row) => ({ what: `network ${row.Name}`, labels: row.Labels })),
    ...seen.volumes.map((row) => ({ what: `volume ${row.Name}`, labels: row.Labels })),
  ];
  const strangers = new Map<string, Stranger>();
  for (const { what, labels } of things) {
    if (isOurs(labels, owner, cluster)) continue;
    const theirs = labels?.[LABEL.owner];
    strangers.set(what, {
      what,
      why: theirs === undefined ? 'it has no label of ours' : `it belongs to owner ${theirs}`,
    });
  }
  return [...strangers.values()];
}
