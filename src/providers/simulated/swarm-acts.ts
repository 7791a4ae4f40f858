import { ok } from '../../base/result.ts';
import type { ClusterName, MachineId } from '../../model/ids.ts';
import { DOCKERS_OPTIONS, type LiveSwarmOptions } from '../../model/observed.ts';
import type { ActOn } from './act-on.ts';
import { setOptions } from './grants.ts';
import { newMember } from './members.ts';
import { bump } from './raft.ts';
import { machineOf } from './reach.ts';
import { HANDOVER_MS } from './times.ts';

/** What happens to a swarm as a whole. */
export function createSwarmActs({ onSwarm }: ActOn) {
  return {
    /** `docker node rm --force` while it was being demoted: out of the list, and in raft for ever. */
    makeGhost: (cluster: ClusterName, machine: MachineId) =>
      onSwarm(cluster, (swarm, world) => {
        const node = machineOf(world, machine)?.membership?.node;
        swarm.members = swarm.members.filter(({ id }) => id !== node);
        world.machines = world.machines.filter(({ id }) => id !== machine);
        return ok(undefined);
      }),
    /** `docker swarm update`. */
    setOptionsByHand: (cluster: ClusterName, options: Partial<LiveSwarmOptions>) =>
      onSwarm(cluster, (swarm) => {
        setOptions(swarm, { ...DOCKERS_OPTIONS, ...swarm.options, ...options });
        return ok(undefined);
      }),
    /** Somebody who has the join token takes it to a computer of their own. */
    joinByHand: (cluster: ClusterName, hostname: string) =>
      onSwarm(cluster, (swarm, world) => {
        const member = { ...newMember(world, hostname), availability: 'active', outside: true } as const;
        swarm.members.push(member);
        bump(swarm, member);
        return ok(undefined);
      }),
    /** The leader hands over to another manager, as it does when it is too slow for a moment. */
    changeLeader: (cluster: ClusterName) =>
      onSwarm(cluster, (swarm, world) => {
        const last = swarm.peers.filter(({ node }) => node === swarm.leader);
        swarm.peers = [...swarm.peers.filter(({ node }) => node !== swarm.leader), ...last];
        Object.assign(swarm, { leader: null, electsAt: world.at + HANDOVER_MS });
        return ok(undefined);
      }),
    /** `docker swarm ca --rotate`, which goes on until every node has a new certificate; or its end. */
    rotateRoot: (cluster: ClusterName, rotating: boolean) =>
      onSwarm(cluster, (swarm) => {
        swarm.rotating = rotating;
        return ok(undefined);
      }),
  };
}
