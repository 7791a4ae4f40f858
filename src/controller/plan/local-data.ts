import type { Hold } from '../../model/hold.ts';
import type { Member, SwarmView } from '../../model/observed.ts';
import { tasksOn } from './tasks-by-node.ts';

/** A node that holds a service's local data is not taken away by itself. Global services and sockets are left out. */
export function localDataHold(member: Member, swarm: SwarmView, verb: 'remove' | 'replace'): Hold | null {
  for (const service of swarm.services) {
    if (service.localData.length === 0 || service.labels['skep.data'] === 'discard') continue;
    if (service.mode === 'global' || service.mode === 'global-job') continue;
    if (!tasksOn(member.id, swarm).some((t) => t.serviceId === service.id)) continue;
    return {
      reason: 'LocalDataHeld',
      what: `${verb} ${member.hostname}`,
      why: `service ${service.name} keeps data in ${service.localData.join(', ')} on it`,
      release:
        verb === 'remove'
          ? 'set localData: Discard on the pool, or label the service skep.data=discard, or move it, or put the old count back'
          : 'set localData: Discard on the pool, label the service skep.data=discard, or remove the machine by hand',
    };
  }
  return null;
}
