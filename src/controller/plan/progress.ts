import type { Desired } from '../../model/desired.ts';
import type { InfrastructureView, SwarmView } from '../../model/observed.ts';
import type { Wait } from '../../model/plan.ts';
import { isJoining, membersWithoutMachine, type Node } from './nodes.ts';

/** How often progress is looked at while no hint comes, ms. Our choice: hints make it fast, this makes it sure. */
const BOOT_RECHECK_MS = 400;
const RAFT_RECHECK_MS = 150;
/** A member is called Down 10–15 s after its machine went (measured); looking oftener gains nothing. */
const DOWN_RECHECK_MS = 1_000;

/** What is on its way by itself. Empty, with no step and no hold: as declared. */
export function progressOf(
  desired: Desired,
  infrastructure: InfrastructureView,
  nodes: readonly Node[],
  swarm: SwarmView | null,
): readonly Wait[] {
  const waits: Wait[] = [];
  const wait = (what: string, recheckMs: number): void => {
    waits.push({ what, recheckMs });
  };
  for (const { machine, member } of nodes) {
    const pool = desired.pools.find((p) => p.name === machine.pool);
    if (machine.state === 'booting') wait(`${machine.id} boots`, BOOT_RECHECK_MS);
    else if (machine.state === 'unknown') wait(`${machine.id} could not be looked at`, DOWN_RECHECK_MS);
    else if (machine.state === 'running' && machine.engine === null)
      wait(`the engine of ${machine.id} does not answer`, DOWN_RECHECK_MS);
    else if (machine.engine?.swarm === 'pending') wait(`${machine.id} joins`, RAFT_RECHECK_MS);
    if (!swarm || !machine.engine || !pool) continue;
    if (machine.engine.nodeId && member === null) wait(`${machine.id} is not in the node list yet`, RAFT_RECHECK_MS);
    if (member && member.state !== 'ready' && machine.state === 'running')
      wait(`the swarm calls ${machine.id} ${member.state}`, RAFT_RECHECK_MS);
    if (member && member.role === 'manager' && member.manager?.reachability !== 'reachable')
      wait(`${machine.id} becomes a reachable manager`, RAFT_RECHECK_MS);
    if (member && member.role === 'worker' && member.manager !== null)
      wait(`${machine.id} is being demoted`, RAFT_RECHECK_MS);
    if (member && pool.role === 'manager' && member.role === 'worker' && isJoining(member))
      wait(`${machine.id} is to be promoted`, RAFT_RECHECK_MS);
  }
  if (swarm) {
    for (const member of membersWithoutMachine(infrastructure, swarm)) {
      wait(`member ${member.hostname} is still in the list (${member.state}); its machine is gone`, DOWN_RECHECK_MS);
    }
  }
  return waits;
}
