import { majority, mayPromote, mayRemoveDead } from '../../src/controller/plan/quorum.ts';
import type { MachineId, NodeId } from '../../src/model/ids.ts';
import { carrierOf, hearsOf } from '../../src/providers/simulated/reach.ts';
import type { World, WorldMachine, WorldSwarm } from '../../src/providers/simulated/world.ts';

/** What safety.md 6 forbids, judged by the truth of a simulated world right before a step. Each answers what it broke. */

/** S2, S4, S13: a machine was removed by our hand. */
export function judgeRemoval(world: World, id: MachineId): readonly string[] {
  const machine = world.machines.find((m) => m.id === id);
  const node = machine?.membership?.node;
  return world.swarms.flatMap((swarm) => {
    const problems: string[] = [];
    if (swarm.peers.some((peer) => peer.node === node)) problems.push(`S2: ${id} removed and still in raft`);
    const isLive = swarm.members.some((m) => m.id === node && m.state === 'ready');
    const replicated = new Set(swarm.services.filter((s) => s.mode === 'replicated').map((s) => s.id));
    const tasks = swarm.tasks.filter((t) => t.node === node && t.state === 'running' && replicated.has(t.service));
    if (isLive && tasks.length > 0) problems.push(`S4: ${id} removed with ${tasks.length} tasks on it`);
    const kept = swarm.services.filter((s) => s.localData.length > 0 && s.labels['skep.data'] !== 'discard');
    const hasData = swarm.tasks.some(
      (t) => t.node === node && t.startedAt !== null && kept.some((s) => s.id === t.service),
    );
    if (hasData) problems.push(`S13: ${id} removed with local data on it`);
    return problems;
  });
}

/** S6: nothing that works is taken away on the strength of a look that could not see it. */
export function judgeBlindness({ machines, swarms }: World, id: MachineId): readonly string[] {
  const machine = machines.find((m) => m.id === id);
  const works = machine?.state === 'running' && !machine.frozen && machine.island === null;
  const isReady = swarms.some((s) => s.members.some((m) => m.id === machine?.membership?.node && m.state === 'ready'));
  return works && isReady ? [`S6: ${id} removed on a blind look`] : [];
}

/** S1, S2: a promotion or demotion was begun, of a cluster that was Ready before. */
export function judgeMembership(before: World, after: World, declared: number): readonly string[] {
  return after.swarms.flatMap((swarm) => {
    const old = before.swarms.find(({ id }) => id === swarm.id);
    if (!old) return [];
    const changed = swarm.members.filter((m) => m.role !== old.members.find(({ id }) => id === m.id)?.role);
    return changed.flatMap((member) => {
      const inFlight = old.members.filter((m) => m.roleAt !== null || (m.role === 'manager') !== isPeer(old, m.id));
      const problems = inFlight.map((m) => `S2: ${member.hostname} changes while ${m.hostname} does`);
      const raft = { n: old.peers.length, reachable: old.peers.filter((p) => isAlive(before, old, p.node)).length };
      const count = `${raft.n}/${raft.reachable}`;
      const others = (node: NodeId) => old.peers.filter((p) => p.node !== node && isAlive(before, old, p.node)).length;
      if (member.role === 'manager') {
        if (!mayPromote(raft, declared)) problems.push(`S1: ${member.hostname} promoted at ${count}`);
      } else if (isAlive(before, old, member.id) && isShownReachable(old, member.id))
        problems.push(`S1: ${member.hostname} demoted and alive`);
      else if (!mayRemoveDead({ n: raft.n, reachable: others(member.id) }))
        problems.push(`S1: ${member.hostname} demoted at ${count}`);
      return problems;
    });
  });
}

/** Machines of a pool that are as good as ever: what is replaced, or never came up, is not among them. */
export function soundOf(world: World, pool: string): readonly WorldMachine[] {
  return world.machines.filter((machine) => {
    if (machine.pool !== pool || machine.state === 'stopped' || machine.frozen || machine.island !== null) return false;
    const swarm = world.swarms.find(({ id }) => id === machine.membership?.swarm);
    const member = swarm?.members.find(({ id }) => id === machine.membership?.node);
    const wasDemoted = pool === 'managers' && member?.role === 'worker' && member.labels['skep.pool'] !== undefined;
    const isUnreachable = swarm?.peers.some((peer) => peer.node === member?.id && !peer.reachable) ?? false;
    return !wasDemoted && !isUnreachable && (machine.membership === null || member?.state === 'ready');
  });
}

const isPeer = (swarm: WorldSwarm, node: NodeId): boolean => swarm.peers.some((peer) => peer.node === node);

/** The swarm itself is late: a manager that is back is shown as unreachable for up to 50 s. */
const isShownReachable = (swarm: WorldSwarm, node: NodeId): boolean =>
  swarm.peers.some((peer) => peer.node === node && peer.reachable);

const isAlive = (world: World, swarm: WorldSwarm, node: NodeId): boolean =>
  carrierOf(world, node) !== undefined && hearsOf(world, swarm, node);

/** Whether those that run could still decide something together. */
export function hasQuorum(world: World): boolean {
  return world.swarms.every((swarm) => {
    const alive = swarm.peers.filter(({ node }) => {
      const machine = carrierOf(world, node);
      return machine?.state === 'running' && !machine.frozen && machine.island === null;
    });
    return alive.length >= majority(swarm.peers.length);
  });
}
