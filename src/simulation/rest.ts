import { parseFile } from '../model/cluster-spec/parse.ts';
import { specHashOf } from '../model/desired.ts';
import type { ClusterName } from '../model/ids.ts';
import type { StatusFile } from '../model/status.ts';
import { DEFAULTS } from './controller.ts';
import type { Documents } from './documents.ts';
import { PATHS, type Simulation } from './simulation.ts';
import { isCircling } from './tight-circle.ts';
import type { End } from './trace.ts';

/**
 * The longest that anything is waited for, twice: three starts in ten minutes, a startup, an unhealthy node, a drain, each
 * for several nodes one after the other.
 */
const LIMIT_MS = 45 * 60_000;
const LOOK_MS = 5_000;
/** A hold has to outlive a resync and a listing to count as rest. */
const STILL_MS = DEFAULTS.resyncMs * 1.1 + DEFAULTS.relistMs + LOOK_MS;

/** Lets time pass until every cluster rests as declared or in a hold, or `patienceMs` are over. */
export async function comeToRest(sim: Simulation, documents: Documents, patienceMs = LIMIT_MS): Promise<End> {
  const { clock, worlds } = sim;
  const limit = clock.monotonic() + patienceMs;
  let stillSince = clock.monotonic();
  let before = '';
  while (clock.monotonic() < limit && !isCircling(sim.entries, clock.monotonic())) {
    const end = howItStands(sim, documents);
    if (stillSince + LOOK_MS < clock.monotonic() && [...end.statuses.values()].every((s) => isDone(s, end))) return end;
    const now = JSON.stringify([
      [...end.statuses].map(([name, { status }]) => [name, status.phase, status.specHash, status.holds]),
      worlds.list().map((name) => worlds.read(name)?.revision),
    ]);
    if (now !== before) stillSince = clock.monotonic();
    before = now;
    const isHeld = [...end.statuses.values()].every((s) => isDone(s, end) || isAtRest(s));
    if (isHeld && clock.monotonic() - stillSince > STILL_MS) return end;
    await clock.step(LOOK_MS);
  }
  return howItStands(sim, documents);
}

function howItStands({ clock, tree, worlds }: Simulation, documents: Documents): End {
  const declared = new Map<ClusterName, string | null>();
  for (const path of documents.paths()) {
    for (const { name, hash } of documentsIn(documents.text(path) ?? '')) {
      if (name !== null) declared.set(name, declared.has(name) ? null : hash);
    }
  }
  const all = worlds.list();
  const statuses = new Map<ClusterName, StatusFile>();
  for (const name of new Set([...all, ...declared.keys()])) {
    const text = tree.text(`${PATHS.status}/${name}.json`);
    if (text) statuses.set(name, statusIn(text));
  }
  return { at: clock.monotonic(), declared, statuses, worlds: all.flatMap((name) => worlds.read(name) ?? []) };
}

/** A few texts are looked at again and again. */
function remembered<T>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    if (known.size > 8) known.clear();
    const value = read(text);
    known.set(text, value);
    return value;
  };
}

const documentsIn = remembered((text) =>
  parseFile('end.yaml', text).documents.map(({ name, spec, complaints }) => ({
    name,
    hash: spec !== null && complaints.length === 0 ? specHashOf(spec) : null,
  })),
);
const statusIn = remembered((text) => JSON.parse(text) as StatusFile);

function isDone({ metadata, status }: StatusFile, { declared }: End): boolean {
  const hash = declared.get(metadata.name as ClusterName);
  if (hash === undefined) return status.phase === 'Deleted';
  return hash !== null && status.phase === 'Ready' && status.observedSpecHash === hash && status.specHash === hash;
}

/** Nothing is on its way: it is held, paused, or kept although its document is gone. */
function isAtRest({ status }: StatusFile): boolean {
  return !status.conditions.some(({ type }) => type === 'Reconciling');
}
