import { ok, type Result } from '../../base/result.ts';
import type { MachineId, NodeId, SwarmId } from '../../model/ids.ts';
import type { Problem } from '../../model/problem.ts';
import type { ClusterRef, Swarm } from '../provider.ts';
import type { SimulatedOptions } from './infrastructure.ts';
import { admit } from './members.ts';
import { conflict, gone, leaderless, refused, silent } from './problems.ts';
import { bump, canLosePeer } from './raft.ts';
import { answers, machineOf, memberOf, seesLeader, swarmOf } from './reach.ts';
import { DEMOTE_LEADER_MS, DEMOTE_MS, JOIN_MS, PEER_MS } from './times.ts';
import { viewSwarm } from './view.ts';
import { nextId, type World, type WorldMachine, type WorldMember, type WorldSwarm } from './world.ts';
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
    ref: ClusterRef,
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
    ref: ClusterRef,
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
    ref: ClusterRef,
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
    join: (ref, id, through, signal) =>
      withMachine(ref, id, 'join', signal, (world, machine, now) => {
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
      update(ref, via, { cause: 'demote', node: node.id, version: node.version }, signal, demote),
    remove: (ref, via, node, force, signal) =>
      withLeader(ref, via, 'remove-member', signal, ({ swarm }) => remove(swarm, node, force)),
  };
}

/** The swarm that this machine speaks for, if it is a manager and sees a leader. */
function leading(world: World, machine: WorldMachine): Result<WorldSwarm, Problem> {
  const swarm = swarmOf(world, machine);
  const isManager = swarm?.peers.some((peer) => peer.node === machine.membership?.node);
  if (!swarm || !isManager) return conflict(`${machine.id} (it is not a swarm manager)`);
  return seesLeader(world, swarm, machine) ? ok(swarm) : leaderless();
}

/** The founder leads at once. It is paused like everybody who joins: no task starts on an unlabelled node. */
function found(world: World, machine: WorldMachine, init: WorldSwarm['init']): void {
  const id = nextId(world) as SwarmId;
  const empty = { leader: null, electsAt: null, members: [], peers: [], services: [], tasks: [] };
  const swarm: WorldSwarm = { id, index: 10, version: 10, init, ...empty };
  world.swarms.push(swarm);
  const founder = admit(world, swarm, machine);
  Object.assign(founder, { role: 'manager', state: 'ready', changesAt: null });
  swarm.peers.push({ node: founder.id, reachable: true, inTouch: true, changesAt: null });
  swarm.leader = founder.id;
}

function demote({ swarm, now }: Meeting, member: WorldMember): Outcome {
  if (member.role === 'worker') return ok(undefined);
  if (!swarm.peers.some((peer) => peer.node === member.id)) {
    return refused("can't find manager in raft memberlist");
  }
  if (swarm.members.filter(({ role }) => role === 'manager').length === 1) {
    return refused('attempting to demote the last manager of the swarm');
  }
  if (!canLosePeer(swarm, member.id)) {
    return refused("can't remove member from the raft: this would result in a loss of quorum");
  }
  const roleAt = now + (swarm.leader === member.id ? DEMOTE_LEADER_MS : DEMOTE_MS);
  Object.assign(member, { role: 'worker', roleAt });
  return ok(undefined);
}

function remove(swarm: WorldSwarm, node: NodeId, force: boolean): Outcome {
  const member = memberOf(swarm, node);
  if (!member) return ok(undefined);
  if (swarm.peers.some((peer) => peer.node === node)) {
    return refused('node is a cluster manager and is a member of the raft cluster. It must be demoted to worker first');
  }
  if (!force && member.state !== 'down') return refused('node is not down and cannot be removed');
  swarm.members = swarm.members.filter(({ id }) => id !== node);
  return ok(undefined);
}
