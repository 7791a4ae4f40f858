import type { Complaint } from '../../model/complaint.ts';
import type { Declared } from '../../model/declared.ts';
import type { ClusterName } from '../../model/ids.ts';
import type { SourceView } from './source-view.ts';

/** A cluster that some controller of this owner had accepted, and where its document stood then. */
export interface Accepted {
  readonly name: ClusterName;
  readonly path: string;
  readonly line: number;
}

/** What the present holder of the lease knows of missing documents. A new holder begins with `noAbsences`. */
export interface AbsenceTracker {
  readonly missed: ReadonlyMap<ClusterName, Missed>;
  /** Where each document of this term stood when it was last seen. */
  readonly seen: ReadonlyMap<ClusterName, Seen>;
}

interface Seen {
  readonly path: string;
  /** All names in that file then. */
  readonly beside: ReadonlySet<ClusterName>;
}

interface Missed {
  readonly firstAt: number;
  readonly firstMono: number;
  readonly settled: boolean;
  /** A new name that appeared where this one stood. */
  readonly renamedTo: ClusterName | null;
  /** How many accepted clusters had lived from the directory when it first read empty; 0: it does not. */
  readonly emptied: number;
}

export const noAbsences: AbsenceTracker = { missed: new Map(), seen: new Map() };

/**
 * The tracker after one more listing (spec.md 2, condition 1). A name begins to be missed, and its absence settles, only
 * in complete listings, the two at least `graceMs` apart on the monotonic clock; a sign of life ends it at any time.
 * `accepted`: clusters that live, so none whose deletion is marked.
 */
export function nextAbsences(
  before: AbsenceTracker,
  view: SourceView,
  accepted: readonly Accepted[],
  graceMs: number,
): AbsenceTracker {
  const claims = claimsOf(view);
  const seen = new Map(before.seen);
  for (const [path, beside] of namesByPath(claims)) for (const name of beside) seen.set(name, { path, beside });
  const isClaimed = new Set(claims.map(({ name }) => name));
  const absent = accepted.filter(
    (one) => !isClaimed.has(one.name) && brokenBy(one, before.seen.get(one.name), view).length === 0,
  );
  const missed = new Map<ClusterName, Missed>();
  for (const one of absent) {
    const known = before.missed.get(one.name);
    if (!known && !view.complete) continue;
    const firstMono = known?.firstMono ?? view.listedMono;
    const isSecond = known !== undefined && view.complete && view.listedMono - firstMono >= graceMs;
    missed.set(one.name, {
      firstAt: known?.firstAt ?? view.listedAt,
      firstMono,
      settled: isSecond || known?.settled === true,
      renamedTo: renamedTo(one, before.seen.get(one.name), claims, accepted),
      emptied: nextEmptied(known?.emptied ?? 0, view, absent.length),
    });
  }
  return { missed, seen };
}

/** What the directory says of `name`, for the planner. `accepted`: what its record says; null: it has none. */
export function declaredFor(
  name: ClusterName,
  view: SourceView,
  tracker: AbsenceTracker,
  accepted: Accepted | null,
  graceMs: number,
): Declared {
  const desired = view.documents.get(name);
  if (desired) return { kind: 'document', desired };
  const places = view.conflicts.get(name);
  if (places) return { kind: 'conflict', places };
  const complaints = view.brokenNames.get(name) ?? (accepted ? brokenBy(accepted, tracker.seen.get(name), view) : []);
  if (complaints.length > 0) return { kind: 'broken', complaints };
  const missed = tracker.missed.get(name);
  const absence = {
    firstMissedAt: missed?.firstAt ?? null,
    settled: missed?.settled === true && view.complete,
    settlesAt: missed && view.complete ? missed.firstAt + graceMs : null,
    suspicion: suspicionOf(view, missed, accepted),
  };
  return { kind: 'absent', absence };
}

function suspicionOf(view: SourceView, missed: Missed | undefined, accepted: Accepted | null): string | null {
  if (view.vanished) return 'the specs directory itself is gone';
  if (missed && missed.emptied > 1) {
    return `the specs directory reads empty, and ${missed.emptied} clusters lived from it`;
  }
  if (missed?.renamedTo) {
    return `a document named ${missed.renamedTo} appeared at ${accepted?.path ?? 'the same path'}: a cluster cannot be renamed`;
  }
  return null;
}

/** Stays until a complete listing shows documents again: then the directory is alive, and this absence meant. */
function nextEmptied(before: number, view: SourceView, absent: number): number {
  if (view.empty) return Math.max(before, absent);
  return view.complete ? 0 : before;
}

/**
 * A name that is new in the file where `one` stood: it was not beside it when both were last seen. A holder that never
 * saw `one` has only the records to go by, and the holder before may have accepted the new name already: there a
 * document that begins on the very line is taken for the renamed one.
 */
function renamedTo(
  one: Accepted,
  seen: Seen | undefined,
  claims: readonly Accepted[],
  accepted: readonly Accepted[],
): ClusterName | null {
  const here = claims.filter(({ path }) => path === (seen?.path ?? one.path));
  if (seen) return here.find(({ name }) => !seen.beside.has(name))?.name ?? null;
  const isAccepted = (name: ClusterName): boolean => accepted.some((other) => other.name === name);
  return here.find(({ name, line }) => !isAccepted(name) || line === one.line)?.name ?? null;
}

function namesByPath(claims: readonly Accepted[]): ReadonlyMap<string, ReadonlySet<ClusterName>> {
  const names = new Map<string, Set<ClusterName>>();
  for (const { name, path } of claims) names.set(path, (names.get(path) ?? new Set()).add(name));
  return names;
}

/** Every place at which a name is claimed, by a good document or a wrong one. */
function claimsOf(view: SourceView): readonly Accepted[] {
  const good = [...view.documents.values()].map(({ cluster, source }) => ({ ...source, name: cluster }));
  const twice = [...view.conflicts].flatMap(([name, places]) => places.map((place) => ({ ...place, name })));
  const broken = [...view.brokenNames].flatMap(([name, complaints]) =>
    complaints.slice(0, 1).map(({ path, line }) => ({ name, path, line })),
  );
  return [...good, ...twice, ...broken];
}

/** Complaints that may hide the document: about the file where it stood, or a directory above it. */
function brokenBy(one: Accepted, seen: Seen | undefined, view: SourceView): readonly Complaint[] {
  const places = new Set(['.']);
  for (const path of [one.path, seen?.path ?? one.path]) {
    const parts = path.split('/');
    for (let length = 1; length <= parts.length; length += 1) places.add(parts.slice(0, length).join('/'));
  }
  return [...places].flatMap((place) => view.fileComplaints.get(place) ?? []);
}
