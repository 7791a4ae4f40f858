import { stat } from 'node:fs/promises';
import { ok } from '../../base/result.ts';
import type { ClusterSpec } from '../../model/cluster-spec/schema.ts';
import type { ClusterName } from '../../model/ids.ts';
import type { Observed } from '../../model/observed.ts';
import { describeProblem } from '../../model/problem.ts';
import { readRecord } from '../../model/read-record.ts';
import { readSwarmView } from '../../model/read-swarm-view.ts';
import type { ClusterRecord } from '../../model/record.ts';
import type { StatusFile } from '../../model/status.ts';
import type { Provider } from '../../providers/provider.ts';
import type { CliContext } from '../context.ts';
import { badInput } from '../exit.ts';
import { readStatusFile } from '../files/status-files.ts';

/** Looks at a cluster through its provider; changes nothing. Null: neither document nor record, so nothing to plan. */
export async function lookAt(
  cluster: ClusterName,
  spec: ClusterSpec | null,
  provider: Provider,
  { clock, signal }: CliContext,
): Promise<Observed | null> {
  const { observe } = await import('../../controller/observe.ts');
  const record = await provider.records.read(cluster, signal);
  const known = spec ?? (record.ok ? record.value?.spec : undefined);
  return known === undefined ? null : observe({ cluster, spec: known }, record, provider, clock, signal);
}

/** What could not be seen, for people. */
export function blindSpots({ record, infrastructure, swarm }: Observed): readonly string[] {
  const spots = [record, infrastructure, swarm].flatMap((look) => (look.ok ? [] : [describeProblem(look.problem)]));
  return [...new Set(spots)];
}

export const recordOf = ({ record }: Observed): ClusterRecord | null => (record.ok ? record.value : null);

/** The world as a status file kept it: a plan needs neither controller nor credentials then. */
export async function readObserved(path: string): Promise<{ readonly file: StatusFile; readonly observed: Observed }> {
  const file = await readStatusFile(path);
  if ('why' in file) throw badInput(`${path}: ${file.why}`);
  const kept = file.status.observation as Partial<Observed> | null | undefined;
  if (!kept || ![kept.record, kept.infrastructure, kept.swarm].every(isLook)) {
    throw badInput(`${path}: it holds no observation; only a status that a controller wrote after a look does`);
  }
  const now = typeof kept.now === 'number' ? kept.now : (await stat(path)).mtimeMs;
  const { infrastructure, ...rest } = kept as Observed;
  const cluster = file.metadata.name as ClusterName;
  const record = rest.record.ok && rest.record.value !== null ? readRecord(cluster, rest.record.value) : rest.record;
  const swarm = rest.swarm.ok && rest.swarm.value ? ok(readSwarmView(rest.swarm.value)) : rest.swarm;
  return { file, observed: { cluster, now, record, infrastructure, swarm } };
}

function isLook(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof (value as { ok?: unknown }).ok === 'boolean';
}
