import { z } from 'zod';
import type { ClusterName, SwarmId } from '../../../model/ids.ts';
import { type ItemFormat, readItem, writeItem } from './item.ts';
import { joinKey } from './keys.ts';
import type { Table } from './table.ts';

/** How a worker joins a swarm. The controller may not read it. The token of managers is nowhere in the table. */
export interface Joining {
  /** Of all managers that are reachable, `host:port`. */
  readonly addresses: readonly string[];
  /** A secret. */
  readonly workerToken: string;
  /** Rises by one with each change. */
  readonly revision: number;
}

export const JOINING: ItemFormat<Joining> = {
  what: 'how to join the swarm',
  format: 1,
  schema: z.object({ addresses: z.array(z.string()), workerToken: z.string(), revision: z.int() }),
  columns: ({ revision }) => ({ revision }),
};

export const readJoining = (table: Table, cluster: ClusterName, swarm: SwarmId, signal: AbortSignal) =>
  readItem(table, joinKey(cluster, swarm), JOINING, signal);

/**
 * A manager writes it before it publishes a new swarm, and the leader's agent when addresses or token have changed.
 * @param seen null: there is none yet. `conflict`: another manager wrote since.
 */
export function writeJoining(
  table: Table,
  cluster: ClusterName,
  swarm: SwarmId,
  seen: Joining | null,
  next: Omit<Joining, 'revision'>,
  signal: AbortSignal,
) {
  const condition = seen ? { is: { revision: seen.revision } } : { orAbsent: true as const };
  const joining = { ...next, revision: (seen?.revision ?? 0) + 1 };
  return writeItem(table, joinKey(cluster, swarm), JOINING, joining, condition, signal);
}
