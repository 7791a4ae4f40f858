import type { ClusterSpec } from '../../model/cluster-spec/schema.ts';
import type { SimulatedCluster, SimulationReport } from '../../model/simulation-report.ts';
import { say } from '../command.ts';
import type { CliContext } from '../context.ts';
import { badInput } from '../exit.ts';
import { allPlaces, complaintLines, complaintsOf, describePlace, type Place, readAsked } from '../files/spec-files.ts';

interface Wish {
  readonly schedules: number;
  readonly seed: number;
}

/** Rehearses every cluster that is named. Null: a document is wrong, and that was said. */
export async function rehearseAll(
  asked: readonly string[],
  wish: Wish,
  context: CliContext,
): Promise<SimulationReport | null> {
  const places: Place[] = [];
  const complaints: string[] = [];
  for (const path of asked) {
    const files = await readAsked(path, context.cwd);
    complaints.push(...files.flatMap((file) => complaintLines(complaintsOf(file))));
    places.push(...allPlaces(files));
  }
  for (const line of complaints) say(context, line);
  if (complaints.length > 0) return null;
  if (places.length === 0) throw badInput(`${asked.join(', ')}: no document in there`);
  const clusters: SimulatedCluster[] = [];
  for (const versions of byName(places)) clusters.push(await rehearseOne(versions, wish, context));
  return { apiVersion: 'skep/v1alpha1', kind: 'SimulationReport', simulated: true, clusters };
}

interface Version {
  readonly place: Place;
  readonly spec: ClusterSpec;
}

/** Documents of one name are versions of one cluster, in the order in which they were given. */
function byName(places: readonly Place[]): readonly (readonly Version[])[] {
  const found = new Map<string, Version[]>();
  for (const place of places) {
    const { spec } = place.document;
    if (spec === null) continue;
    const { name } = spec.metadata;
    found.set(name, [...(found.get(name) ?? []), { place, spec }]);
  }
  return [...found.values()];
}

/** Progress is said no oftener, ms. */
const SAY_MS = 2_000;

async function rehearseOne(versions: readonly Version[], wish: Wish, context: CliContext): Promise<SimulatedCluster> {
  const { clock, signal } = context;
  let saidAt = clock.monotonic();
  const onDone = (done: number): void => {
    if (clock.monotonic() - saidAt < SAY_MS) return;
    saidAt = clock.monotonic();
    say(context, `${versions[0]?.spec.metadata.name}: ${done} of ${wish.schedules} schedules`);
  };
  const found = await context.rehearse({ versions: versions.map(({ spec }) => spec), ...wish }, onDone, signal);
  return { ...found, places: versions.map(({ place }) => describePlace(place)) };
}
