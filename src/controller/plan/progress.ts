import type { Desired } from '../../model/desired.ts';
import type { InfrastructureView, SwarmView } from '../../model/observed.ts';
import type { Wait } from '../../model/plan.ts';
import type { ClusterRecord } from '../../model/record.ts';
import { isJoining, isOurs, keptByLabel, membersWithoutMachine, type Node } from './nodes.ts';

/** How often progress is looked at while no hint comes, ms. Our choice: hints make it fast, this makes it sure. */
const BOOT_RECHECK_MS = 400;
const RAFT_RECHECK_MS = 150;
/** For what may last. A member is called Down 10–15 s after its machine went (measured); looking oftener gains nothing. */
const SLOW_RECHECK_MS = 1_000;

/** Ever more rarely the longer it lasts: what is missed by waiting is a tenth of it. */
export const recheckAfter = (lastedMs: number): number =>
  Math.round(Math.min(Math.max(lastedMs / 10, RAFT_RECHECK_MS), SLOW_RECHECK_MS));

/** What is on its way by itself; what does not move without somebody's hand is held, not waited for. */
export function progressOf(
  desired: Desired,
  record: ClusterRecord,
  infrastructure: InfrastructureView,
  nodes: readonly Node[],
  swarm: SwarmView | null,
  now: number,
): readonly Wait[] {
  const waits = nodes.flatMap((node) => [...machineWaits(node), ...memberWaits(desired, record, node, now)]);
  if (!swarm) return waits;
  const left = membersWithoutMachine(infrastructure, swarm).filter(
    (m) => m.manager === null && isOurs(m, record.cluster) && (m.state !== 'down' || keptByLabel(m) === null),
  );
  const gone = left.map(({ hostname, state }) => ({
    what: `member ${hostname} is still in the list (${state}); its machine is gone`,
    recheckMs: SLOW_RECHECK_MS,
  }));
  return [...waits, ...gone];
}

function machineWaits({ machine }: Node): readonly Wait[] {
  const { id, state, engine } = machine;
  if (state === 'booting') return [{ what: `${id} boots`, recheckMs: BOOT_RECHECK_MS }];
  if (state === 'unknown') return [{ what: `${id} could not be looked at`, recheckMs: SLOW_RECHECK_MS }];
  if (state === 'running' && engine === null)
    return [{ what: `the engine of ${id} does not answer`, recheckMs: SLOW_RECHECK_MS }];
  return engine?.swarm === 'pending' ? [{ what: `${id} joins`, recheckMs: RAFT_RECHECK_MS }] : [];
}

function memberWaits(desired: Desired, record: ClusterRecord, { machine, member }: Node, now: number): readonly Wait[] {
  const pool = desired.pools.find((p) => p.name === machine.pool);
  if (!pool || !member || machine.state !== 'running' || machine.engine === null) return [];
  const { id } = machine;
  const { rollout } = record;
  const isNew = isJoining(member) || record.firstReadyAt === null;
  const inHandMs = rollout?.state === 'moving' ? recheckAfter(now - rollout.since) : SLOW_RECHECK_MS;
  const recheckMs = isNew ? RAFT_RECHECK_MS : inHandMs;
  if (member.state === 'unknown') return [{ what: `the swarm calls ${id} ${member.state}`, recheckMs }];
  if (member.state !== 'ready') return [];
  if (member.role === 'manager' && member.manager?.reachability !== 'reachable')
    return [{ what: `${id} becomes a reachable manager`, recheckMs }];
  if (member.role === 'worker' && member.manager !== null) return [{ what: `${id} is being demoted`, recheckMs }];
  if (pool.role === 'manager' && member.role === 'worker' && isJoining(member))
    return [{ what: `${id} is to be promoted`, recheckMs: SLOW_RECHECK_MS }];
  return [];
}
