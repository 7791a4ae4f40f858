import { type Random, seededRandom } from '../base/random.ts';
import { createVirtualClock, type VirtualClock } from '../base/virtual-clock.ts';
import type { planCluster } from '../controller/plan/plan-cluster.ts';
import type { WorldStore } from '../providers/simulated/world-store.ts';
import { createFaultBox, type FaultBox } from './call-faults.ts';
import { createFileTree, type FileTree } from './doors/file-tree.ts';
import { createSharedLease, type SharedLease } from './doors/lease.ts';
import { createWorlds } from './doors/worlds.ts';
import type { Entry } from './trace.ts';

/** Decides: the planner, or one with a mistake planted. */
export type Decide = typeof planCluster;

export const PATHS = { specs: '/specs', status: '/status', state: '/state' } as const;
export const OWNER = 'ours';

/** Everything around the controllers of one schedule, in memory and virtual time. */
export interface Simulation {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly worlds: WorldStore;
  readonly tree: FileTree;
  readonly lease: SharedLease;
  readonly faults: FaultBox;
  readonly decide: Decide;
  /** The road is foreseen too, as always outside of here: it only tells people, and takes a third of the time. */
  readonly withRoads: boolean;
  readonly entries: Entry[];
  /** Boots that are yet to go wrong. */
  readonly boots: { how: 'slowly' | 'never'; left: number };
  /** Joins that are yet to go wrong. */
  readonly joins: { named: boolean; left: number };
  /** How often each fault met each kind of call. */
  readonly met: Map<string, number>;
  /** Told when files of the specs directory or of the inbox changed. */
  readonly watchers: Set<() => void>;
  /** The history of the specs directory: commit → its number. */
  readonly commits: Map<string, number>;
  note(entry: Entry): void;
}

/** In one schedule of so many. */
const ROADS_EVERY = 50;
/** A Saturday; nothing depends on it but maintenance windows. */
const START = Date.UTC(2027, 0, 2, 12);

export function createSimulation(seed: number, decide: Decide): Simulation {
  const clock = createVirtualClock(START);
  const random = seededRandom(seed * 7_919 + 1);
  const met = new Map<string, number>();
  const entries: Entry[] = [];
  const tree = createFileTree();
  for (const path of [PATHS.status, PATHS.state]) void tree.disk.mkdir(path);
  return {
    clock,
    random,
    worlds: createWorlds(clock),
    tree,
    lease: createSharedLease(),
    faults: createFaultBox((how, method) => count(met, `${how} × ${method}`)),
    decide,
    withRoads: seed % ROADS_EVERY === 0,
    entries,
    boots: { how: 'slowly', left: 0 },
    joins: { named: false, left: 0 },
    met,
    watchers: new Set(),
    commits: new Map(),
    note: (entry) => void entries.push(entry),
  };
}

export const count = (counts: Map<string, number>, key: string): void =>
  void counts.set(key, (counts.get(key) ?? 0) + 1);
