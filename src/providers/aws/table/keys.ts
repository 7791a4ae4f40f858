import type { ClusterName, MachineId, SwarmId } from '../../../model/ids.ts';

/**
 * Where each item is. The partition key says who may touch it, since IAM can compare nothing else of an item
 * (`dynamodb:LeadingKeys`): everything in one partition has the same readers and the same writers. Who they are, and
 * under which condition each writes: docs/table.md.
 */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** A partition with one item. */
const ONLY = '-';

/** All records, whoever owns them: a cluster's name is unique in an account and region. */
export const RECORDS = 'record';
export const recordKey = (cluster: ClusterName): Key => ({ pk: RECORDS, sk: cluster });

export const leaseKey = (owner: string): Key => ({ pk: 'lease', sk: owner });

/** What the controller asks of all nodes of a cluster: to report. */
export const lookKey = (cluster: ClusterName): Key => ({ pk: `ask/${cluster}`, sk: 'look' });
/** What the controller asks of one node. */
export const requestKey = (cluster: ClusterName, machine: MachineId): Key => ({
  pk: `ask/${cluster}`,
  sk: `machine/${machine}`,
});

/** The machine that a request is for; null: what stands there is no request. */
export const machineOfRequest = (sk: string): MachineId | null =>
  sk.startsWith('machine/') ? (sk.slice('machine/'.length) as MachineId) : null;

/** Who founds the swarm, and then its id. */
export const foundingKey = (cluster: ClusterName): Key => ({ pk: `founding/${cluster}`, sk: ONLY });

/** How workers join a swarm. One item for each swarm, so that the loser of a founding writes over nobody's. */
export const joinKey = (cluster: ClusterName, swarm: SwarmId): Key => ({ pk: `join/${cluster}`, sk: swarm });

/** The one open order to the swarm's managers. */
export const orderKey = (cluster: ClusterName): Key => ({ pk: `order/${cluster}`, sk: ONLY });

/** What the swarm's managers see of it. */
export const viewKey = (cluster: ClusterName): Key => ({ pk: `view/${cluster}`, sk: 'head' });
/** One of the parts that the head names. */
export const viewPartKey = (cluster: ClusterName, parts: string, index: number): Key => ({
  pk: `view/${cluster}`,
  sk: `part/${parts}/${index}`,
});

/**
 * What one node says of itself. Its partition ends in the ARN of its instance, which IAM knows of every request that is
 * made with an instance's own credentials (`ec2:SourceInstanceARN`).
 */
export const reportKey = (cluster: ClusterName, instanceArn: string): Key => ({
  pk: `node/${cluster}/${instanceArn}`,
  sk: 'report',
});

/** Any node may ring it: look at the reports before you would have. */
export const bellKey = (cluster: ClusterName): Key => ({ pk: `bell/${cluster}`, sk: ONLY });

/** Small files of a controller's state. */
export const folderOf = (owner: string, folder: string): string => `state/${owner}/${folder}`;

/** What happened to an owner's clusters, in the order of time. */
export const historyOf = (owner: string): string => `history/${owner}`;
