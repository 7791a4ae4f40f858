import type { Desired } from '../../model/desired.ts';
import type { Hold } from '../../model/hold.ts';
import { MANAGERS, type MachineId } from '../../model/ids.ts';
import type { EngineView } from '../../model/observed.ts';
import type { Wait } from '../../model/plan.ts';
import type { ClusterRecord } from '../../model/record.ts';
import { lockedHold } from './identity.ts';
import type { Node } from './nodes.ts';
import { isOverdue } from './symptoms.ts';

const RECHECK_MS = 1_000;
const WHAT = 'every change of the swarm';

interface Silence {
  readonly holds: readonly Hold[];
  readonly waits: readonly Wait[];
}

/** Machines say that they are in a swarm and no manager answers: an election, engines out of reach, or a lost quorum. */
export function silentSwarm(
  desired: Desired,
  record: ClusterRecord,
  nodes: readonly Node[],
  now: number,
  detail: string,
): Silence {
  const locked = lockedHold(nodes);
  if (locked) return held(locked);
  const managers = nodes.filter((n) => n.machine.pool === MANAGERS);
  // One that joined and was not promoted yet has no vote.
  const alive = managers.filter((n) => n.machine.engine?.isManager).map((n) => n.machine.id);
  const silent = managers.filter(({ machine }) => machine.engine === null && machine.state !== 'stopped').length;
  const pool = desired.pools.find((p) => p.name === MANAGERS);
  // Raft remembers also those that nobody declares any more and those that are gone for good.
  const peers = managers.map((n) => n.machine.engine?.peers?.length ?? 0);
  const total = Math.max(managers.length, pool?.count ?? 0, ...peers);
  // All promotions go at once then, and nobody answers for a moment.
  const youngest = Math.max(0, ...managers.map((n) => n.machine.createdAt));
  const isBeingMade = record.firstReadyAt === null && now - youngest < (pool?.health.startupTimeoutMs ?? 0);
  if (isBeingMade || (alive.length > total / 2 && canElect(managers)))
    return { holds: [], waits: [{ what: detail, recheckMs: RECHECK_MS }] };
  if (silent > 0 && alive.length + silent > total / 2) {
    const why = `${silent} of ${total} managers run and their engines do not answer (${detail})`;
    return held({ reason: 'SwarmUnreachable', what: WHAT, why, release: 'their engines answer again' });
  }
  const why = `${alive.length} of ${total} managers answer and the swarm has no majority (${detail})`;
  return held({ reason: 'QuorumLost', what: WHAT, why, release: wayOut(record, alive, managers) });
}

const held = (hold: Hold): Silence => ({ holds: [hold], waits: [] });

/**
 * Whether some of those that answer are a majority of what they know of raft. One that was put out of it while nobody
 * reached it still counts itself, and the others do not.
 */
function canElect(managers: readonly Node[]): boolean {
  const voters = managers.flatMap(({ machine: { engine } }) => (engine?.isManager ? [engine] : []));
  const knows = (one: EngineView, other: EngineView): boolean =>
    one.peers === undefined || other.nodeId === null || one.peers.includes(other.nodeId);
  return voters.some((one) => {
    const votes = voters.filter((other) => knows(one, other) && knows(other, one)).length;
    return one.peers === undefined || votes > one.peers.length / 2;
  });
}

/** No engine says that it is in the swarm, and some have said nothing for longer than a start may take. */
export function mutedSwarm(
  desired: Desired,
  record: ClusterRecord,
  nodes: readonly Node[],
  now: number,
): readonly Hold[] {
  const pool = desired.pools.find((p) => p.name === MANAGERS);
  const managers = nodes.filter((n) => n.machine.pool === MANAGERS);
  const muted = managers.filter(
    ({ machine }) =>
      pool && machine.engine === null && machine.state !== 'stopped' && isOverdue(machine, pool, { record, now }),
  );
  if (muted.length === 0) return [];
  const why = `${muted.map((n) => n.machine.id).join(', ')}: its engine does not answer, and no other says that it is in the swarm`;
  const release = `their engines answer; if they are lost for good: ${recoveryOf(record.cluster)}`;
  return [{ reason: 'SwarmUnreachable', what: WHAT, why, release }];
}

function wayOut({ cluster }: ClusterRecord, [survivor]: readonly MachineId[], managers: readonly Node[]): string {
  if (managers.length === 0) return recoveryOf(cluster);
  const back = 'enough managers come back (stopped ones are started)';
  return survivor === undefined
    ? back
    : `${back}; if they are lost for good: skep recover ${cluster} --survivor ${survivor}`;
}

/** No manager is left to go on with. */
const recoveryOf = (cluster: string): string =>
  `the managers come back with their disks; if they are lost for good: skep recover ${cluster} --from a backup, or --start-over`;

export const swarmGone = (record: ClusterRecord): Hold => ({
  reason: 'SwarmUnreachable',
  what: WHAT,
  why: `its record names swarm ${record.swarmId} and no machine is in a swarm; a second one is never started by itself`,
  release: recoveryOf(record.cluster),
});
