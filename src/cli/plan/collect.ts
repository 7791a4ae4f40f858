import { resolve, sep } from 'node:path';
import type { PlanFacts } from '../../controller/plan/facts.ts';
import type { Complaint } from '../../model/complaint.ts';
import type { Declared } from '../../model/declared.ts';
import type { ClusterName } from '../../model/ids.ts';
import type { Observed } from '../../model/observed.ts';
import type { CliContext, Paths } from '../context.ts';
import { badInput } from '../exit.ts';
import { allPlaces, complaintsOf, describePlace, type Place, readAsked, type SpecFile } from '../files/spec-files.ts';
import { readFleet } from '../files/status-files.ts';
import { readKept } from './kept.ts';
import { blindSpots, recordOf } from './look.ts';
import type { Planned } from './planned.ts';
import { createKept, createLive, type Subject, type WorldView } from './world-view.ts';

export interface Asked {
  /** Files or directories; empty: the whole specs directory, and clusters whose document is gone. */
  readonly files: readonly string[];
  /** Take the world from this status file, or directory of them, instead of looking. */
  readonly observed: string | null;
}

export interface Collected {
  readonly plans: readonly Planned[];
  readonly complaints: readonly Complaint[];
}

/** Plans for all that was asked. Reads only. */
export async function collectPlans(asked: Asked, paths: Paths, context: CliContext): Promise<Collected> {
  const files = await readAll(asked.files, paths, context);
  const places = allPlaces(files);
  const good = places.filter(({ document }) => document.spec !== null);
  const subjects: Subject[] = good.map((place) => ({ name: place.document.name as ClusterName, place }));
  const kept = asked.observed === null ? null : await readKept(resolve(context.cwd, asked.observed));
  if (asked.files.length === 0) {
    subjects.push(...goneFrom(places, kept?.isWhole ? [...kept.worlds.keys()] : await livingIn(paths)));
  }
  const wanted = kept === null || kept.isWhole ? subjects : subjects.filter(({ name }) => kept.worlds.has(name));
  if (kept !== null && !kept.isWhole && wanted.length === 0) {
    throw badInput(`${asked.observed} is of ${[...kept.worlds.keys()]}, and no document given here is`);
  }
  const complaints = files.flatMap(complaintsOf);
  const world = kept === null ? createLive(paths, context) : createKept(kept, context);
  try {
    const plans: Planned[] = [];
    for (const subject of wanted) {
      const plan = await planOne(subject, world, context);
      if (plan !== null) plans.push(plan);
    }
    return { plans, complaints };
  } finally {
    await world.close();
  }
}

async function readAll(asked: readonly string[], { specs }: Paths, { cwd }: CliContext): Promise<readonly SpecFile[]> {
  if (asked.length === 0) return readAsked(specs, cwd, specs);
  const found: SpecFile[] = [];
  for (const path of asked) {
    const isBelow = resolve(cwd, path).startsWith(specs + sep);
    found.push(...(await readAsked(path, cwd, isBelow ? specs : cwd)));
  }
  return found;
}

/** Living clusters that no document names any more. */
function goneFrom(places: readonly Place[], living: readonly string[]): readonly Subject[] {
  const named = new Set(places.map(({ document }) => document.name as string | null));
  return living.filter((name) => !named.has(name)).map((name) => ({ name: name as ClusterName, place: null }));
}

async function livingIn({ status }: Paths): Promise<readonly string[]> {
  const { clusters } = await readFleet(status);
  return clusters.filter((file) => file.status.phase !== 'Deleted').map((file) => file.metadata.name);
}

async function planOne(subject: Subject, world: WorldView, context: CliContext): Promise<Planned | null> {
  const [{ planRoad }, { expand }] = await Promise.all([
    import('../../controller/plan/plan-road.ts'),
    import('../../model/desired.ts'),
  ]);
  const seen = await world.look(subject);
  if (seen === null) return null;
  const { observed, owner } = seen;
  const { name, place } = subject;
  const spec = place?.document.spec ?? recordOf(observed)?.spec;
  if (!spec) return null;
  const declared: Declared = place?.document.spec
    ? { kind: 'document', desired: expand(place.document.spec, sourceOf(place)) }
    : GONE;
  return {
    name,
    provider: spec.spec.provider,
    place: place === null ? null : describePlace(place),
    warnings: place?.document.warnings ?? [],
    road: planRoad(declared, observed, factsOf(observed, owner, context)),
    observedAt: observed.now,
    blind: blindSpots(observed),
  };
}

const sourceOf = ({ file, document }: Place) => ({ path: file.shown, line: document.line, commit: null });

/** A plan looks ahead: the grace is taken to be over. */
const GONE: Declared = {
  kind: 'absent',
  absence: { firstMissedAt: null, settled: true, settlesAt: null, suspicion: null },
};

/** As the controller would have them that holds the cluster now. */
function factsOf(observed: Observed, owner: string, { version }: CliContext): PlanFacts {
  const writer = version.split('.').slice(0, 2).join('.');
  const term = recordOf(observed)?.term ?? 1;
  return { owner, term, writer, listedAt: observed.now, deletionsLastHour: 0, maxDeletions: 1 };
}
