import type { ClusterName, MachineId } from '../../model/ids.ts';

/** Docker's labels cannot change: they carry what is fixed when a thing is made. */
export const LABEL = {
  owner: 'skep.owner',
  cluster: 'skep.cluster',
  kind: 'skep.kind',
  pool: 'skep.pool',
  zone: 'skep.zone',
  /** Machine hash. */
  hash: 'skep.hash',
  /** When it was asked for, ms since the epoch. */
  created: 'skep.created',
  /** The machine's fixed address. */
  address: 'skep.address',
  /** daemon.json of the machine's engine, as the spec said it when the machine was made; missing when empty. */
  config: 'skep.config',
  /** On a disk: whose it is. */
  machine: 'skep.machine',
  /** On a network: its own subnet. */
  subnet: 'skep.subnet',
  /** On a forwarder: the options it was made with. */
  forwards: 'skep.forwards',
  /** On a record: its JSON. */
  record: 'skep.record',
  /** On a record: who won the race for its name. */
  nonce: 'skep.nonce',
} as const;

export type Kind = 'machine' | 'disk' | 'network' | 'forwarder' | 'record';

export const networkName = (cluster: ClusterName): string => `skep-${cluster}`;
export const forwarderName = (cluster: ClusterName): string => `skep-${cluster}-forwarder`;
export const recordName = (cluster: ClusterName, revision: number): string => `skep-${cluster}-record-${revision}`;

/** A path segment of the Engine API for something that we did not name ourselves. */
export const segment = (text: string): string => text.split('/').map(encodeURIComponent).join('/');

export type Labels = Readonly<Record<string, string>>;

export function labelsOf(owner: string, cluster: ClusterName, kind: Kind, more: Labels = {}): Labels {
  return { [LABEL.owner]: owner, [LABEL.cluster]: cluster, [LABEL.kind]: kind, ...more };
}

/** `kind` narrows further when given. */
export function isOurs(labels: Labels | null, owner: string, cluster: ClusterName, kind?: Kind): boolean {
  return (
    labels?.[LABEL.owner] === owner &&
    labels[LABEL.cluster] === cluster &&
    (kind === undefined || labels[LABEL.kind] === kind)
  );
}

/** Filter of the Engine API's lists: all of these labels. */
export function labelFilter(labels: Labels): { readonly label: readonly string[] } {
  return { label: Object.entries(labels).map(([key, value]) => `${key}=${value}`) };
}

/** Whether a machine of this cluster and pool could bear the name: `<cluster>-<pool>-<4 chars>`. */
export function isMachineName(name: string, cluster: ClusterName, pools: readonly string[]): boolean {
  return pools.some((pool) => {
    const prefix = `${cluster}-${pool}-`;
    return name.startsWith(prefix) && /^[a-z0-9]{4}$/.test(name.slice(prefix.length));
  });
}

export const asMachineId = (name: string): MachineId => name as MachineId;
