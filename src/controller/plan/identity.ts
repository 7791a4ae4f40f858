import type { Hold } from '../../model/hold.ts';
import type { SwarmView } from '../../model/observed.ts';
import type { ClusterRecord } from '../../model/record.ts';
import type { Node } from './nodes.ts';

/** Reasons to believe that this is not the swarm, or not the member, that we think it is. */
export function identityHolds(record: ClusterRecord, nodes: readonly Node[], swarm: SwarmView): readonly Hold[] {
  const what = 'every change of the swarm';
  if (record.swarmId !== null && record.swarmId !== swarm.id) {
    const why = `its record names swarm ${record.swarmId} and ${swarm.through} is in swarm ${swarm.id}`;
    return [{ reason: 'IdentityConflict', what, why, release: 'remove the machines of the other swarm' }];
  }
  const seen = new Map<string, string>();
  for (const { machine } of nodes) {
    const id = machine.engine?.nodeId;
    if (!id) continue;
    const other = seen.get(id);
    if (other) {
      const why = `${other} and ${machine.id} both say that they are member ${id}`;
      return [{ reason: 'IdentityConflict', what, why, release: 'remove the copy' }];
    }
    seen.set(id, machine.id);
  }
  for (const { machine, member } of nodes) {
    if (!machine.engine?.isManager || machine.engine.nodeId === null || member !== null) continue;
    const why = `${machine.id} says that it manages a swarm, as ${machine.engine.nodeId}, and ${swarm.through} does not know it`;
    return [
      { reason: 'IdentityConflict', what, why, release: 'docker swarm leave --force on it, or remove its machine' },
    ];
  }
  const locked = lockedHold(nodes);
  if (locked) return [locked];
  if (swarm.rootRotationInProgress) {
    const why = 'the certificate authority is being rotated';
    return [
      {
        reason: 'MembershipUnsettled',
        what,
        why,
        release: 'the rotation ends (a Down member that will not return is removed by hand)',
      },
    ];
  }
  return [];
}

export function lockedHold(nodes: readonly Node[]): Hold | null {
  const id = nodes.find((n) => n.machine.engine?.swarm === 'locked')?.machine.id;
  if (!id) return null;
  const why = `${id} is locked (autolock)`;
  return { reason: 'Locked', what: 'every change of the swarm', why, release: `docker swarm unlock on ${id}` };
}
