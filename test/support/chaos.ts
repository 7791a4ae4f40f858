import type { Clock } from '../../src/base/clock.ts';
import { seededRandom } from '../../src/base/random.ts';
import type { ClusterName, MachineId } from '../../src/model/ids.ts';
import type { InfrastructureView } from '../../src/model/observed.ts';
import type { Problem } from '../../src/model/problem.ts';
import { advance } from '../../src/providers/simulated/advance.ts';
import type { Call, Fault } from '../../src/providers/simulated/faults.ts';
import type { WorldStore } from '../../src/providers/simulated/world-store.ts';
import { judgeBlindness, judgeMembership, judgeRemoval, soundOf } from './invariants.ts';

/** Thrown where a process would have died. */
export class Crash extends Error {}

/** Everything that goes wrong between a controller and its world, from one seed. Off until switched on. */
export function createChaos(seed: number) {
  const random = seededRandom(seed * 7_919 + 1);
  const chance = (share: number): boolean => random.next() < share;
  const counts = { crashes: 0, faults: 0 };
  let on = false;
  /** After a change of what is declared the first look at the swarm is a fresh one: no manager answers from before that. */
  let needsFresh = false;
  /** Machines that the last look could not see into: nothing may be taken away on its strength (S6). */
  let blind: ReadonlySet<MachineId> = new Set();

  function hide(answer: Parameters<Extract<Fault, { kind: 'edit' }>['edit']>[0]) {
    if (!answer.ok) return answer;
    const view = answer.value as InfrastructureView;
    const victim = view.machines[Math.floor(random.next() * view.machines.length)];
    if (!victim) return answer;
    blind = new Set([victim.id]);
    const seen = chance(0.5) ? ({ state: 'unknown', engine: null } as const) : ({ engine: null } as const);
    return {
      ok: true as const,
      value: { ...view, machines: view.machines.map((m) => (m === victim ? { ...m, ...seen } : m)) },
    };
  }

  return {
    counts,
    chance,
    pick: <T>(items: readonly T[]): T => items[Math.floor(random.next() * items.length)] as T,
    set(next: boolean): void {
      on = next;
    },
    changed(): void {
      needsFresh = true;
    },
    blind: () => blind,
    faults: {
      before({ method, port }: Call): Fault | null {
        if (method === 'observe' && port === 'infrastructure') blind = new Set();
        if (method === 'observe' && port === 'swarm' && needsFresh) {
          needsFresh = false;
          return null;
        }
        if (!on || !chance(0.12)) return null;
        counts.faults += 1;
        if (method === 'observe' && chance(0.6)) {
          return port === 'infrastructure' ? { kind: 'edit', edit: hide } : { kind: 'stale' };
        }
        return chance(0.5) ? { kind: 'lose' } : { kind: 'refuse', problem: problem() };
      },
    },
    /** Dies at any of the places between two effects. */
    failpoint(name: string): void {
      if (!on || !chance(0.04)) return;
      counts.crashes += 1;
      throw new Crash(name);
    },
  };

  function problem(): Problem {
    const what = 'it';
    if (chance(0.3)) return { kind: 'conflict', what };
    return chance(0.5) ? { kind: 'unreachable', what, detail: 'no route' } : { kind: 'throttled', retryAfterMs: 700 };
  }
}

/** Watches every saved change of a world for what must never happen; answers what did. */
export function watchInvariants(
  worlds: WorldStore,
  clock: Clock,
  cluster: ClusterName,
  blind: () => ReadonlySet<MachineId>,
) {
  const broken: string[] = [];
  /** Most that was ever declared, by pool. */
  const most = new Map<string, number>();
  let before = worlds.read(cluster);
  worlds.watch((name, cause) => {
    if (name !== cluster) return;
    const world = worlds.read(cluster);
    if (before) advance(before, clock.now());
    const deleting = before?.record?.deletion != null;
    if (world) {
      for (const swarm of world.swarms.slice(1))
        if (swarm.members.length > 1) broken.push('S3: a second swarm has members');
      if (world.swarms.length > 1) broken.push('S3: a second swarm was begun');
      for (const [pool, max] of most) {
        const there = soundOf(world, pool).length;
        if (cause === 'grow-pool' && there > max)
          broken.push(`L2: ${there} machines in ${pool}, never more than ${max} declared`);
      }
    }
    if (before && cause === 'remove-machine' && !deleting) {
      const old = before;
      const gone = old.machines.filter((m) => !world?.machines.some((other) => other.id === m.id));
      for (const { id } of gone) {
        broken.push(...judgeRemoval(old, id), ...(blind().has(id) ? judgeBlindness(old, id) : []));
      }
    }
    const isChange = cause === 'promote' || cause === 'demote';
    if (before && world && isChange && before.record?.firstReadyAt != null) {
      broken.push(...judgeMembership(before, world, before.record.spec.spec.managers.count));
    }
    before = world;
  });
  return { broken, most };
}
