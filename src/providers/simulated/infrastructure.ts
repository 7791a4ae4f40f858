import type { Random } from '../../base/random.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { durationMs } from '../../model/cluster-spec/duration.ts';
import type { InfrastructureView } from '../../model/observed.ts';
import type { Problem } from '../../model/problem.ts';
import type { MachineWish } from '../../model/step.ts';
import type { ClusterRef, Infrastructure } from '../provider.ts';
import { halt } from './members.ts';
import { gone, refused } from './problems.ts';
import { machineOf } from './reach.ts';
import { RESTART_MS } from './times.ts';
import { NO_CARRIERS, viewCarriers, viewMachine } from './view.ts';
import { createWorld, nextAddress, type World, type WorldMachine } from './world.ts';
import type { Cause, Draft, WorldStore } from './world-store.ts';

/** Engine version of machines whose spec names none. Our choice: the newest that was measured. */
const ENGINE_VERSION = '28.5.2';

const NO_DISK = 'a simulated machine has no disk that swarm state could lie on';

export interface SimulatedOptions {
  readonly owner: string;
  readonly worlds: WorldStore;
  readonly random: Random;
}

export function createInfrastructure({ owner, worlds, random }: SimulatedOptions): Omit<Infrastructure, 'hints'> {
  /** Changes this owner's world, or says that it is another's. Without a world `act` decides whether there will be one. */
  function change(ref: ClusterRef, cause: Cause, signal: AbortSignal, act: (draft: Draft) => Result<void, Problem>) {
    return worlds.change(ref.cluster, cause, signal, (draft) =>
      draft.world && draft.world.owner !== owner ? refused(`${ref.cluster} belongs to another owner`) : act(draft),
    );
  }

  /** Two changes, as on real engines: a crash between them leaves a machine that was never started. */
  async function make(ref: ClusterRef, wish: MachineWish, signal: AbortSignal): Promise<Result<void, Problem>> {
    let isNew = false;
    const made = await change(ref, 'grow-pool', signal, ({ world, now }) => {
      if (!world?.carriers) return gone(`what carries ${ref.cluster}`);
      if (machineOf(world, wish.id)) return ok(undefined);
      const isTaken = world.machines.some(({ address }) => address === wish.address);
      if (isTaken) return fail({ kind: 'no-capacity', what: `address ${wish.address}` });
      isNew = true;
      world.machines.push(newMachine(world, ref, wish, now));
      return ok(undefined);
    });
    return made.ok && isNew ? start(ref, wish.id, 'grow-pool', signal) : made;
  }

  function start(ref: ClusterRef, id: MachineWish['id'], cause: Cause, signal: AbortSignal) {
    return change(ref, cause, signal, ({ world, now }) => {
      const machine = world ? machineOf(world, id) : undefined;
      if (!machine) return gone(`machine ${id}`);
      if (machine.state === 'booting' || machine.state === 'running') return ok(undefined);
      if (world?.darkZones?.includes(machine.zone)) return fail({ kind: 'no-capacity', what: `zone ${machine.zone}` });
      const bootsAt = now + durationMs(ref.spec.spec.simulated.bootTime);
      Object.assign(machine, { state: 'booting', bootsAt, detail: null, frozen: false });
      return ok(undefined);
    });
  }

  return {
    async observe(ref) {
      const world = worlds.read(ref.cluster);
      return ok(world ? viewFor(owner, world) : { machines: [], carriers: NO_CARRIERS, strangers: [] });
    },
    ensure: (ref, { forwardTo }, signal) =>
      change(ref, 'ensure-carriers', signal, (draft) => {
        draft.world ??= createWorld(ref.cluster, owner, random.id(8), draft.now);
        draft.world.carriers = { forwardTo: [...forwardTo], damage: null };
        return ok(undefined);
      }),
    async resize(ref, { machines }, signal) {
      let first: Result<void, Problem> = ok(undefined);
      for (const wish of machines) {
        const made = await make(ref, wish, signal);
        if (first.ok) first = made;
      }
      return first;
    },
    startMachine: (ref, machine, signal) => start(ref, machine, 'start-machine', signal),
    stopMachine: (ref, id, signal) =>
      change(ref, 'stop-machine', signal, ({ world }) => {
        const machine = world ? machineOf(world, id) : undefined;
        if (!machine) return gone(`machine ${id}`);
        if (machine.state !== 'made') halt(machine, 'stopped by skep');
        return ok(undefined);
      }),
    readSwarmState: async () => refused(NO_DISK),
    writeSwarmState: async () => refused(NO_DISK),
    removeMachine: (ref, id, signal) =>
      change(ref, 'remove-machine', signal, ({ world }) => {
        if (world) world.machines = world.machines.filter((machine) => machine.id !== id);
        return ok(undefined);
      }),
    loadImage: (ref, id, _image, signal) =>
      change(ref, 'load-image', signal, ({ world }) =>
        world && machineOf(world, id) ? ok(undefined) : gone(`machine ${id}`),
      ),
    destroy: (ref, signal) =>
      change(ref, 'destroy-carriers', signal, ({ world }) => {
        if (!world) return ok(undefined);
        if (world.machines.length > 0) return refused(`${world.machines.length} machines still use the network`);
        world.carriers = null;
        return ok(undefined);
      }),
  };
}

function viewFor(owner: string, world: World): InfrastructureView {
  if (world.owner !== owner) {
    const strangers = [{ what: `simulated world ${world.cluster}`, why: `it belongs to owner ${world.owner}` }];
    return { machines: [], carriers: NO_CARRIERS, strangers };
  }
  const machines = world.machines.map((machine) => viewMachine(world, machine));
  return { machines, carriers: viewCarriers(world), strangers: [] };
}

function newMachine(world: World, ref: ClusterRef, wish: MachineWish, now: number): WorldMachine {
  const { id, pool, zone, hash } = wish;
  return {
    id,
    pool,
    zone,
    hash,
    address: wish.address ?? nextAddress(world),
    engineVersion: ref.spec.spec.engine.version ?? ENGINE_VERSION,
    createdAt: now,
    state: 'made',
    bootsAt: null,
    bootedAt: null,
    frozen: false,
    island: null,
    rejoinMs: { member: RESTART_MS, peer: RESTART_MS },
    detail: null,
    membership: null,
    joining: null,
  };
}
