import { ok, type Result } from '../../base/result.ts';
import type { MachineId, NodeId } from '../../model/ids.ts';
import type { Problem } from '../../model/problem.ts';
import type { Swarm, SwarmRef } from '../provider.ts';
import { demote, forceNew, found, leading, remove, setOptions } from './grants.ts';
import type { SimulatedOptions } from './infrastructure.ts';
import { conflict, gone, refused, silent } from './problems.ts';
import { bump } from './raft.ts';
import { answers, machineOf, memberOf } from './reach.ts';
import { constrain, rebalance } from './service-updates.ts';
import { JOIN_MS, PEER_MS } from './times.ts';
import { viewSwarm } from './view.ts';
import type { World, WorldMachine, WorldMember, WorldSwarm } from './world.ts';
import type { Cause } from './world-store.ts';

type Outcome = Result<void, Problem>;
interface Meeting {
  readonly world: World;
  readonly machine: WorldMachine;
  readonly swarm: WorldSwarm;
  readonly now: number;
}

export function createSwarm({ owner, worlds }: SimulatedOptions): Swarm {
  /** Does `act` with a machine whose engine answers. */
  function withMachine(
    ref: SwarmRef,
    id: MachineId,
    cause: Cause,
    signal: AbortSignal,
    act: (world: World, machine: WorldMachine, now: number) => Outcome,
  ): Promise<Outcome> {
    return worlds.change(ref.cluster, cause, signal, ({ world, now }) => {
      const machine = world?.owner === owner ? machineOf(world, id) : undefined;
      if (!world || !machine) return gone(`machine ${id}`);
      return answers(machine) ? act(world, machine, now) : silent(id, 'its engine does not answer');
    });
  }

  /** Does `act` through a manager that sees a leader. */
  function withLeader(
    ref: SwarmRef,
    via: MachineId,
    cause: Cause,
    signal: AbortSignal,
    act: (meeting: Meeting) => Outcome,
  ): Promise<Outcome> {
    return withMachine(ref, via, cause, signal, (world, machine, now) => {
      const led = leading(world, machine);
      return led.ok ? act({ world, machine, swarm: led.value, now }) : led;
    });
  }

  /** One node's update at the version that was seen. */
  function update(
    ref: SwarmRef,
    via: MachineId,
    { cause, node, version }: { cause: Cause; node: NodeId; version: number },
    signal: AbortSignal,
    act: (meeting: Meeting, member: WorldMember) => Outcome,
  ): Promise<Outcome> {
    return withLeader(ref, via, cause, signal, (meeting) => {
      const member = memberOf(meeting.swarm, node);
      if (!member) return gone(`node ${node}`);
      if (member.version !== version) return conflict(`node ${member.hostname}`);
      const done = act(meeting, member);
      if (done.ok) bump(meeting.swarm, member);
      return done;
    });
  }

  return {
    async observe(ref, machines) {
      const world = worlds.read(ref.cluster);
      const inSwarm = machines.filter(({ engine }) => engine !== null && engine.swarm !== 'inactive');
      if (inSwarm.length === 0) return ok(null);
      let trouble: Result<never, Problem> = silent(`the swarm of ${ref.cluster}`, 'no manager answers');
      for (const { id, engine } of inSwarm) {
        const machine = engine?.isManager && world?.owner === owner ? machineOf(world, id) : undefined;
        if (!world || !machine || !answers(machine)) continue;
        const led = leading(world, machine);
        if (led.ok) return ok(viewSwarm(led.value, machine));
        if (led.problem.kind === 'no-leader') trouble = led;
      }
      return trouble;
    },
    init: (ref, id, options, signal) =>
      withMachine(ref, id, 'init-swarm', signal, (world, machine) => {
        if (machine.membership || machine.joining) return refused('This node is already part of a swarm.');
        found(world, machine, options);
        return ok(undefined);
      }),
    forceNew: (ref, id, signal) =>
      withMachine(ref, id, 'force-new-cluster', signal, (world, machine) => forceNew(world, machine)),
    setSwarm: (ref, via, version, options, signal) =>
      withLeader(ref, via, 'set-swarm', signal, ({ swarm }) => {
        if (swarm.version !== version) return conflict(`the swarm of ${ref.cluster}`);
        setOptions(swarm, options);
        return ok(undefined);
      }),
    join: (ref, id, through, signal) =>
      withMachine(ref, id, 'join', signal, (world, machine, now) => {
        if (machine.trouble) return refused('This node is already part of a swarm.');
        if (machine.membership || machine.joining) return ok(undefined);
        const manager = machineOf(world, through);
        if (!manager) return gone(`machine ${through}`);
        if (!answers(manager)) return silent(through, 'its engine does not answer');
        const led = leading(world, manager);
        if (!led.ok) return led;
        machine.joining = { swarm: led.value.id, joinsAt: now + JOIN_MS };
        return ok(undefined);
      }),
    leave: (ref, id, signal) =>
      withMachine(ref, id, 'leave', signal, (_world, machine) => {
        Object.assign(machine, { membership: null, joining: null });
        delete machine.trouble;
        return ok(undefined);
      }),
    setNode: (ref, via, node, set, signal) =>
      update(ref, via, { cause: 'set-node', node: node.id, version: node.version }, signal, (_meeting, member) => {
        Object.assign(member, { availability: set.availability, labels: { ...set.labels } });
        return ok(undefined);
      }),
    promote: (ref, via, node, signal) =>
      update(ref, via, { cause: 'promote', node: node.id, version: node.version }, signal, ({ now }, member) => {
        if (member.role === 'worker') Object.assign(member, { role: 'manager', roleAt: now + PEER_MS });
        return ok(undefined);
      }),
    demote: (ref, via, node, signal) =>
      update(ref, via, { cause: 'demote', node: node.id, version: node.version }, signal, ({ swarm, now }, member) =>
        demote(swarm, member, now),
      ),
    constrain: (ref, via, service, against, signal) =>
      withLeader(ref, via, 'constrain-service', signal, ({ swarm }) => constrain(swarm, service, against)),
    rebalance: (ref, via, service, signal) =>
      withLeader(ref, via, 'rebalance-service', signal, ({ swarm }) => rebalance(swarm, service)),
    remove: (ref, via, node, force, signal) =>
      withLeader(ref, via, 'remove-member', signal, ({ swarm }) => remove(swarm, node, force)),
  };
}
