import type { Desired } from '../../../model/desired.ts';
import type { MachineId } from '../../../model/ids.ts';
import { DOCKERS_OPTIONS, type Member, type Observed } from '../../../model/observed.ts';
import { labelsFor } from '../nodes.ts';

/** How the world looks when a swarm that did not answer was recovered. For the road; what services it holds nobody knows. */

/** The survivor answers as its only manager, and the other machines that say they are members are workers. */
export function imagineForced(o: Observed, survivor: MachineId, desired: Desired): Observed {
  const record = o.record.ok ? o.record.value : null;
  if (!o.infrastructure.ok || !record?.swarmId) return o;
  const members = o.infrastructure.value.machines.flatMap((machine): readonly Member[] => {
    const pool = desired.pools.find((p) => p.name === machine.pool);
    if (!pool || !machine.engine?.nodeId) return [];
    const isManager = machine.id === survivor;
    const member: Member = {
      id: machine.engine.nodeId,
      version: 1,
      hostname: machine.id,
      address: machine.address,
      role: isManager ? 'manager' : 'worker',
      availability: pool.availability,
      state: 'ready',
      manager: isManager ? { leader: true, reachability: 'reachable' } : null,
      labels: {},
      engineVersion: machine.engine.version,
      resources: { nanoCpus: 0, memoryBytes: 0 },
      engineLabels: {},
      platform: { os: '', arch: '' },
    };
    return [{ ...member, labels: labelsFor(pool, machine, member) }];
  });
  const view = {
    id: record.swarmId,
    version: 1,
    through: survivor,
    members,
    services: [],
    tasks: [],
    rootRotationInProgress: false,
    init: desired.swarm,
    options: { ...DOCKERS_OPTIONS, ...desired.swarmOptions },
  };
  return { ...o, swarm: { ok: true, value: view } };
}

/** A swarm of which nobody answered, and which the last machine has left, is none. */
export function imagineDeserted(o: Observed): Observed {
  const isLeft = o.infrastructure.ok && o.infrastructure.value.machines.every((m) => !m.engine?.nodeId);
  return !o.swarm.ok && isLeft ? { ...o, swarm: { ok: true, value: null } } : o;
}
