import type { Desired } from '../../model/desired.ts';
import { MANAGERS } from '../../model/ids.ts';
import type { Machine, SwarmView } from '../../model/observed.ts';
import { isChanging, mayPromote, raftOf } from '../../model/quorum.ts';
import type { ClusterRecord } from '../../model/record.ts';
import type { Step } from '../../model/step.ts';
import { retired } from './node-drift.ts';
import { intentOf, isJoining, isMute, keptByLabel, labelsFor, type Node } from './nodes.ts';

/** From a machine whose engine answers to an admitted node: images, join, labels, role, availability. */

export function planImages(nodes: readonly Node[]): readonly Step[] {
  return nodes.flatMap(({ machine }) =>
    (machine.engine?.missingImages ?? []).map(
      (image): Step => ({ kind: 'load-image', machine: machine.id, image, why: `${image} is in local.preloadImages` }),
    ),
  );
}

/**
 * Starts the swarm, once in a cluster's life: only on the founder named on the record, only while the record knows no
 * swarm and no machine has, or may have on its disk, swarm state (S3).
 */
export function planInit(desired: Desired, record: ClusterRecord, machines: readonly Machine[]): readonly Step[] {
  if (record.swarmId !== null || record.founder === null) return [];
  if (machines.some((m) => m.engine !== null && m.engine.swarm !== 'inactive')) return [];
  if (machines.some((m) => m.state === 'unknown' || (m.state === 'stopped' && !m.neverStarted))) return [];
  const founder = machines.find((m) => m.id === record.founder);
  if (founder?.engine?.swarm !== 'inactive') return [];
  const { givenUp } = record;
  const options = { ...desired.swarm, ...desired.swarmOptions, ...(givenUp && { givenUp }) };
  return [{ kind: 'init-swarm', machine: founder.id, options, why: 'no machine has swarm state yet' }];
}

/** Machines whose join, or the founder's first start, failed: made to forget it. Never one that may be a member. */
export function planLeaves(record: ClusterRecord, nodes: readonly Node[], swarm: SwarmView | null): readonly Step[] {
  return nodes.flatMap(({ machine }): readonly Step[] => {
    if (machine.engine?.swarm !== 'error' || !isMute(machine)) return [];
    const isNobody = swarm
      ? swarm.members.every((m) => m.hostname !== machine.id)
      : record.swarmId === null && machine.id === record.founder;
    const why = `its join failed: ${machine.engine.error ?? 'no reason given'}`;
    return isNobody ? [{ kind: 'leave', machine: machine.id, why }] : [];
  });
}

/** Nobody joins before the record names the swarm: until then the founder alone may be lost and another swarm begun (S3). */
export function planJoins(record: ClusterRecord, nodes: readonly Node[], swarm: SwarmView): readonly Step[] {
  if (record.swarmId === null) return [];
  return nodes.flatMap(({ machine }): readonly Step[] => {
    if (machine.engine?.swarm !== 'inactive' || machine.engine.nodeId) return [];
    return [
      { kind: 'join', machine: machine.id, through: swarm.through, why: 'its engine answers and is in no swarm' },
    ];
  });
}

/** Labels and activates members that joined and are paused still. Managers-to-be get their role first. */
export function planAdmission(desired: Desired, record: ClusterRecord, nodes: readonly Node[]): readonly Step[] {
  return nodes.flatMap(({ machine, member }): readonly Step[] => {
    const pool = desired.pools.find((p) => p.name === machine.pool);
    if (!pool || !member || !isJoining(member) || member.state !== 'ready') return [];
    if (member.availability !== 'pause') return [];
    if (machine.engine === null || (machine.engine.missingImages ?? []).length > 0) return [];
    if (intentOf(member) !== null || keptByLabel(member) !== null) return [];
    if (pool.role === 'manager' && member.role !== 'manager') return [];
    return [
      {
        kind: 'set-node',
        node: member.id,
        version: member.version,
        hostname: member.hostname,
        availability: pool.availability,
        labels: labelsFor(pool, machine, member, retired(pool, record)),
        why: 'it joined and has no labels yet',
      },
    ];
  });
}

/**
 * Promotions: before a cluster was first Ready all at once, afterwards one at a time and only as safety.md 2 allows.
 * @param retiring managers that leave raft once others have taken their place
 */
export function planPromotions(
  desired: Desired,
  record: ClusterRecord,
  nodes: readonly Node[],
  swarm: SwarmView,
  retiring: readonly Node[],
): readonly Step[] {
  const declared = desired.pools.find((p) => p.role === 'manager')?.count ?? 0;
  const raft = raftOf(swarm.members);
  const free = declared - raft.n - raft.promoting.length;
  const candidates = nodes.flatMap(({ machine, member }) =>
    machine.pool === MANAGERS &&
    machine.engine !== null &&
    member?.role === 'worker' &&
    member.manager === null &&
    // Managers are admitted as managers: one that is admitted and a worker was demoted, and is never promoted again.
    isJoining(member) &&
    keptByLabel(member) === null &&
    member.state === 'ready'
      ? [member]
      : [],
  );
  const isReplacing = raft.n === declared && retiring.length > 0;
  const isNew = record.firstReadyAt === null && free > 0;
  const allowed = isNew ? free : !isChanging(raft) && mayPromote(raft, declared, isReplacing) ? 1 : 0;
  return candidates.slice(0, Math.max(0, allowed)).map((member) => ({
    kind: 'promote',
    node: member.id,
    version: member.version,
    hostname: member.hostname,
    why: `${declared} managers declared, ${raft.n} there`,
  }));
}
