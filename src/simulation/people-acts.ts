import type { ClusterName, MachineId } from '../model/ids.ts';
import { demote } from '../providers/simulated/grants.ts';
import { PEER_MS } from '../providers/simulated/times.ts';
import type { World, WorldMember, WorldSwarm } from '../providers/simulated/world.ts';
import { type Acts, type Performed, victim } from './machine-acts.ts';
import type { Simulation } from './simulation.ts';
import type { What } from './story.ts';

type SwarmAct = Extract<
  What,
  {
    kind:
      | 'availability'
      | 'role'
      | 'remove-member'
      | 'ghost'
      | 'label'
      | 'hold-label'
      | 'options'
      | 'change-leader'
      | 'rotate-root'
      | 'stranger-joins'
      | 'other-hashes'
      | 'newer-skep'
      | 'clone'
      | 'deploy'
      | 'remove-service';
  }
>;

/** What people do with docker on a manager. */
export async function performOnSwarm(sim: Simulation, acts: Acts, c: ClusterName, act: SwarmAct): Promise<Performed> {
  switch (act.kind) {
    case 'options':
      await acts.setOptionsByHand(c, { taskHistoryLimit: 3 });
      return { what: `${c}: somebody sets an option of the swarm` };
    case 'change-leader':
      await acts.changeLeader(c);
      return { what: `${c}: the leader hands over` };
    case 'rotate-root': {
      await acts.rotateRoot(c, true);
      const undo = () => acts.rotateRoot(c, false);
      return { what: `${c}: somebody rotates the root certificate`, undo, afterMs: act.ms };
    }
    case 'stranger-joins':
      await acts.joinByHand(c, 'laptop');
      return { what: `${c}: somebody's laptop joins` };
    case 'deploy':
      await acts.deployService(c, act.service);
      return { what: `${c}: service ${act.service.name} is deployed, ${act.service.replicas} tasks` };
    case 'remove-service': {
      const services = sim.worlds.read(c)?.swarms[0]?.services ?? [];
      const service = services[Math.floor(act.roll * services.length)];
      if (service) await acts.removeService(c, service.name);
      return { what: `${c}: service ${service?.name ?? '(none)'} is removed` };
    }
    case 'other-hashes':
      await onWorld(sim, c, otherHashes);
      return { what: `${c}: its machines were made by an earlier skep, with another hash` };
    case 'newer-skep': {
      const { writer } = sim.worlds.read(c)?.record ?? {};
      await onWorld(sim, c, (world) => writtenBy(world, '9.9'));
      const undo = () => onWorld(sim, c, (world) => writtenBy(world, writer));
      return { what: `${c}: a newer skep writes its record`, undo, afterMs: act.undoMs };
    }
    default:
      return performOnNode(sim, acts, c, act);
  }
}

type NodeAct = Extract<SwarmAct, { roll: number; kind: Exclude<SwarmAct['kind'], 'remove-service'> }>;

async function performOnNode(sim: Simulation, acts: Acts, c: ClusterName, act: NodeAct): Promise<Performed> {
  const role =
    act.kind === 'role' ? (act.how === 'promote' ? 'worker' : 'manager') : act.kind === 'ghost' ? 'manager' : 'any';
  const machine = victim(sim.worlds.read(c), role, act.roll);
  if (!machine) return { what: `${c}: nothing there to ${act.kind}` };
  const { id } = machine;
  switch (act.kind) {
    case 'availability': {
      await acts.editMember(c, id, { availability: act.set });
      const undo = () => acts.editMember(c, id, { availability: 'active' });
      return { what: `somebody sets ${id} to ${act.set}`, undo, afterMs: act.undoMs };
    }
    case 'label':
      await acts.labelByHand(c, id, { [act.label]: act.value });
      return { what: `somebody labels ${id} ${act.label}=${act.value}` };
    case 'hold-label': {
      await acts.labelByHand(c, id, { 'skep.hold': 'mine' });
      const undo = () => acts.labelByHand(c, id, { 'skep.hold': null });
      return { what: `somebody labels ${id} skep.hold=mine`, undo, afterMs: act.undoMs };
    }
    case 'clone': {
      const copy = `${id}-copy` as MachineId;
      await onWorld(sim, c, (world) => void world.machines.push({ ...structuredClone(machine), id: copy }));
      return { what: `somebody starts a copy of ${id}`, undo: () => acts.removeMachine(c, copy), afterMs: act.undoMs };
    }
    case 'ghost':
      await acts.makeGhost(c, id);
      return { what: `somebody removes ${id} by force while it is in raft` };
    case 'role':
      await onWorld(sim, c, (world) =>
        onMember(world, machine.membership?.node, (swarm, member) => {
          if (act.how === 'demote') demote(swarm, member, world.at);
          else if (member.role === 'worker') Object.assign(member, { role: 'manager', roleAt: world.at + PEER_MS });
          swarm.index += 1;
          member.version = swarm.index;
        }),
      );
      return { what: `somebody ${act.how}s ${id}` };
    case 'remove-member':
      await onWorld(sim, c, (world) =>
        onMember(world, machine.membership?.node, (swarm, member) => {
          if (swarm.peers.some((peer) => peer.node === member.id)) return;
          swarm.members = swarm.members.filter((other) => other !== member);
        }),
      );
      return { what: `somebody removes the member on ${id} from the list` };
  }
}

function onWorld({ worlds }: Simulation, c: ClusterName, act: (world: World) => void): Promise<void> {
  return worlds.change(c, null, new AbortController().signal, ({ world }) => {
    if (world) act(world);
  });
}

function onMember(world: World, node: string | undefined, act: (swarm: WorldSwarm, member: WorldMember) => void): void {
  for (const swarm of world.swarms) {
    const member = swarm.members.find(({ id }) => id === node);
    if (member && swarm.leader !== null) act(swarm, member);
  }
}

function writtenBy(world: World, writer: string | undefined): void {
  const { record } = world;
  if (record && writer) world.record = { ...record, writer, revision: record.revision + 1 };
}

/** A formula that this skep does not know, with what each hash was made of on the record, as every version keeps it. */
function otherHashes(world: World): void {
  const { record } = world;
  if (!record) return;
  const renamed = (hash: string): string => hash.replace(/^v1:/, 'v0:');
  const kept = Object.entries(record.hashInputs);
  const older = kept.filter(([hash]) => hash.startsWith('v1:')).map(([hash, inputs]) => [renamed(hash), inputs]);
  world.record = { ...record, hashInputs: { ...record.hashInputs, ...Object.fromEntries(older) } };
  for (const machine of world.machines) machine.hash = renamed(machine.hash);
}
