import type { Desired } from '../../model/desired.ts';
import type { Hold } from '../../model/hold.ts';
import { MANAGERS } from '../../model/ids.ts';
import type { SwarmView } from '../../model/observed.ts';
import type { ClusterRecord } from '../../model/record.ts';
import { intentOf, isJoining, isMute, keptByLabel, labelsFor, type Node } from './nodes.ts';
import { labelHold } from './shrink.ts';

export interface NotYetAsk {
  readonly desired: Desired;
  readonly record: ClusterRecord;
  /** Those that are to stay. */
  readonly staying: readonly Node[];
  readonly nodes: readonly Node[];
  readonly swarm: SwarmView | null;
}

/** Differences that this version sees and shows, and does not converge. */
export function notYet(ask: NotYetAsk): readonly Hold[] {
  return [...ask.staying.flatMap((node) => nodeHolds(ask, node)), ...managerHolds(ask)];
}

const hold = (what: string, why: string, release: string): Hold => ({ reason: 'NotYet', what, why, release });

function nodeHolds({ desired, swarm }: NotYetAsk, { machine, member }: Node): readonly Hold[] {
  const holds: Hold[] = [];
  const heal = (why: string, release: string): void => {
    holds.push(hold(`heal ${machine.id}`, `${why}, and this version does not heal`, release));
  };
  const pool = desired.pools.find((p) => p.name === machine.pool);
  if (pool && machine.hash !== pool.machineHash) {
    const why = 'it was made from another machine spec, and this version does not roll';
    holds.push(hold(`replace ${machine.id}`, why, 'put the old values back, or scale the pool down and up'));
  }
  if (machine.state === 'stopped' && !machine.neverStarted) {
    heal(`it is stopped${machine.detail ? ` (${machine.detail})` : ''}`, `docker start ${machine.id}, or remove it`);
  }
  const isDown = member?.state === 'down' || member?.state === 'disconnected';
  if (isDown && machine.state === 'running' && intentOf(member) === null) {
    heal(`it runs and the swarm calls it ${member.state}`, 'it comes back, or its machine is removed');
  } else if (machine.engine && member && isMute(machine)) {
    heal(`its engine is in state ${machine.engine.swarm}`, 'mend its engine, or remove its machine');
  }
  if (swarm && member === null && machine.engine?.nodeId && machine.engine.swarm !== 'pending') {
    const why = `it says that it is member ${machine.engine.nodeId}, which the swarm does not list`;
    heal(why, 'docker swarm leave --force on it, or remove its machine');
  }
  const kept = keptByLabel(member);
  if (member && kept !== null && (isJoining(member) || intentOf(member) !== null)) {
    holds.push(labelHold(`change ${machine.id}`, machine.id, kept));
  }
  if (pool && member && !isJoining(member)) {
    const role = member.role === 'manager' || member.manager !== null ? 'manager' : 'worker';
    if (role !== pool.role) {
      const why = `the swarm has it as a ${role}, and this version changes a node's role only once`;
      const release = `docker node ${role === 'worker' ? 'promote' : 'demote'} by hand, or remove its machine`;
      holds.push(hold(`make ${machine.id} a ${pool.role}`, why, release));
    }
    const wanted = labelsFor(pool, machine, member);
    const other = Object.keys(wanted).filter((key) => wanted[key] !== member.labels[key]);
    if (other.length > 0 && member.state === 'ready' && intentOf(member) === null) {
      const why = `${other.join(', ')} differ, and this version labels a node once`;
      holds.push(hold(`label ${machine.id}`, why, 'docker node update --label-add by hand'));
    }
  }
  return holds;
}

function managerHolds({ desired, record, staying, nodes, swarm }: NotYetAsk): readonly Hold[] {
  const holds: Hold[] = [];
  const declared = desired.pools.find((p) => p.name === MANAGERS)?.count ?? 0;
  const there = staying.filter((n) => n.machine.pool === MANAGERS).length;
  if (there > declared || (record.firstReadyAt !== null && there < declared)) {
    const what = there > declared ? `take away ${there - declared} managers` : `make ${declared - there} managers`;
    const why = `${declared} declared, ${there} there, and this version does not change managers of a living swarm`;
    holds.push(hold(what, why, 'put the old count back'));
  }
  for (const member of swarm?.members ?? []) {
    if (member.manager === null || nodes.some((n) => n.member?.id === member.id)) continue;
    const why = 'it is a manager without a machine, and this version does not take managers out';
    holds.push(hold(`remove member ${member.hostname}`, why, 'docker node demote and rm by hand'));
  }
  return holds;
}
