import type { HealthNote } from '../../model/health-note.ts';
import type { Machine } from '../../model/observed.ts';
import type { ClusterRecord } from '../../model/record.ts';
import type { Checked } from './brake.ts';
import { isAdmitted, type Node } from './nodes.ts';
import { type Seen, STARTS_WITHIN_MS } from './symptoms.ts';

/** A machine that was just started is down for a moment: not worth a write. Our choice: it takes 1–2 s (measured). */
const JUST_STARTED_MS = 30_000;
/** More are not kept: the record has to stay small, and so many bad ones are under the brake anyway. Our choice. */
const MAX_NOTES = 200;

interface Findings {
  readonly nodes: readonly Node[];
  /** Those that look bad and whose time runs. */
  readonly bad: readonly Node[];
  readonly started: readonly Node[];
  /** Never became members. */
  readonly givenUp: readonly Node[];
  /** Their time begins anew. */
  readonly eased: readonly Node[];
  readonly seen: Seen;
}

/** The notes as they should be after this look; the very same list when only old ones would be left out. */
export function nextNotes(notes: readonly HealthNote[], findings: Findings): readonly HealthNote[] {
  const { nodes, bad, started, givenUp, eased, seen } = findings;
  const { now } = seen;
  const has = (kind: HealthNote['kind'], { id }: Machine, since = 0): boolean =>
    notes.some((n) => n.kind === kind && n.machine === id && n.at >= since);
  const note = (kind: HealthNote['kind'], { machine }: Node): HealthNote => ({
    kind,
    machine: machine.id,
    pool: machine.pool,
    at: now,
  });
  const begun = bad.filter((n) => !has('bad', n.machine) && !has('start', n.machine, now - JUST_STARTED_MS));
  const failed = givenUp.filter((n) => !has('startup', n.machine, n.machine.createdAt));
  const added = [
    ...begun.map((n) => note('bad', n)),
    ...started.map((n) => note('start', n)),
    ...failed.map((n) => note('startup', n)),
  ];
  const well = new Set<string>(nodes.filter((n) => !bad.includes(n) && isSeen(n, seen)).map((n) => n.machine.id));
  const isOver = (n: HealthNote): boolean => n.kind === 'bad' && well.has(n.machine);
  if (added.length === 0 && eased.length === 0 && !notes.some(isOver)) return notes;
  const anew = new Set<string>(eased.map((n) => n.machine.id));
  const there = new Set<string>(nodes.map((n) => n.machine.id));
  const isOld = (n: HealthNote): boolean =>
    n.kind !== 'startup' && (!there.has(n.machine) || (n.kind === 'start' && now - n.at >= STARTS_WITHIN_MS));
  const kept = notes.filter((n) => !isOver(n) && !isOld(n));
  const renewed = kept.map((n) => (n.kind === 'bad' && anew.has(n.machine) ? { ...n, at: now } : n));
  return [...renewed, ...added].slice(-MAX_NOTES);
}

/** Nobody can tell how a machine or member is that is `unknown`, or whose swarm does not answer: its time runs on. */
const isSeen = ({ machine, member }: Node, { swarm, record }: Seen): boolean =>
  machine.state !== 'unknown' && member?.state !== 'unknown' && (swarm !== null || record.swarmId === null);

/** How many of its pool were given up in a row before it: since one last became a node, and since the last `retry`. */
export function failedStartups({ machine }: Node, all: readonly Checked[], { health, intents }: ClusterRecord): number {
  const successes = all.filter((c) => c.node.machine.pool === machine.pool && isAdmitted(c.node));
  const lastSuccess = Math.max(0, ...successes.map((c) => c.node.machine.createdAt));
  const lastRetry = Math.max(0, ...intents.filter((i) => i.kind === 'retry').map((i) => i.at));
  const failed = health.filter((n) => n.kind === 'startup' && n.pool === machine.pool && n.machine !== machine.id);
  return failed.filter((n) => n.at > lastSuccess && n.at >= lastRetry).length;
}
