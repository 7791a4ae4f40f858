import { parseFile } from '../../src/model/cluster-spec/parse.ts';
import type { ClusterSpec } from '../../src/model/cluster-spec/schema.ts';
import { expand } from '../../src/model/desired.ts';
import type { ClusterRecord } from '../../src/model/record.ts';
import type { StatusFile } from '../../src/model/status.ts';
import type { World } from '../../src/providers/simulated/world.ts';
import { SOURCE } from './builders.ts';
import { createKeeper } from './keeper.ts';

/** Everything durable that this version writes, of one small life: what a later version must be able to read. */
export interface Formats {
  readonly record: ClusterRecord;
  readonly status: StatusFile;
  readonly world: World;
  /** Hash of each provider's machines, with what went into it. */
  readonly machineHash: readonly { readonly provider: string; readonly inputs: unknown; readonly hash: string }[];
  /** Swarm node labels: of an admitted manager and worker, and of a worker that is being drained. */
  readonly nodeLabels: Readonly<Record<'manager' | 'worker' | 'leaving', Readonly<Record<string, string>>>>;
}

export function documentOf(yaml: string): ClusterSpec {
  const [document] = parseFile('demo.yaml', yaml).documents;
  if (!document?.spec || document.complaints.length > 0) throw new Error(JSON.stringify(document?.complaints));
  return document.spec;
}

/** The formats as they are now, of a simulated life of this document. The same seed, so the same names and times. */
export async function writeFormats(yaml: string): Promise<Formats> {
  const spec = documentOf(yaml);
  const keeper = createKeeper(1, { withRoads: true });
  const say = (next: ClusterSpec): void => keeper.say({ kind: 'document', desired: expand(next, SOURCE) });
  say(spec);
  await keeper.keep();
  // A node that comes to a living cluster tells how long it took.
  const lost = keeper.worlds.read(keeper.cluster)?.machines.findLast((m) => m.pool === 'managers');
  if (lost) await keeper.acts.removeMachine(keeper.cluster, lost.id);
  await keeper.keep();
  await keeper.acts.deployService(keeper.cluster, { name: 'hello', replicas: 4 });
  await keeper.clock.step(60_000);
  await keeper.pass();
  const status = keeper.status();
  const world = keeper.worlds.read(keeper.cluster);
  if (!world?.record) throw new Error('no world');
  const labelsOf = (pool: string, leaving: boolean) => {
    const members = keeper.worlds.read(keeper.cluster)?.swarms[0]?.members ?? [];
    return members.find((m) => m.labels['skep.pool'] === pool && (m.labels['skep.intent'] !== undefined) === leaving)
      ?.labels;
  };
  const [manager, worker] = [labelsOf('managers', false), labelsOf('web', false)];
  say(withWorkers(spec, 1));
  let leaving = labelsOf('web', true);
  for (let passes = 0; !leaving && passes < 20; passes++) {
    await keeper.pass();
    leaving = labelsOf('web', true);
  }
  if (!manager || !worker || !leaving) throw new Error('no labels');
  const machineHash = (['simulated', 'local'] as const).map((provider) => {
    const pool = expand({ ...spec, spec: { ...spec.spec, provider } }, SOURCE).pools[0];
    return { provider, inputs: pool?.hashInputs, hash: pool?.machineHash ?? '' };
  });
  return structuredClone({
    record: world.record,
    status,
    world,
    machineHash,
    nodeLabels: { manager, worker, leaving },
  });
}

/** So many in each pool. */
function withWorkers(spec: ClusterSpec, count: number): ClusterSpec {
  return { ...spec, spec: { ...spec.spec, workers: spec.spec.workers.map((pool) => ({ ...pool, count })) } };
}

/** Every path of a JSON value with the kinds of values found there: a format, without what happens to stand in it. */
export function shapeOf(value: unknown): readonly string[] {
  const kinds = new Map<string, Set<string>>();
  collect(value, '', kinds);
  return [...kinds].map(([path, kind]) => `${path}: ${[...kind].sort().join(' | ')}`).sort();
}

function collect(value: unknown, path: string, kinds: Map<string, Set<string>>): void {
  const kind = value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value;
  kinds.set(path, (kinds.get(path) ?? new Set()).add(kind));
  if (Array.isArray(value)) for (const entry of value) collect(entry, `${path}[]`, kinds);
  else if (value !== null && typeof value === 'object')
    for (const [key, entry] of Object.entries(value)) collect(entry, `${path}.${withoutFacts(key)}`, kinds);
}

/** Keys that are facts themselves (hashes, versions) count as one. */
const withoutFacts = (key: string): string =>
  key.replace(/^(v\d+:)[0-9a-f]+$/, '$1…').replace(/^\d+(\.\d+)+$/, '<version>');
