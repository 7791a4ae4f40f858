import { ok, type Result } from '../../base/result.ts';
import type { ClusterName, MachineId } from '../../model/ids.ts';
import type { Availability } from '../../model/observed.ts';
import type { Problem } from '../../model/problem.ts';
import { createActOn } from './act-on.ts';
import { createMachineActs } from './machine-acts.ts';
import { gone } from './problems.ts';
import { bump } from './raft.ts';
import { machineOf, memberOf } from './reach.ts';
import { createSwarmActs } from './swarm-acts.ts';
import { type WorldService, worldService } from './workload.ts';
import { nextId } from './world.ts';
import type { WorldStore } from './world-store.ts';

type Done = Promise<Result<void, Problem>>;

/** Whatever is not said is as `docker service create` has it. */
export interface ServiceWish
  extends Partial<Omit<WorldService, 'id' | 'version' | 'name' | 'mode' | 'replicas' | 'forceUpdate' | 'update'>> {
  readonly name: string;
  /** How many, or one on every node. */
  readonly replicas: number | 'global';
  /** Its tasks end by themselves, after `jobMs`. */
  readonly job?: boolean;
}

export interface HandWish {
  readonly availability?: Availability;
  /** Added to those that are there; null takes one away. */
  readonly labels?: Readonly<Record<string, string | null>>;
}

/** What nature and people do to a world, behind the controller's back. Each answers `gone` when there is nothing to act on. */
export function createActs(worlds: WorldStore, signal: AbortSignal = new AbortController().signal) {
  const on = createActOn(worlds, signal);
  const { onSwarm } = on;
  function editMember(cluster: ClusterName, machine: MachineId, wish: HandWish): Done {
    return onSwarm(cluster, (swarm, world) => {
      const node = machineOf(world, machine)?.membership?.node;
      const member = node ? memberOf(swarm, node) : undefined;
      if (!member) return gone(`the member on ${machine}`);
      if (wish.availability) member.availability = wish.availability;
      for (const [label, value] of Object.entries(wish.labels ?? {})) {
        if (value === null) delete member.labels[label];
        else member.labels[label] = value;
      }
      bump(swarm, member);
      return ok(undefined);
    });
  }

  return {
    ...createMachineActs(on),
    ...createSwarmActs(on),
    editMember,
    drainByHand: (cluster: ClusterName, machine: MachineId) => editMember(cluster, machine, { availability: 'drain' }),
    labelByHand: (cluster: ClusterName, machine: MachineId, labels: Readonly<Record<string, string | null>>) =>
      editMember(cluster, machine, { labels }),
    /** `docker service create`, or `update` when there is one of this name. */
    deployService: (cluster: ClusterName, wish: ServiceWish) =>
      onSwarm(cluster, (swarm, world) => {
        const old = swarm.services.find(({ name }) => name === wish.name);
        const service = serviceFrom(wish, old?.id ?? nextId(world), old?.forceUpdate ?? 0);
        swarm.index += 1;
        service.version = swarm.index;
        if (old) Object.assign(old, service);
        else swarm.services.push(service);
        return ok(undefined);
      }),
    removeService: (cluster: ClusterName, name: string) =>
      onSwarm(cluster, (swarm) => {
        const ids = swarm.services.filter((service) => service.name === name).map(({ id }) => id);
        swarm.services = swarm.services.filter(({ id }) => !ids.includes(id));
        swarm.tasks = swarm.tasks.filter(({ service }) => !ids.includes(service));
        return ok(undefined);
      }),
  };
}

function serviceFrom({ replicas, job, ...wish }: ServiceWish, id: string, forceUpdate: number): WorldService {
  const scope = replicas === 'global' ? 'global' : 'replicated';
  const mode: WorldService['mode'] = job ? `${scope}-job` : scope;
  return worldService({ ...wish, mode, replicas: replicas === 'global' ? null : replicas, id, forceUpdate });
}
