import type { CarriersView } from '../../model/observed.ts';
import type { ClusterRef } from '../provider.ts';
import { forwarderLabel } from './forwarder-rules.ts';
import { isOurs, LABEL } from './names.ts';
import { cutOff } from './reconnect.ts';
import { type ContainerRow, type NetworkRow, nameOf, type VolumeRow } from './world.ts';

interface Seen {
  readonly containers: readonly ContainerRow[];
  readonly networks: readonly NetworkRow[];
  readonly volumes: readonly VolumeRow[];
  readonly forwardTo: readonly string[] | null;
  readonly images: Readonly<Record<string, string>>;
}

/** Judges what was listed against what the spec wants to carry its machines: a network, and a forwarder for ports. */
export function carriersView({ cluster, spec }: ClusterRef, owner: string, seen: Seen): CarriersView {
  const networks = seen.networks.filter((row) => isOurs(row.Labels, owner, cluster, 'network'));
  const forwarders = seen.containers.filter((row) => isOurs(row.Labels, owner, cluster, 'forwarder'));
  const disks = seen.volumes.filter((row) => isOurs(row.Labels, owner, cluster, 'disk'));
  const machines = seen.containers.filter((row) => isOurs(row.Labels, owner, cluster, 'machine'));
  const { publish } = spec.spec.local;
  const forwarder = forwarders[0];
  const differences: string[] = [];
  if (networks.length === 0) differences.push('the network is missing');
  for (const network of networks) {
    for (const row of cutOff(network, [...machines, ...forwarders]))
      differences.push(`${nameOf(row)} is not on the network, which was made anew`);
  }
  if (publish.length === 0 && forwarder) differences.push('a forwarder is left and nothing is published');
  if (publish.length > 0) {
    if (!forwarder) differences.push('the forwarder is missing');
    else if (forwarder.Labels?.[LABEL.forwards] !== forwarderLabel(publish))
      differences.push('other ports are published');
    else if (forwarder.State !== 'running') differences.push(`the forwarder does not run: ${forwarder.Status}`);
    else if (seen.forwardTo === null) differences.push('the forwarder does not forward');
  }
  const isAbsent = networks.length + forwarders.length + machines.length === 0;
  return {
    state: isAbsent ? 'absent' : differences.length > 0 ? 'partial' : 'ready',
    differences,
    forwardTo: seen.forwardTo,
    leftovers: networks.length + forwarders.length + disks.length,
    images: seen.images,
  };
}
