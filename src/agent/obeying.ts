import { fail, ok, type Result } from '../base/result.ts';
import { describeProblem, type Problem } from '../model/problem.ts';
import type { Founding } from '../providers/aws/table/founding.ts';
import { readJoining } from '../providers/aws/table/join.ts';
import { type NodeRequest, REQUEST_VERBS } from '../providers/aws/table/request.ts';
import { type AgentOptions, type Memory, sinceSeen } from './agent-options.ts';
import type { Mail } from './mail.ts';

/**
 * What the controller asks of this node alone: to join, to leave, to go on alone. What came of it stands in the next report,
 * under the id of the request. `before`: the request that an earlier life of this agent may have carried out already.
 */
export async function obey(
  agent: AgentOptions,
  memory: Memory,
  request: NodeRequest,
  { founding, before }: Pick<Mail, 'founding'> & { readonly before: string | null },
  signal: AbortSignal,
): Promise<Result<void, Problem>> {
  const { node, clock } = agent;
  if (request.term < memory.term) return refused(`term ${request.term} is over, ${memory.term} is known`);
  if (sinceSeen(memory, 'request', request.id, clock) > request.limitMs) return refused('its time is over');
  const verb = REQUEST_VERBS.find((known) => known === request.verb);
  // Only joining does no harm twice: leaving would leave the next swarm too, going on alone throws out who joined since.
  if (verb !== 'join' && request.id === before) return refused('it was asked before this agent started');
  switch (verb) {
    case 'join':
      return join(agent, founding, signal);
    case 'leave':
      return node.leave(signal);
    case 'force-new':
      return node.forceNew(signal);
    case undefined:
      return refused(`this agent cannot do "${request.verb}"`);
  }
}

async function join(
  { table, cluster, node, sink }: AgentOptions,
  founding: Founding | null,
  signal: AbortSignal,
): Promise<Result<void, Problem>> {
  const engine = await node.engine(signal);
  if (!engine.ok) return engine;
  if (engine.value.swarm === 'active' || engine.value.swarm === 'pending') return ok(undefined);
  if (!founding?.swarm) return refused('there is no swarm yet');
  const { swarm } = founding;
  const joining = await readJoining(table, cluster, swarm, signal);
  if (!joining.ok) return joining;
  if (!joining.value) return refused(`nobody wrote how to join swarm ${swarm}`);
  const { addresses: managers, workerToken: token, revision } = joining.value;
  const joined = await node.join({ swarm, token, managers }, signal);
  if (joined.ok) sink.emit('SKP603', { what: swarm });
  if (joined.ok || joined.problem.kind !== 'unreachable') return joined;
  const detail = `none of ${managers.join(', ')} (revision ${revision}) took it in: ${describeProblem(joined.problem)}`;
  return fail({ kind: 'unreachable', what: `swarm ${swarm}`, detail });
}

const refused = (detail: string): Result<never, Problem> => fail({ kind: 'refused', field: null, detail });
