import type { Desired } from '../../model/desired.ts';
import type { Hold } from '../../model/hold.ts';
import { MANAGERS } from '../../model/ids.ts';
import { isOutdated } from '../../model/machine-hash.ts';
import type { ClusterRecord } from '../../model/record.ts';
import { intentOf, isJoining, keptByLabel, type Node } from './nodes.ts';
import { labelHold } from './shrink.ts';

export interface NotYetAsk {
  readonly desired: Desired;
  readonly record: ClusterRecord;
  /** Those that are to stay. */
  readonly staying: readonly Node[];
}

/** Differences that this version sees and shows, and does not converge. */
export function notYet(ask: NotYetAsk): readonly Hold[] {
  return [...ask.staying.flatMap((node) => nodeHolds(ask, node)), ...managerHolds(ask)];
}

const hold = (what: string, why: string, release: string): Hold => ({ reason: 'NotYet', what, why, release });

function nodeHolds({ desired, record }: NotYetAsk, { machine, member }: Node): readonly Hold[] {
  const holds: Hold[] = [];
  const pool = desired.pools.find((p) => p.name === machine.pool);
  if (pool && isOutdated(machine, pool, record)) {
    const why = 'it was made from another machine spec, and this version does not roll';
    holds.push(hold(`replace ${machine.id}`, why, 'put the old values back, or scale the pool down and up'));
  }
  const kept = keptByLabel(member);
  if (member && kept !== null && (isJoining(member) || intentOf(member) !== null)) {
    holds.push(labelHold(`change ${machine.id}`, machine.id, kept));
  }
  if (pool?.role === 'worker' && member && (member.role === 'manager' || member.manager !== null)) {
    const why = 'the swarm has it as a manager, and this version does not take managers away';
    holds.push(hold(`make ${machine.id} a worker`, why, 'docker node demote by hand, or remove its machine'));
  }
  return holds;
}

function managerHolds({ desired, staying }: NotYetAsk): readonly Hold[] {
  const declared = desired.pools.find((p) => p.name === MANAGERS)?.count ?? 0;
  const there = staying.filter((n) => n.machine.pool === MANAGERS).length;
  if (there <= declared) return [];
  const why = `${declared} declared, ${there} there, and this version does not take managers away`;
  return [hold(`take away ${there - declared} managers`, why, 'put the old count back')];
}
