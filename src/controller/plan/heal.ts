import type { Desired } from '../../model/desired.ts';
import type { HealthNote } from '../../model/health-note.ts';
import type { Hold } from '../../model/hold.ts';
import { MANAGERS } from '../../model/ids.ts';
import { isoTime } from '../../model/iso-time.ts';
import type { Wait } from '../../model/plan.ts';
import type { ClusterRecord } from '../../model/record.ts';
import type { Step } from '../../model/step.ts';
import type { Checked } from './brake.ts';
import { nextNotes } from './health-notes.ts';
import { labelHold } from './label-hold.ts';
import type { Leaver } from './leavers.ts';
import { neverCame, type Patient, replacementHold } from './may-replace.ts';
import { keptByLabel, type Node } from './nodes.ts';
import {
  badSince,
  MAX_STARTS,
  OVERDUE_GRACE_MS,
  type Seen,
  STARTS_WITHIN_MS,
  startsOf,
  symptomOf,
} from './symptoms.ts';

/** safety.md 4: who looks bad, and what is due: a start, a replacement, a hold, or more time. */
export interface Triage {
  readonly patients: readonly Patient[];
  readonly checked: readonly Checked[];
  /** Stopped, and not started too often yet. */
  readonly startable: readonly Patient[];
  /** The brake on them was just let go. */
  readonly eased: readonly Patient[];
  /** To be replaced: these do not count as nodes of their pools any more. */
  readonly condemned: readonly Leaver[];
  readonly holds: readonly Hold[];
  readonly waits: readonly Wait[];
}

/** How often a node that looks bad is looked at without a hint, ms. Our choice: as often as a swarm's states change. */
const SICK_RECHECK_MS = 1_000;

/** `mayReplace`: false while its document is missing. */
export function triage(desired: Desired, nodes: readonly Node[], seen: Seen, mayReplace: boolean): Triage {
  const { record, now } = seen;
  const patients: Patient[] = [];
  const all = nodes.map((node): Checked => {
    const pool = desired.pools.find((p) => p.name === node.machine.pool) ?? null;
    // One of a pool that is not declared any more is no patient, and says as much of its zone.
    const symptom = symptomOf(node, pool, seen);
    if (pool && symptom) patients.push({ node, pool, symptom, since: badSince(node.machine, record.health, now) });
    return { node, looksBad: symptom !== null };
  });
  const kept = patients.filter((p) => keptByLabel(p.node.member) !== null);
  const treated = patients.filter((p) => !kept.includes(p));
  const startable = treated.filter((p) => mayStart(p, seen));
  const due = treated.filter((p) => mayReplace && !startable.includes(p) && isDue(p, seen));
  const judged = due.map((patient) => ({ patient, hold: replacementHold(patient, all, seen) }));
  const free = judged.flatMap((j) => (j.hold === null ? [j.patient] : []));
  const eased = free.filter((p) => wasBraked(p, all, record));
  return {
    patients,
    checked: all,
    startable,
    eased,
    condemned: free
      .filter((p) => !eased.includes(p))
      .map(({ node, symptom }) => ({ node, why: symptom.what, intent: 'replace', replaced: true })),
    holds: [...judged.flatMap((j) => j.hold ?? []), ...kept.map(keptHold)],
    waits: treated
      .filter((p) => !startable.includes(p) && (!due.includes(p) || eased.includes(p)))
      .map((p) => waitFor(p, seen)),
  };
}

/** Starts what is stopped and stays, and what the record has to know from now on. */
export function planStarts(
  { patients, checked, startable, condemned, eased }: Triage,
  staying: readonly Node[],
  seen: Seen,
): { readonly steps: readonly Step[]; readonly waits: readonly Wait[]; readonly notes: readonly HealthNote[] } {
  const stopped = startable.filter((p) => staying.includes(p.node));
  // Managers first: workers that wake before them find nobody to report to.
  const managers = stopped.filter((p) => p.pool.role === 'manager');
  const started = managers.length > 0 ? managers : stopped;
  const bad = patients.filter((p) => p.symptom.kind === 'sick' || p.symptom.kind === 'startup');
  const givenUp = condemned.filter((c) => patients.some((p) => p.node === c.node && neverCame(p)));
  return {
    steps: started.map(({ node: { machine }, symptom }) => ({
      kind: 'start-machine',
      machine: machine.id,
      why: machine.neverStarted ? 'it was made and never started' : symptom.what,
    })),
    waits: stopped
      .filter((p) => !started.includes(p))
      .map(({ node }) => ({ what: `${node.machine.id} is started after the managers`, recheckMs: SICK_RECHECK_MS })),
    notes: nextNotes(seen.record.health, {
      nodes: checked.map((c) => c.node),
      bad: bad.map((p) => p.node),
      started: started.map((p) => p.node),
      givenUp: givenUp.map((c) => c.node),
      eased: eased.map((p) => p.node),
      seen,
    }),
  };
}

const mayStart = ({ node, symptom }: Patient, { record, now }: Seen): boolean =>
  symptom.kind === 'stopped' && startsOf(node.machine, record.health, now).length < MAX_STARTS;

/** Nobody can tell how much it is needed while the swarm does not answer: then only starting goes on. */
function isDue({ symptom, pool, since }: Patient, { record, swarm, now }: Seen): boolean {
  if (symptom.kind === 'sick') return now - since >= pool.health.unhealthyAfterMs;
  if (symptom.kind === 'startup') return now - since >= OVERDUE_GRACE_MS;
  return swarm !== null || record.swarmId === null;
}

/**
 * As the record last knew them, too many of its pool looked bad. When the first of them are back the others are on their
 * way: their time begins anew.
 */
function wasBraked({ pool, symptom }: Patient, all: readonly Checked[], { health }: ClusterRecord): boolean {
  if (symptom.kind !== 'sick' || pool.name === MANAGERS) return false;
  const noted = new Set<string>(health.filter((n) => n.kind === 'bad').map((n) => n.machine));
  const well = all.filter(({ node: { machine } }) => machine.pool === pool.name && !noted.has(machine.id));
  return pool.count - well.length > pool.health.maxUnhealthy;
}

const keptHold = ({ node: { machine, member } }: Patient): Hold =>
  labelHold(`heal ${machine.id}`, machine.id, keptByLabel(member) ?? '');

/** What a patient waits for about whom nothing is done now. */
function waitFor({ node: { machine }, symptom, pool, since }: Patient, { record, now }: Seen): Wait {
  const until = (ms: number, what: string): Wait => ({
    what: `${machine.id}: ${symptom.what}; ${what} ${isoTime(ms)}`,
    recheckMs: Math.max(50, Math.min(SICK_RECHECK_MS, ms - now)),
  });
  switch (symptom.kind) {
    case 'stopped': {
      const starts = startsOf(machine, record.health, now).map((note) => note.at);
      return until(Math.min(...starts) + STARTS_WITHIN_MS, `started ${starts.length} times, and again at`);
    }
    case 'sick':
      return until(since + pool.health.unhealthyAfterMs, 'replaced unless it recovers by');
    case 'startup':
      return until(since + OVERDUE_GRACE_MS, 'replaced unless it joins by');
  }
}
