import type { Clock } from '../../base/clock.ts';
import { type Failpoint, noFailpoint } from '../../base/failpoint.ts';
import { type Random, systemRandom } from '../../base/random.ts';
import type { ClusterName } from '../../model/ids.ts';
import type { StepKind } from '../../model/step.ts';
import { advance, settle } from './advance.ts';
import { readService, readTask } from './workload.ts';
import { isEmptyWorld, type World } from './world.ts';
import { createWorldMemory } from './world-backend.ts';
import { createWorldFiles } from './world-files.ts';

/** Who changes a world: the effect of a step, or null for nature and people. */
export type Cause = StepKind | null;

export interface WorldStore {
  list(): ClusterName[];
  /** The world as it is now, read afresh; a copy. Null when there is none. Throws `BrokenWorld`. */
  read(cluster: ClusterName): World | null;
  /**
   * Lets `act` change the world (put `draft.world` when there is none) and saves what it left, if it changed anything;
   * a world with nothing left is removed. No other change of this world comes between.
   */
  change<T>(cluster: ClusterName, cause: Cause, signal: AbortSignal, act: (draft: Draft) => T): Promise<T>;
  /** Calls back after each change made through this store. Returns how to stop it. */
  watch(onChange: (cluster: ClusterName, cause: Cause) => void): () => void;
}

export interface Draft {
  world: World | null;
  /** Wall time of the change. */
  readonly now: number;
}

/** A world file that this skep cannot read. */
export class BrokenWorld extends Error {}

export interface WorldStoreOptions {
  /** A directory for files, or `memory`. */
  readonly at: string | 'memory';
  readonly clock: Clock;
  /** For lock tokens only. */
  readonly random?: Random;
  readonly failpoint?: Failpoint;
}

export function createWorldStore(options: WorldStoreOptions): WorldStore {
  const { at, clock, random = systemRandom, failpoint = noFailpoint } = options;
  const backend = at === 'memory' ? createWorldMemory() : createWorldFiles(at, clock, random);
  const watchers = new Set<(cluster: ClusterName, cause: Cause) => void>();

  function read(cluster: ClusterName): World | null {
    const text = backend.read(cluster);
    if (text === null) return null;
    const world = parseWorld(cluster, text);
    advance(world, clock.now());
    return world;
  }

  return {
    list: () => backend.list() as ClusterName[],
    read,
    async change(cluster, cause, signal, act) {
      let saved = false;
      const answer = await backend.exclusively(cluster, signal, (isMine) => {
        const draft: Draft = { world: read(cluster), now: clock.now() };
        const before = JSON.stringify(draft.world);
        const result = act(draft);
        if (draft.world) settle(draft.world);
        const next = draft.world && !isEmptyWorld(draft.world) ? draft.world : null;
        if (JSON.stringify(next) === before) return result;
        if (next) next.revision += 1;
        if (!isMine()) throw new BrokenWorld(`the lock of world ${cluster} was taken over`);
        backend.write(cluster, next && JSON.stringify(next), () => cause && failpoint(`${cause}:during`));
        saved = true;
        return result;
      });
      if (saved) for (const onChange of [...watchers]) onChange(cluster, cause);
      return answer;
    },
    watch(onChange) {
      watchers.add(onChange);
      return () => watchers.delete(onChange);
    },
  };
}

function parseWorld(cluster: ClusterName, text: string): World {
  try {
    const world = JSON.parse(text) as World;
    if (world.format === 1 && world.cluster === cluster) return withNewer(world);
  } catch {
    // falls through: what it says does not matter
  }
  throw new BrokenWorld(`the world file of ${cluster} is not one that this version can read`);
}

/** What worlds of an earlier skep do not say yet. */
function withNewer(world: World): World {
  const swarms = world.swarms.map((swarm) => ({
    ...swarm,
    services: swarm.services.map(readService),
    tasks: swarm.tasks.map(readTask),
  }));
  return { ...world, swarms };
}
