declare const brand: unique symbol;
type Branded<B extends string> = string & { readonly [brand]: B };

/** `metadata.name`: a cluster's identity, unique over the watched tree. */
export type ClusterName = Branded<'ClusterName'>;
/** A machine's name and host name: `<cluster>-<pool>-<4 chars>`; on EC2 the id of its instance. */
export type MachineId = Branded<'MachineId'>;
/** A swarm node id, as Docker gives it. */
export type NodeId = Branded<'NodeId'>;
/** A swarm's cluster id. */
export type SwarmId = Branded<'SwarmId'>;

export const PROVIDER_KINDS = ['aws', 'local', 'simulated'] as const;
export type ProviderKind = (typeof PROVIDER_KINDS)[number];

/** The pool that holds the managers. Worker pools cannot take this name. */
export const MANAGERS = 'managers';
