import type { Desired } from '../../model/desired.ts';
import type { Hold } from '../../model/hold.ts';
import { MANAGERS } from '../../model/ids.ts';
import type { SwarmView } from '../../model/observed.ts';
import type { ClusterRecord } from '../../model/record.ts';
import { intentOf, isJoining, labelsFor, type Node } from './nodes.ts';

/** Differences that this version sees and shows, and does not converge. */
export function notYet(
  desired: Desired,
  record: ClusterRecord,
  nodes: readonly Node[],
  swarm: SwarmView | null,
): readonly Hold[] {
  const holds: Hold[] = [];
  const add = (what: string, why: string, release: string): void => {
    holds.push({ reason: 'NotYet', what, why, release });
  };
  for (const { machine, member } of nodes) {
    const pool = desired.pools.find((p) => p.name === machine.pool);
    if (pool && machine.hash !== pool.machineHash) {
      add(
        `replace ${machine.id}`,
        'it was made from another machine spec, and this version does not roll',
        'put the old values back, or scale the pool down and up',
      );
    }
    if (machine.state === 'stopped' && !machine.neverStarted) {
      add(
        `heal ${machine.id}`,
        `it is stopped${machine.detail ? ` (${machine.detail})` : ''}, and this version does not heal`,
        `docker start ${machine.id}, or remove it`,
      );
    }
    if (member?.state === 'down' && machine.state === 'running' && intentOf(member) === null) {
      add(
        `heal ${machine.id}`,
        'it runs and the swarm calls it down, and this version does not heal',
        'it comes back, or its machine is removed',
      );
    }
    if (pool && member && !isJoining(member) && member.state === 'ready' && intentOf(member) === null) {
      const wanted = labelsFor(pool, machine, member);
      const other = Object.keys(wanted).filter((key) => wanted[key] !== member.labels[key]);
      if (other.length > 0)
        add(
          `label ${machine.id}`,
          `${other.join(', ')} differ, and this version labels a node once`,
          'docker node update --label-add by hand',
        );
    }
  }
  const declared = desired.pools.find((p) => p.name === MANAGERS)?.count ?? 0;
  const there = nodes.filter((n) => n.machine.pool === MANAGERS).length;
  if (record.firstReadyAt !== null && there < declared) {
    add(
      `make ${declared - there} managers`,
      `${declared} declared, ${there} there, and this version does not change managers of a living swarm`,
      'put the old count back',
    );
  }
  for (const member of swarm?.members ?? []) {
    const owned = nodes.some((n) => n.member?.id === member.id);
    if (!owned && member.manager !== null) {
      add(
        `remove member ${member.hostname}`,
        'it is a manager without a machine, and this version does not take managers out',
        'docker node demote and rm by hand',
      );
    }
  }
  return holds;
}
