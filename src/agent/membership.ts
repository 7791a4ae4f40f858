import { describeProblem } from '../model/problem.ts';
import type { Founding } from '../providers/aws/table/founding.ts';
import type { NodeRequest } from '../providers/aws/table/request.ts';
import type { AgentOptions, Memory } from './agent-options.ts';
import { found, giveUpLost } from './founding.ts';
import type { Mail } from './mail.ts';
import { obey } from './obeying.ts';

/**
 * Whether this node is in the swarm, and in which: one thing at a time.
 * @param onDone called when there is something new to report
 */
export function createMembership(
  agent: AgentOptions,
  memory: Memory,
  onDone: () => void,
): (mail: Mail, signal: AbortSignal) => Promise<void> {
  const { machine, clock, sink, failpoint, times } = agent;
  let before: string | null | undefined;
  let handled: string | null = null;
  /** The last appointment that failed, and when to try again, ms on the monotonic clock. */
  let failed = { nonce: '', times: 0, until: 0 };
  /** The last appointment that was followed. Mail that was read before its end may still wait. */
  let founded = '';
  /** The member and the swarm that were found to belong together, so that it is not asked at each turn. */
  let settled = '';

  async function foundIt(founding: Founding, signal: AbortSignal): Promise<void> {
    const isAgain = failed.nonce === founding.nonce;
    if (founding.term < memory.term || founding.nonce === founded) return;
    if (isAgain && clock.monotonic() < failed.until) return;
    const swarm = await found(agent, founding, signal);
    if (swarm.ok) {
      founded = founding.nonce;
      sink.emit('SKP602', { what: swarm.value });
    } else {
      const count = isAgain ? failed.times + 1 : 1;
      const wait = Math.min(times.turnMs * 2 ** count, times.patienceMs);
      failed = { nonce: founding.nonce, times: count, until: clock.monotonic() + wait };
      sink.emit('SKP605', { what: `founding the swarm: ${describeProblem(swarm.problem)}` });
    }
    memory.request = { id: founding.nonce, problem: swarm.ok ? null : swarm.problem };
    onDone();
  }

  /** Only a swarm with a single manager can be one that nobody published. */
  async function leaveLost(founding: Founding, signal: AbortSignal): Promise<void> {
    const { isManager, peers, nodeId } = memory.engine ?? {};
    const pair = `${nodeId} ${founding.swarm} ${founding.nonce}`;
    if (!isManager || (peers?.length ?? 1) > 1 || pair === settled) return;
    const end = await giveUpLost(agent, founding, signal);
    if (end === 'kept') settled = pair;
    if (end !== 'left') return;
    sink.emit('SKP604', { what: founding.swarm ? `swarm ${founding.swarm} counts` : 'another founder was named' });
    onDone();
  }

  async function carryOut(request: NodeRequest, founding: Founding | null, signal: AbortSignal): Promise<void> {
    failpoint('obey:before');
    const obeyed = await obey(agent, memory, request, { founding, before: before ?? null }, signal);
    failpoint('obey:after');
    handled = request.id;
    if (!obeyed.ok) sink.emit('SKP605', { what: `${request.verb}: ${describeProblem(obeyed.problem)}` });
    memory.request = { id: request.id, problem: obeyed.ok ? null : obeyed.problem };
    onDone();
  }

  return async ({ request, founding }, signal) => {
    if (before === undefined) before = request?.id ?? null;
    if (founding?.founder === machine && founding.swarm === null) await foundIt(founding, signal);
    else if (founding) await leaveLost(founding, signal);
    if (request && request.id !== handled) await carryOut(request, founding, signal);
  };
}
