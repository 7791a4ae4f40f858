import { describeError } from '../base/events.ts';
import { describeProblem, type Problem } from '../model/problem.ts';
import { type AgentOptions, newMemory, sinceSeen } from './agent-options.ts';
import { createDesk } from './desk.ts';
import { type Mail, readMail, readOfficeMail } from './mail.ts';
import { createMembership } from './membership.ts';
import { createOrders } from './orders.ts';
import { createReporting } from './reporting.ts';
import { createViews } from './views.ts';

/**
 * The agent of one node, until `signal` aborts. It has no port and decides nothing about the cluster: it says what it sees
 * and does what it is asked, both through the table. Rejects only when this program is wrong.
 */
export async function runAgent(agent: AgentOptions, signal: AbortSignal): Promise<void> {
  const { cluster, machine, table, clock, random, sink, times } = agent;
  const stop = new AbortController();
  const onStop = (): void => stop.abort(signal.reason);
  signal.addEventListener('abort', onStop, { once: true });
  if (signal.aborted) onStop();
  const inner = stop.signal;

  const memory = newMemory();
  let fault: unknown = null;
  const desk = <T>(work: (item: T, signal: AbortSignal) => Promise<void>) =>
    createDesk<T>(
      (item) => work(item, inner),
      (error) => {
        if (!inner.aborted) fault = error;
        stop.abort(error);
      },
    );
  let mail: Mail | null = null;
  const reporting = desk(createReporting(agent, memory));
  const membership = desk(createMembership(agent, memory, () => mail && reporting.offer(mail)));
  const orders = desk(createOrders(agent, memory));
  const views = desk(createViews(agent, memory));

  async function turn(): Promise<Problem | null> {
    const read = await readMail(table, cluster, machine, inner);
    if (!read.ok) return read.problem;
    mail = read.value;
    noteTerms(mail.look, mail.request, mail.founding);
    // Counted from here, not from when a desk comes to it.
    if (mail.request) sinceSeen(memory, 'request', mail.request.id, clock);
    reporting.offer(mail);
    membership.offer(mail);
    if (!memory.engine?.isManager) return null;
    const office = await readOfficeMail(table, cluster, inner);
    if (!office.ok) return office.problem;
    noteTerms(office.value.order);
    if (office.value.order) sinceSeen(memory, 'order', office.value.order.id, clock);
    orders.offer({ order: office.value.order, founding: mail.founding });
    views.offer({ ...mail, ...office.value });
    return null;
  }

  function noteTerms(...said: readonly ({ readonly term: number } | null)[]): void {
    memory.term = Math.max(memory.term, ...said.map((each) => each?.term ?? 0));
  }

  sink.emit('SKP601', { cluster, what: machine });
  try {
    for (let failures = 0; ; ) {
      const problem = await turn();
      if (problem && failures === 0) sink.emit('SKP605', { what: describeProblem(problem) });
      failures = problem ? failures + 1 : 0;
      const wait = Math.min(times.turnMs * 2 ** failures, Math.max(times.patienceMs, times.turnMs));
      await clock.sleep(wait * (0.9 + 0.2 * random.next()), inner);
    }
  } catch (error) {
    if (!inner.aborted) throw error;
    if (fault) throw new Error(`the agent of ${machine}: ${describeError(fault)}`, { cause: fault });
  } finally {
    signal.removeEventListener('abort', onStop);
    stop.abort();
    await Promise.all([reporting, membership, orders, views].map((each) => each.idle()));
  }
}
