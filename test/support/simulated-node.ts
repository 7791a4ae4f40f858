import { carryOut, versionOf } from '../../src/agent/carry-out.ts';
import type { OwnNode } from '../../src/agent/own-node.ts';
import { fail, ok } from '../../src/base/result.ts';
import type { MachineId } from '../../src/model/ids.ts';
import type { Machine } from '../../src/model/observed.ts';
import type { ClusterRef, Provider } from '../../src/providers/provider.ts';

/** A machine of a simulated world as its own agent reaches it. The token is the swarm's id, addresses are machines. */
export function createSimulatedNode({ infrastructure, swarm }: Provider, ref: ClusterRef, machine: MachineId): OwnNode {
  const silent = { kind: 'unreachable', what: machine, detail: 'its engine does not answer' } as const;
  async function me(signal: AbortSignal): Promise<Machine | null> {
    const view = await infrastructure.observe(ref, signal);
    return (view.ok && view.value.machines.find(({ id }) => id === machine)) || null;
  }
  const node: OwnNode = {
    async engine(signal) {
      const engine = (await me(signal))?.engine;
      return engine ? ok(engine) : fail(silent);
    },
    async look(signal) {
      const self = await me(signal);
      const view = await swarm.observe(ref, self ? [self] : [], signal);
      return view.ok && view.value === null ? fail(silent) : (view as Awaited<ReturnType<OwnNode['look']>>);
    },
    async invitation(signal) {
      const view = await node.look(signal);
      if (!view.ok) return view;
      const managers = view.value.members.filter(({ manager }) => manager?.reachability === 'reachable');
      return ok({ swarm: view.value.id, token: view.value.id, managers: managers.map(({ hostname }) => hostname) });
    },
    found: (options, signal) => swarm.init(ref, machine, options, signal),
    async join({ managers }, signal) {
      for (const manager of managers) {
        const joined = await swarm.join(ref, machine, manager as MachineId, signal);
        if (joined.ok) return joined;
      }
      return fail(silent);
    },
    leave: (signal) => swarm.leave(ref, machine, signal),
    forceNew: (signal) => swarm.forceNew(ref, machine, signal),
    async act(act, signal) {
      const done = await carryOut(swarm, ref, machine, act, signal);
      if (!done.ok) return done;
      const view = await node.look(signal);
      return ok(view.ok ? versionOf(view.value, act) : null);
    },
  };
  return node;
}
