import { fail, ok, type Result } from '../../../base/result.ts';
import type { ClusterName } from '../../../model/ids.ts';
import type { Problem } from '../../../model/problem.ts';
import type { SwarmRef } from '../../provider.ts';
import { createGate, type Gate } from '../../swarm/gate.ts';
import type { Act } from '../table/act.ts';
import { giveUp, type Order, place, readOrder } from '../table/order.ts';
import { poll, type TableSwarmOptions, termOf } from './swarm-options.ts';

type Answer = Promise<Result<void, Problem>>;

/** Places an order with the managers of a cluster and waits for what they answer. One at a time; the others wait in line. */
export function createOrdering(options: TableSwarmOptions): (ref: SwarmRef, act: Act, signal: AbortSignal) => Answer {
  const { table, random, times } = options;
  const lines = new Map<ClusterName, Gate>();
  const lineOf = (cluster: ClusterName): Gate => {
    const line = lines.get(cluster) ?? createGate(1);
    lines.set(cluster, line);
    return line;
  };

  /** Orders that managers gave themselves, as far as they were planned with. */
  const known = new Map<ClusterName, string>();

  async function order({ cluster, term }: { cluster: ClusterName; term: number }, act: Act, signal: AbortSignal) {
    const last = await readOrder(table, cluster, signal);
    if (!last.ok) return last;
    if (last.value && !isOver(last.value)) {
      // Of an earlier controller. What we planned from was seen before its end, so it is planned again.
      const ended = await end(cluster, last.value.id, term, signal);
      return ended.ok ? fail<Problem>({ kind: 'conflict', what: `the swarm of ${cluster}` }) : ended;
    }
    if (last.value?.by !== undefined && known.get(cluster) !== last.value.id) {
      // A manager stepped down by itself, perhaps since the swarm was looked at.
      known.set(cluster, last.value.id);
      return fail<Problem>({ kind: 'conflict', what: `the swarm of ${cluster}` });
    }
    const id = random.id(12);
    const placed = await place(table, cluster, last.value, { id, term, act, limitMs: times.beginMs }, signal);
    if (!placed.ok) return placed;
    const ended = await end(cluster, id, term, signal);
    if (!ended.ok) return ended;
    return outcomeOf(cluster, ended.value);
  }

  /** Waits until the order is over, and gives it up when its time is. Null: it is not there any more. */
  async function end(cluster: ClusterName, id: string, term: number, signal: AbortSignal) {
    const waited = await poll(
      options,
      times.beginMs + times.doMs,
      async () => {
        const now = await readOrder(table, cluster, signal);
        return !now.ok || now.value?.id !== id || isOver(now.value) ? now : null;
      },
      signal,
    );
    if (waited) return waited.ok && waited.value?.id !== id ? ok(null) : waited;
    const now = await readOrder(table, cluster, signal);
    if (!now.ok) return now;
    if (now.value?.id !== id) return ok(null);
    if (isOver(now.value)) return now;
    const given = await giveUp(table, cluster, now.value, term, signal);
    return given.ok ? ok({ ...now.value, state: 'given-up' as const }) : given;
  }

  return (ref, act, signal) => {
    const at = { cluster: ref.cluster, term: termOf(ref) };
    return lineOf(ref.cluster)(() => order(at, act, signal), signal);
  };
}

const isOver = ({ state }: Order): boolean => state === 'done' || state === 'given-up';

function outcomeOf(cluster: ClusterName, order: Order | null): Result<void, Problem> {
  const what = `the swarm of ${cluster}`;
  if (order?.answer) return order.answer.problem ? fail(order.answer.problem) : ok(undefined);
  if (order === null) return fail({ kind: 'unreachable', what, detail: 'the order was replaced by another one' });
  const detail = order.claim === null ? 'no manager took the order' : 'the manager that took the order did not answer';
  return fail({ kind: 'unreachable', what, detail });
}
