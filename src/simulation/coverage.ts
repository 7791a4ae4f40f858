import { AIMED_CALLS } from './draw-aimed.ts';
import { FAULT_KINDS } from './story.ts';

/** A search that never meets its subject proves nothing. What 100,000 schedules have to meet, each; fewer in proportion. */
const OF = 100_000;
const SCHEDULES_PER_GUARD = 100;
const CALLS_PER_PAIR = 20;
/** Of those that are to reach Ready. */
const READY_SHARE = 0.9;
/** A swarm that answers has a majority; that the planner counts none lasts from a machine's end to the next election. */
const MOMENTARY = 'too few managers are reachable';
/** Below so many schedules the least is none or one, and luck decides. */
const FROM = 2_000;

const LOOKS = ['infrastructure.observe', 'swarm.observe', 'records.read', 'records.list'];
const LOOK_FAULTS = ['unreachable', 'throttle', 'late'];
const LIES = ['stale × infrastructure.observe', 'partial × infrastructure.observe', 'stale × swarm.observe'];
const WRITE_FAULTS = [
  ...FAULT_KINDS.filter((how) => how !== 'stale' && how !== 'partial'),
  'death before',
  'death after',
];

/** Each fault and each kind of call that it can meet. */
export const PAIRS: readonly string[] = [
  ...WRITE_FAULTS.flatMap((how) => AIMED_CALLS.map((call) => `${how} × ${call}`)),
  ...LOOK_FAULTS.flatMap((how) => LOOKS.map((call) => `${how} × ${call}`)),
  ...LIES,
];

/** How often a search met what it is about. */
export interface Met {
  schedules: number;
  /** In how many schedules each guard refused a step. */
  guards: Record<string, number>;
  /** How often each fault met each kind of call. */
  faults: Record<string, number>;
  /** Of the schedules whose story asks for no hold or deletion and leaves a quorum: how many, and how many reached Ready. */
  eligible: number;
  ready: number;
}

/** What was met too rarely, for people; empty: all of it was met often enough, or the search was too short to say. */
export function shortfalls({ schedules, guards, faults, eligible, ready }: Met): readonly string[] {
  if (schedules < FROM) return [];
  const least = (of: number): number => Math.floor((of * schedules) / OF);
  const rare = (what: string, met: number, needed: number): readonly string[] =>
    met < needed ? [`${what}: ${met}, at least ${needed} needed`] : [];
  return [
    ...Object.entries(guards)
      .filter(([name]) => name !== MOMENTARY)
      .flatMap(([name, n]) => rare(name, n, least(SCHEDULES_PER_GUARD))),
    ...PAIRS.flatMap((pair) => rare(pair, faults[pair] ?? 0, least(CALLS_PER_PAIR))),
    ...rare('schedules that reached Ready', ready, Math.ceil(READY_SHARE * eligible)),
  ];
}
