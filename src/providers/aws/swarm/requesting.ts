import { fail, ok, type Result } from '../../../base/result.ts';
import type { ClusterName, MachineId } from '../../../model/ids.ts';
import type { Problem } from '../../../model/problem.ts';
import type { SwarmRef } from '../../provider.ts';
import { readReports } from '../table/report.ts';
import { ask, type REQUEST_VERBS } from '../table/request.ts';
import { poll, type TableSwarmOptions, termOf } from './swarm-options.ts';

type Verb = (typeof REQUEST_VERBS)[number];
type Answer = Promise<Result<void, Problem>>;

/** Going on alone first stops what runs of the old swarm: as long as for a local engine. */
const FORCE_MS = 60_000;

/** Asks one node and waits for what its report says of it. */
export function createRequesting(
  options: TableSwarmOptions,
): (ref: SwarmRef, machine: MachineId, verb: Verb, signal: AbortSignal) => Answer {
  const { table, random, times } = options;
  return async (ref, machine, verb, signal) => {
    const { cluster } = ref;
    const id = random.id(12);
    const asked = await ask(table, cluster, machine, { id, term: termOf(ref), verb, limitMs: times.beginMs }, signal);
    if (!asked.ok) return asked;
    const limitMs = times.beginMs + (verb === 'force-new' ? FORCE_MS : times.doMs);
    const answered = await poll(options, limitMs, () => answerOf(options, cluster, machine, id, signal), signal);
    return answered ?? fail({ kind: 'unreachable', what: machine, detail: `its agent did not answer "${verb}"` });
  };
}

/** What the node says came of the request `id`; null: nothing yet. */
export async function answerOf(
  { table, arnOf }: TableSwarmOptions,
  cluster: ClusterName,
  machine: MachineId,
  id: string,
  signal: AbortSignal,
): Promise<Result<void, Problem> | null> {
  const read = await readReports(table, cluster, [arnOf(cluster, machine)], signal);
  if (!read.ok) return read;
  const [report] = read.value;
  if (!report?.ok) return report ?? null;
  if (report.value?.request?.id !== id) return null;
  const { problem } = report.value.request;
  return problem ? fail(problem) : ok(undefined);
}
