import { resolve, sep } from 'node:path';
import type { PlanFacts } from '../../controller/plan/facts.ts';
import type { Complaint } from '../../model/complaint.ts';
import type { Declared } from '../../model/declared.ts';
import type { ClusterName, ProviderKind } from '../../model/ids.ts';
import type { Observed } from '../../model/observed.ts';
import type { Provider } from '../../providers/provider.ts';
import type { CliContext, Paths } from '../context.ts';
import { badInput } from '../exit.ts';
import { ownerOf } from '../files/owner.ts';
import { allPlaces, complaintsOf, describePlace, type Place, readAsked, type SpecFile } from '../files/spec-files.ts';
import { readFleet, readStatus } from '../files/status-files.ts';
import { blindSpots, lookAt, readObserved, recordOf } from './look.ts';
import type { Planned } from './planned.ts';

export interface Asked {
  /** Files or directories; empty: the whole specs directory, and clusters whose document is gone. */
  readonly files: readonly string[];
  /** Take the world from this status file instead of looking. */
  readonly observed: string | null;
}

export interface Collected {
  readonly plans: readonly Planned[];
  readonly complaints: readonly Complaint[];
}

/** One cluster to be planned. */
interface Subject {
  readonly name: ClusterName;
  readonly place: Place | null;
}

/** Plans for all that was asked. Reads only. */
export async function collectPlans(asked: Asked, paths: Paths, context: CliContext): Promise<Collected> {
  const files = await readAll(asked.files, paths, context);
  const places = allPlaces(files);
  const good = places.filter(({ document }) => document.spec !== null);
  const subjects: Subject[] = good.map((place) => ({ name: place.document.name as ClusterName, place }));
  if (asked.files.length === 0) subjects.push(...(await goneFrom(places, paths)));
  const kept = asked.observed === null ? null : await readObserved(resolve(context.cwd, asked.observed));
  const wanted = kept === null ? subjects : subjects.filter(({ name }) => name === kept.observed.cluster);
  if (kept !== null && wanted.length === 0) {
    throw badInput(`${asked.observed} is of ${kept.observed.cluster}, and no document given here is`);
  }
  const complaints = files.flatMap(complaintsOf);
  const world = kept === null ? createLive(paths, context) : createKept(kept.observed);
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
async function goneFrom(places: readonly Place[], { status }: Paths): Promise<readonly Subject[]> {
  const named = new Set(places.map(({ document }) => document.name as string | null));
  const { clusters } = await readFleet(status);
  return clusters
    .filter((file) => file.status.phase !== 'Deleted' && !named.has(file.metadata.name))
    .map((file) => ({ name: file.metadata.name as ClusterName, place: null }));
}

interface WorldView {
  /** Null: nothing there and nothing declared. */
  look(subject: Subject): Promise<{ readonly observed: Observed; readonly owner: string } | null>;
  close(): Promise<void>;
}

function createKept(observed: Observed): WorldView {
  return { look: async () => ({ observed, owner: recordOf(observed)?.owner ?? 'nobody' }), close: async () => {} };
}

function createLive(paths: Paths, context: CliContext): WorldView {
  const providers = new Map<string, Promise<Provider>>();
  const providerFor = (kind: ProviderKind, owner: string): Promise<Provider> => {
    const key = `${kind} ${owner}`;
    const open = providers.get(key) ?? context.provider(kind, owner, paths);
    providers.set(key, open);
    return open;
  };
  return {
    async look({ name, place }) {
      const status = await readStatus(paths.status, name);
      const kind = place?.document.spec?.spec.provider ?? status?.status.provider;
      if (!kind) return null;
      const owner = await ownerOf(status, paths, context);
      const observed = await lookAt(name, place?.document.spec ?? null, await providerFor(kind, owner), context);
      return observed === null ? null : { observed, owner };
    },
    async close() {
      for (const provider of await Promise.allSettled(providers.values())) {
        if (provider.status === 'fulfilled') await provider.value.close();
      }
    },
  };
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
