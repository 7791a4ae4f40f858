import { z } from 'zod';
import type { ClusterName, MachineId, SwarmId } from '../../../model/ids.ts';
import type { Problem } from '../../../model/problem.ts';
import type { Act } from './act.ts';
import { named, problemSchema } from './field-types.ts';
import { type ItemFormat, readItem, writeItem } from './item.ts';
import { orderKey } from './keys.ts';
import type { Table } from './table.ts';

/** The one open order to a swarm's managers. `open` → `claimed` → `done`; an open or a claimed one may be given up. */
export interface Order {
  readonly id: string;
  readonly term: number;
  /** See `readAct`. */
  readonly act: unknown;
  /** From when an agent first saw it until it no longer begins, ms on its own clock. */
  readonly limitMs: number;
  /** The manager that ordered its own demotion; missing: the controller ordered. */
  readonly by?: MachineId;
  readonly state: 'open' | 'claimed' | 'done' | 'given-up';
  /** Whose claim it is: new with each try. */
  readonly claim: string | null;
  readonly answer: Answer | null;
}

/** What came of it, and by what it was seen. */
export interface Answer {
  /** Null: the swarm took it. */
  readonly problem: Problem | null;
  readonly through: MachineId;
  readonly swarm: SwarmId | null;
  /** Version index of what was changed, as the swarm had it afterwards; null: it has none any more, or was not asked. */
  readonly version: number | null;
}

export const ORDER: ItemFormat<Order> = {
  what: 'the order',
  format: 1,
  schema: z.object({
    id: z.string(),
    term: z.int(),
    act: z.unknown(),
    limitMs: z.number(),
    by: z.exactOptional(named<MachineId>()),
    state: z.enum(['open', 'claimed', 'done', 'given-up']),
    claim: z.string().nullable(),
    answer: z
      .object({
        problem: problemSchema.nullable(),
        through: named<MachineId>(),
        swarm: named<SwarmId>().nullable(),
        version: z.int().nullable(),
      })
      .nullable(),
  }),
  columns: ({ id, term, state, claim }) => ({ id, term, state, ...(claim === null ? {} : { claim }) }),
};

export const readOrder = (table: Table, cluster: ClusterName, signal: AbortSignal) =>
  readItem(table, orderKey(cluster), ORDER, signal);

/** Exactly as it was seen. */
const asSeen = ({ id, state, claim }: Order) =>
  claim === null ? { is: { id, state }, lacks: ['claim'] } : { is: { id, state, claim } };

/**
 * The controller places an order where the last one is over; so does a manager that steps down.
 * @param seen the last one; null: there was none. `conflict`: it is not over, or a newer term ordered.
 */
export function place(
  table: Table,
  cluster: ClusterName,
  seen: Order | null,
  order: Pick<Order, 'id' | 'term' | 'limitMs' | 'by'> & { readonly act: Act },
  signal: AbortSignal,
) {
  const next: Order = { ...order, state: 'open', claim: null, answer: null };
  const condition = seen ? { ...asSeen(seen), atMost: { term: order.term } } : { orAbsent: true as const };
  if (seen && !isOver(seen)) throw new Error(`order ${seen.id} is ${seen.state}`);
  return writeItem(table, orderKey(cluster), ORDER, next, condition, signal);
}

const isOver = ({ state }: Order): boolean => state === 'done' || state === 'given-up';

/** An agent takes it, before it begins. `conflict`: another did, or it was given up. */
export function claim(table: Table, cluster: ClusterName, order: Order, by: string, signal: AbortSignal) {
  const next: Order = { ...order, state: 'claimed', claim: by };
  return writeItem(table, orderKey(cluster), ORDER, next, asSeen({ ...order, state: 'open', claim: null }), signal);
}

/** Whoever claimed it answers. `conflict`: it was given up meanwhile. */
export function settle(table: Table, cluster: ClusterName, claimed: Order, result: Answer, signal: AbortSignal) {
  const next: Order = { ...claimed, state: 'done', answer: result };
  return writeItem(table, orderKey(cluster), ORDER, next, asSeen({ ...claimed, state: 'claimed' }), signal);
}

/**
 * The controller waits no longer. One that was open has not begun and never will; of one that was claimed nobody knows,
 * and what the swarm compares keeps it from doing harm late. `conflict`: it moved on meanwhile.
 * @param term of the controller that gives up
 */
export function giveUp(table: Table, cluster: ClusterName, order: Order, term: number, signal: AbortSignal) {
  const next: Order = { ...order, term, state: 'given-up' };
  return writeItem(table, orderKey(cluster), ORDER, next, { ...asSeen(order), atMost: { term } }, signal);
}
