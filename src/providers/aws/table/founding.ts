import { z } from 'zod';
import type { ClusterName, MachineId, SwarmId } from '../../../model/ids.ts';
import type { LiveSwarmOptions, SwarmInitOptions } from '../../../model/observed.ts';
import { named } from './field-types.ts';
import { type ItemFormat, readItem, writeItem } from './item.ts';
import { foundingKey } from './keys.ts';
import type { Table } from './table.ts';

/** Who may found the swarm of a cluster, and which swarm came of it. At most one ever does. */
export interface Founding {
  readonly founder: MachineId;
  /** New with each appointment: tells one's own from another's after a lost answer. */
  readonly nonce: string;
  readonly term: number;
  readonly options: SwarmInitOptions & LiveSwarmOptions;
  /** Null: not founded yet. */
  readonly swarm: SwarmId | null;
}

export const FOUNDING: ItemFormat<Founding> = {
  what: 'the founding of the swarm',
  format: 1,
  schema: z.object({
    founder: named<MachineId>(),
    nonce: z.string(),
    term: z.int(),
    options: z.object({
      addressPools: z.array(z.string()),
      subnetSize: z.int(),
      dataPathPort: z.int(),
      taskHistoryLimit: z.int(),
      dispatcherHeartbeatMs: z.number(),
      certExpiryMs: z.number(),
    }),
    swarm: named<SwarmId>().nullable(),
  }),
  columns: ({ nonce, term, swarm }) => ({ nonce, term, ...(swarm === null ? {} : { swarm }) }),
};

export const readFounding = (table: Table, cluster: ClusterName, signal: AbortSignal) =>
  readItem(table, foundingKey(cluster), FOUNDING, signal);

/**
 * The controller names the founder, in place of one that did not found.
 * @param lost the swarm that was given up for lost: only then is a second one founded
 * `conflict`: a swarm was founded, or a newer term appointed.
 */
export function appoint(
  table: Table,
  cluster: ClusterName,
  appointment: Omit<Founding, 'swarm'>,
  lost: SwarmId | null,
  signal: AbortSignal,
) {
  const atMost = { term: appointment.term };
  const condition =
    lost === null ? { lacks: ['swarm'], atMost, orAbsent: true as const } : { is: { swarm: lost }, atMost };
  return writeItem(table, foundingKey(cluster), FOUNDING, { ...appointment, swarm: null }, condition, signal);
}

/**
 * The founder says which swarm it made. `conflict`: another was appointed since, or a swarm is there. Whether it is this
 * very one (an answer was lost) the item tells.
 */
export function publish(table: Table, cluster: ClusterName, founding: Founding, swarm: SwarmId, signal: AbortSignal) {
  const condition = { is: { nonce: founding.nonce }, lacks: ['swarm'] };
  return writeItem(table, foundingKey(cluster), FOUNDING, { ...founding, swarm }, condition, signal);
}
