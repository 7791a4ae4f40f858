import type { ClusterName } from '../../model/ids.ts';
import type { Engine } from '../swarm/engine.ts';
import { LABEL, type Labels, labelFilter } from './names.ts';

/** What we read of the Engine API's answers about the host's things, and nothing more. */

export interface ContainerRow {
  readonly Id: string;
  /** With a leading slash. */
  readonly Names: readonly string[];
  readonly Labels: Labels | null;
  /** Seconds since the epoch, by the engine's clock. */
  readonly Created: number;
  readonly State: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
  /** For people: `Up 4 seconds`, `Exited (137) 2 minutes ago`. */
  readonly Status: string;
  /** By name of network. The id is that of the network it was last connected to, which may be gone. */
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly NetworkID: string }>> | null };
}

export interface NetworkRow {
  readonly Id: string;
  readonly Name: string;
  readonly Labels: Labels | null;
  /** RFC 3339, by the engine's clock. */
  readonly Created: string;
  readonly IPAM: { readonly Config: readonly { readonly Subnet?: string }[] | null } | null;
}

export interface VolumeRow {
  readonly Name: string;
  readonly Labels: Labels | null;
}

export const nameOf = (row: ContainerRow): string => (row.Names[0] ?? '').replace(/^\//, '');

export function listContainers(host: Engine, labels: Labels, signal: AbortSignal): Promise<readonly ContainerRow[]> {
  return host.call(
    { method: 'GET', path: '/containers/json', query: { all: true, filters: labelFilter(labels) } },
    signal,
  );
}

/** Containers whose names begin as this cluster's do, whoever made them. */
export function listNamesakes(
  host: Engine,
  cluster: ClusterName,
  signal: AbortSignal,
): Promise<readonly ContainerRow[]> {
  const filters = { name: [`^/(skep-)?${cluster}-`] };
  return host.call({ method: 'GET', path: '/containers/json', query: { all: true, filters } }, signal);
}

/** Containers on a network, whoever made them. */
export function listOnNetwork(host: Engine, network: string, signal: AbortSignal): Promise<readonly ContainerRow[]> {
  const filters = { network: [network] };
  return host.call({ method: 'GET', path: '/containers/json', query: { all: true, filters } }, signal);
}

export function listNetworks(host: Engine, labels: Labels, signal: AbortSignal): Promise<readonly NetworkRow[]> {
  return host.call({ method: 'GET', path: '/networks', query: { filters: labelFilter(labels) } }, signal);
}

export async function listVolumes(host: Engine, labels: Labels, signal: AbortSignal): Promise<readonly VolumeRow[]> {
  const filters = labelFilter(labels);
  const { Volumes } = await host.call<{ Volumes: readonly VolumeRow[] | null }>(
    { method: 'GET', path: '/volumes', query: { filters } },
    signal,
  );
  return Volumes ?? [];
}

/** All that bears this owner's label, by kind of thing. */
export async function listOwned(host: Engine, owner: string, signal: AbortSignal) {
  const labels = { [LABEL.owner]: owner };
  const [containers, networks, volumes] = await Promise.all([
    listContainers(host, labels, signal),
    listNetworks(host, labels, signal),
    listVolumes(host, labels, signal),
  ]);
  return { containers, networks, volumes };
}
