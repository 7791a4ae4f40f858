import { fail, ok, type Result } from '../base/result.ts';
import type { SwarmId } from '../model/ids.ts';
import type { SwarmView } from '../model/observed.ts';
import type { Problem } from '../model/problem.ts';
import { type Founding, publish, readFounding } from '../providers/aws/table/founding.ts';
import { readJoining, writeJoining } from '../providers/aws/table/join.ts';
import type { AgentOptions } from './agent-options.ts';

type Answer<T = void> = Promise<Result<T, Problem>>;

/**
 * Founds the swarm as appointed, or goes on where an earlier try ended: how to join it is written first, then its id is
 * published under the nonce of the appointment. Who finds another one published has lost: see `giveUpLost`.
 */
export async function found(agent: AgentOptions, founding: Founding, signal: AbortSignal): Answer<SwarmId> {
  const { cluster, table, node, failpoint } = agent;
  const made = await ownSwarm(agent, founding, signal);
  if (!made.ok) return made;
  const invitation = await node.invitation(signal);
  if (!invitation.ok) return invitation;
  const { swarm, token: workerToken, managers: addresses } = invitation.value;
  const seen = await readJoining(table, cluster, swarm, signal);
  if (!seen.ok) return seen;
  failpoint('write-joining:before');
  const joining = await writeJoining(table, cluster, swarm, seen.value, { addresses, workerToken }, signal);
  if (!joining.ok) return joining;
  failpoint('publish-swarm:before');
  const published = await publish(table, cluster, founding, swarm, signal);
  failpoint('publish-swarm:after');
  if (published.ok) return ok(swarm);
  // Its answer may have been lost: only the item tells.
  const now = await readFounding(table, cluster, signal);
  if (!now.ok) return now;
  return now.value?.swarm === swarm ? ok(swarm) : fail(published.problem);
}

/** The swarm of an earlier try, with nothing in it yet; else a new one. */
async function ownSwarm(agent: AgentOptions, { options }: Founding, signal: AbortSignal): Answer {
  const { node, failpoint } = agent;
  const engine = await node.engine(signal);
  if (!engine.ok) return engine;
  if (engine.value.swarm === 'inactive') {
    failpoint('found-swarm:before');
    const founded = await node.found(options, signal);
    failpoint('found-swarm:after');
    return founded;
  }
  const view = await node.look(signal);
  if (!view.ok) return view;
  return isUntouched(view.value) ? ok(undefined) : refused('it is in a swarm that has members or services already');
}

/**
 * Leaves a swarm of one's own that was not published, once another was or another founder is appointed. Only one that has
 * no other member and no service: what anybody could miss is reported instead.
 */
export async function giveUpLost(
  { node, failpoint }: AgentOptions,
  founding: Founding,
  signal: AbortSignal,
): Promise<'left' | 'kept' | 'unknown'> {
  const view = await node.look(signal);
  if (!view.ok) return 'unknown';
  if (view.value.id === founding.swarm || !isUntouched(view.value)) return 'kept';
  failpoint('leave-lost:before');
  return (await node.leave(signal)).ok ? 'left' : 'unknown';
}

const isUntouched = ({ members, services }: SwarmView): boolean => members.length === 1 && services.length === 0;

const refused = (detail: string): Result<never, Problem> => fail({ kind: 'refused', field: null, detail });
