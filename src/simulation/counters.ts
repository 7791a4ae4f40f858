import { HOLD_REASONS } from '../model/hold.ts';
import { type Met, PAIRS, shortfalls } from './coverage.ts';
import type { Ran } from './run-schedule.ts';
import { looksOf } from './trace.ts';

/** Guards that refuse a step for now and say so as a wait: what tells them apart. Those that hold are the hold reasons. */
const WAITING_GUARDS: Readonly<Record<string, RegExp>> = {
  'one membership change at a time':
    /leaves raft|becomes a reachable manager|is being demoted|another change of the managers/,
  'too few managers are reachable': /too few managers are reachable/,
  'a joining machine is not judged yet': /is still joining|could not be looked at/,
  'an engine that is silent is no reason': /does not answer$/,
  'unhealthyAfter is not over': /replaced unless it recovers/,
  'startupTimeout is not over': /replaced unless it joins/,
  'started too often': /started \d+ times/,
  'managers are started first': /is started after the managers/,
  'a drain is not over': / drains: /,
  'a member is not down yet': /does not call .* down yet|is not down yet/,
  'nobody knows all members': /does not know all its members/,
  'a second listing must agree': /second complete listing/,
};

/** What many schedules met, as plain numbers that can be added up and sent between processes. */
export interface Counts extends Met {
  broken: { readonly seed: number; readonly invariant: string; readonly why: string }[];
}

export function noCounts(): Counts {
  const names = [...HOLD_REASONS, ...Object.keys(WAITING_GUARDS)];
  return {
    schedules: 0,
    guards: Object.fromEntries(names.map((name) => [name, 0])),
    faults: Object.fromEntries(PAIRS.map((pair) => [pair, 0])),
    eligible: 0,
    ready: 0,
    broken: [],
  };
}

export function addRan(counts: Counts, ran: Ran): void {
  const { story, trace, broken, met } = ran;
  counts.schedules += 1;
  for (const guard of guardsMet(ran)) counts.guards[guard] = (counts.guards[guard] ?? 0) + 1;
  for (const [key, n] of met) counts.faults[key] = (counts.faults[key] ?? 0) + n;
  counts.broken.push(...broken.slice(0, 1).map(({ invariant, why }) => ({ seed: story.seed, invariant, why })));
  if (!isEligible(ran)) return;
  counts.eligible += 1;
  const statuses = [...(trace.end?.statuses.values() ?? [])];
  if (statuses.every(({ status }) => status.phase === 'Ready')) counts.ready += 1;
}

export function addCounts(sum: Counts, more: Counts): void {
  const add = (into: Record<string, number>, from: Record<string, number>): void => {
    for (const [key, n] of Object.entries(from)) into[key] = (into[key] ?? 0) + n;
  };
  add(sum.guards, more.guards);
  add(sum.faults, more.faults);
  sum.schedules += more.schedules;
  sum.eligible += more.eligible;
  sum.ready += more.ready;
  sum.broken.push(...more.broken);
}

function guardsMet({ trace }: Ran): ReadonlySet<string> {
  const met = new Set<string>();
  for (const { plan } of looksOf(trace)) {
    for (const { reason } of plan.holds) met.add(reason);
    for (const { what } of plan.waits) {
      for (const [name, pattern] of Object.entries(WAITING_GUARDS)) if (pattern.test(what)) met.add(name);
    }
  }
  return met;
}

/** What a person may do after which skep rightly holds something. */
const ASKS_FOR_HOLD: ReadonlySet<string> = new Set([
  'availability',
  'role',
  'ghost',
  'hold-label',
  'remove-member',
  'pause-intent',
  'delete-file',
  'rename',
  'break',
  'duplicate',
  'directory',
  'checkout-old',
  'lock',
  'rotate-root',
  'boots',
  'joins',
  'abort',
  'clone',
  'newer-skep',
]);
/** What a spec or a service may say after which skep rightly holds something. */
const ASKS_IN_WORDS =
  /dataPathPort|"localData":\[|"replace":false|"windows"|"job":true|"constraints"|"maxReplicas|"hostPorts"|"reservations"/;
/** Holds that say that the quorum did not survive what befell it. */
const LOST: readonly string[] = ['QuorumLost', 'SwarmUnreachable'];

/** Whether it is fair to expect Ready: nothing in spec or acts asks for a hold, and a quorum is left. */
function isEligible({ story, trace }: Ran): boolean {
  const texts = [...Object.values(story.files), ...story.events.map(({ what }) => JSON.stringify(what))];
  const asks = texts.some((text) => ASKS_IN_WORDS.test(text));
  const isLost = [...(trace.end?.statuses.values() ?? [])].some(({ status }) =>
    status.holds.some(({ reason }) => LOST.includes(reason)),
  );
  return !asks && !isLost && !story.events.some(({ what }) => ASKS_FOR_HOLD.has(what.kind));
}

/** The counts as people read them. */
export function tellCounts(counts: Counts): string {
  const rows = (of: Record<string, number>): string[] =>
    Object.entries(of)
      .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
      .map(([name, n]) => `${String(n).padStart(9)}  ${name}`);
  const share = counts.eligible === 0 ? 0 : (100 * counts.ready) / counts.eligible;
  return [
    `${counts.schedules} schedules, ${counts.broken.length} with an invariant broken`,
    `${counts.ready} of ${counts.eligible} that were to reach Ready did (${share.toFixed(1)} %); ${counts.schedules - counts.eligible} were left out`,
    'Guards, by schedules in which they refused a step:',
    ...rows(counts.guards),
    'Faults, by calls that they met:',
    ...rows(counts.faults),
    ...shortfalls(counts).map((what) => `✗ too rarely met: ${what}`),
    ...counts.broken.slice(0, 50).map(({ seed, invariant, why }) => `✗ seed ${seed}: ${invariant}: ${why}`),
  ].join('\n');
}
