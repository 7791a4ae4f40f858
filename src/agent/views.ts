import type { Result } from '../base/result.ts';
import { canonicalJson, sha256 } from '../model/hash.ts';
import type { SwarmId } from '../model/ids.ts';
import type { Problem } from '../model/problem.ts';
import { readJoining, writeJoining } from '../providers/aws/table/join.ts';
import { writeView } from '../providers/aws/table/view.ts';
import { type AgentOptions, type Memory, sinceSeen } from './agent-options.ts';
import type { Mail, OfficeMail } from './mail.ts';
import { isLeader } from './orders.ts';

/**
 * What the swarm looks like, written by the leader's agent: for every look, when the bell was rung, and when something is
 * new. It keeps the way to join up to date as well. Other managers write only what a look waits for in vain: what they
 * see, or why they see nothing.
 */
export function createViews(
  agent: AgentOptions,
  memory: Memory,
): (mail: Mail & Omit<OfficeMail, 'order'>, signal: AbortSignal) => Promise<void> {
  const { cluster, machine, table, node, clock, random, times } = agent;
  let lookedAt = Number.NEGATIVE_INFINITY;

  return async ({ look, founding, head, bell }, signal) => {
    if (!founding?.swarm) return;
    const now = look?.look ?? 0;
    const isWaitedFor = now > (head?.look ?? -1);
    const isRung = (bell?.ring ?? null) !== (head?.ring ?? null);
    const waited = isWaitedFor ? sinceSeen(memory, 'look', String(now), clock) : 0;
    if (!isWaitedFor && !isRung && clock.monotonic() - lookedAt < times.watchMs) return;
    lookedAt = clock.monotonic();
    const view = await node.look(signal);
    if (view.ok && view.value.id !== founding.swarm) return;
    const leads = view.ok && isLeader(view.value, memory.engine?.nodeId ?? null);
    const isNew = view.ok && sha256(canonicalJson(view.value)) !== head?.digest;
    const isWanted = leads ? isWaitedFor || isRung || isNew : isWaitedFor && waited >= times.graceMs;
    if (isWanted) {
      const by = { look: now, through: machine, ring: bell?.ring ?? null, parts: random.id(12), now: clock.now() };
      await writeView(table, cluster, head, by, view, signal); // who was faster has said it
    }
    if (leads) await renewJoining(founding.swarm, signal);
  };

  /** After rotations of the token and changes of managers. */
  async function renewJoining(swarm: SwarmId, signal: AbortSignal): Promise<Result<void, Problem> | undefined> {
    const invitation = await node.invitation(signal);
    if (!invitation.ok || invitation.value.swarm !== swarm) return;
    const { token: workerToken, managers } = invitation.value;
    const addresses = [...managers].sort();
    const seen = await readJoining(table, cluster, swarm, signal);
    if (!seen.ok) return;
    const { revision: _, ...known } = seen.value ?? { revision: 0 };
    if (canonicalJson(known) === canonicalJson({ addresses, workerToken })) return;
    return writeJoining(table, cluster, swarm, seen.value, { addresses, workerToken }, signal);
  }
}
