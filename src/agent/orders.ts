import { fail, type Result } from '../base/result.ts';
import type { NodeId, SwarmId } from '../model/ids.ts';
import type { SwarmView } from '../model/observed.ts';
import { describeProblem, type Problem } from '../model/problem.ts';
import { type Act, readAct } from '../providers/aws/table/act.ts';
import type { Founding } from '../providers/aws/table/founding.ts';
import { claim, type Order, readOrder, settle } from '../providers/aws/table/order.ts';
import { type AgentOptions, type Memory, sinceSeen } from './agent-options.ts';

/**
 * Carries out the open order, as planned, and answers with what was seen. The leader's agent claims it; another manager's
 * only when nobody did for a while. An order that was claimed by anybody, even by this agent's earlier life, is left alone.
 */
export function createOrders(
  agent: AgentOptions,
  memory: Memory,
): (mail: { readonly order: Order | null; readonly founding: Founding | null }, signal: AbortSignal) => Promise<void> {
  const { cluster, machine, table, node, clock, random, failpoint, sink, times } = agent;

  async function carryOut(order: Order, founded: SwarmId, signal: AbortSignal): Promise<void> {
    const waited = sinceSeen(memory, 'order', order.id, clock);
    if (waited > order.limitMs) return;
    const act = readAct(order.act);
    const seen = await node.look(signal);
    const isOurs = seen.ok && seen.value.id === founded;
    if (seen.ok && !isOurs) return; // a manager of another swarm does nothing in this one's name
    const leads = isOurs && isLeader(seen.value, memory.engine?.nodeId ?? null) && !(act.ok && isAboutMe(act.value));
    if (!leads && waited < times.graceMs) return;

    const claimed: Order = { ...order, state: 'claimed', claim: random.id(12) };
    failpoint('claim-order:before');
    const taken = await claim(table, cluster, order, claimed.claim ?? '', signal);
    failpoint('claim-order:after');
    if (!taken.ok && !(await isClaimedAs(claimed, signal))) return;
    const done = await perform(order, act, signal);
    failpoint('settle-order:before');
    const problem = done.ok ? null : done.problem;
    sink.emit('SKP606', { what: `${order.id}: ${problem ? describeProblem(problem) : 'done'}` });
    const version = done.ok ? done.value : null;
    const answer = { problem, through: machine, swarm: isOurs ? founded : null, version };
    await settle(table, cluster, claimed, answer, signal); // if it is not taken, nobody waits for it any more
  }

  /** The answer to a claim may have been lost. */
  async function isClaimedAs({ id, claim: by }: Order, signal: AbortSignal): Promise<boolean> {
    const now = await readOrder(table, cluster, signal);
    return now.ok && now.value?.id === id && now.value.state === 'claimed' && now.value.claim === by;
  }

  async function perform(order: Order, act: Result<Act, Problem>, signal: AbortSignal) {
    if (!act.ok) return act;
    if (order.term < memory.term) return refused(`term ${order.term} is over, ${memory.term} is known`);
    return node.act(act.value, signal);
  }

  /** A manager that loses its office answers late or not at all. */
  const isAboutMe = (act: Act): boolean => act.verb === 'demote' && act.node === memory.engine?.nodeId;

  return async ({ order, founding }, signal) => {
    if (order?.state === 'open' && founding?.swarm) await carryOut(order, founding.swarm, signal);
  };
}

export const isLeader = ({ members }: SwarmView, node: NodeId | null): boolean =>
  members.some(({ id, manager }) => id === node && manager?.leader === true);

const refused = (detail: string): Result<never, Problem> => fail({ kind: 'refused', field: null, detail });
