import { ok, type Result } from '../../base/result.ts';
import type { ClusterName, MachineId } from '../../model/ids.ts';
import { type Availability, DOCKERS_OPTIONS, type LiveSwarmOptions } from '../../model/observed.ts';
import type { Problem } from '../../model/problem.ts';
import { setOptions } from './grants.ts';
import { newMember } from './members.ts';
import { gone, leaderless } from './problems.ts';
import { bump } from './raft.ts';
import { machineOf, memberOf } from './reach.ts';
import { HEAL_MANAGER_MS, HEAL_MS, THAW_MS } from './times.ts';
import { type WorldService, worldService } from './workload.ts';
import { nextId, type World, type WorldMachine, type WorldSwarm } from './world.ts';
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
  function onWorld(cluster: ClusterName, act: (world: World) => Result<void, Problem>): Done {
    return worlds.change(cluster, null, signal, ({ world }) => (world ? act(world) : gone(`world ${cluster}`)));
  }
  function onMachine(cluster: ClusterName, id: MachineId, act: (machine: WorldMachine, world: World) => void): Done {
    return onWorld(cluster, (world) => {
      const machine = machineOf(world, id);
      if (!machine) return gone(`machine ${id}`);
      act(machine, world);
      return ok(undefined);
    });
  }
  /** Through the swarm that has most members, if it has a leader. */
  function onSwarm(cluster: ClusterName, act: (swarm: WorldSwarm, world: World) => Result<void, Problem>): Done {
    return onWorld(cluster, (world) => {
      const [swarm] = [...world.swarms].sort((a, b) => b.members.length - a.members.length);
      if (!swarm) return gone(`the swarm of ${cluster}`);
      return swarm.leader === null ? leaderless() : act(swarm, world);
    });
  }
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
    /** Its power goes. It can be started again. */
    killMachine: (cluster: ClusterName, id: MachineId) => onMachine(cluster, id, (m) => halt(m, 'exited (137)')),
    /** Somebody shuts it down. */
    stopMachine: (cluster: ClusterName, id: MachineId) => onMachine(cluster, id, (m) => halt(m, 'exited (0)')),
    /** It goes, with its disk. */
    removeMachine: (cluster: ClusterName, id: MachineId) =>
      onMachine(cluster, id, (_machine, world) => {
        world.machines = world.machines.filter((machine) => machine.id !== id);
      }),
    /** The laptop is restarted: all machines stop. */
    stopAll: (cluster: ClusterName) =>
      onWorld(cluster, (world) => {
        for (const machine of world.machines) if (machine.state !== 'made') halt(machine, 'exited (255)');
        return ok(undefined);
      }),
    /** Its processes stand still; nobody can ask it. */
    freeze: (cluster: ClusterName, id: MachineId) =>
      onMachine(cluster, id, (machine) => void Object.assign(machine, { frozen: true })),
    thaw: (cluster: ClusterName, id: MachineId) =>
      onMachine(cluster, id, (machine) => {
        Object.assign(machine, { frozen: false, rejoinMs: { member: THAW_MS, peer: THAW_MS } });
      }),
    /** Its network goes. Machines of one `island` still hear each other. Its engine can still be asked about itself. */
    cutOff: (cluster: ClusterName, id: MachineId, island: string = id) =>
      onMachine(cluster, id, (machine) => void Object.assign(machine, { island })),
    heal: (cluster: ClusterName, id: MachineId) =>
      onMachine(cluster, id, (machine) => {
        if (machine.membership) machine.membership.unaware = false;
        Object.assign(machine, { island: null, rejoinMs: { member: HEAL_MS, peer: HEAL_MANAGER_MS } });
      }),
    /** Somebody removed a part of what carries the machines. */
    damageCarriers: (cluster: ClusterName, damage: string) =>
      onWorld(cluster, (world) => {
        if (!world.carriers) return gone('the carriers');
        world.carriers.damage = damage;
        return ok(undefined);
      }),
    editMember,
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

function halt(machine: WorldMachine, detail: string): void {
  Object.assign(machine, { state: 'stopped', bootsAt: null, frozen: false, joining: null, detail });
}

function serviceFrom({ replicas, job, ...wish }: ServiceWish, id: string, forceUpdate: number): WorldService {
  const scope = replicas === 'global' ? 'global' : 'replicated';
  const mode: WorldService['mode'] = job ? `${scope}-job` : scope;
  return worldService({ ...wish, mode, replicas: replicas === 'global' ? null : replicas, id, forceUpdate });
}
