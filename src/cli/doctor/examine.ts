import type { ClusterSpec } from '../../model/cluster-spec/schema.ts';
import type { Finding } from '../../model/finding.ts';
import type { HostExam } from '../../providers/provider.ts';
import type { CliContext, Paths } from '../context.ts';
import { judgeAddresses } from './judge-addresses.ts';
import { judgeEngine } from './judge-engine.ts';
import { judgeHost } from './judge-host.ts';
import { judgeNode } from './judge-node.ts';
import { judgePlace } from './judge-place.ts';
import { judgePorts } from './judge-ports.ts';
import { readPlaceFacts } from './place-facts.ts';
import { ok, type Wanted, wantedOf } from './wanted.ts';

/** Everything that can be told before `specs` are made here; null: what `npm start` would make. */
export async function examine(
  specs: readonly ClusterSpec[] | null,
  paths: Paths,
  context: CliContext,
): Promise<readonly Finding[]> {
  const place = judgePlace(await readPlaceFacts(paths, context));
  const wanted =
    specs === null
      ? [await demoWanted()]
      : specs.filter(({ spec }) => spec.provider === 'local').map((spec) => wantedOf(spec));
  if (wanted.length === 0) return [ok('engine', 'no cluster here needs a Docker engine'), ...place];
  const exam = await context.hostExam();
  try {
    return [...(await examineHost(exam, wanted, context.signal)), ...place];
  } finally {
    exam.close();
  }
}

/** What is asked of Docker and of the host under it. A node is tried for each way in which one is declared. */
async function examineHost(exam: HostExam, wanted: readonly Wanted[], signal: AbortSignal): Promise<Finding[]> {
  const answer = await exam.engine(signal);
  const findings = [...judgeEngine(answer, wanted)];
  const isSpokenWith = !findings.some(({ check, level }) => check === 'api' && level === 'trouble');
  if (!answer.answers || !isSpokenWith) return findings;
  for (const one of oneOfEachWay(wanted)) {
    findings.push(judgeNode(await exam.tryNode(one.local, false, signal), one));
  }
  const { facts } = answer;
  return [...findings, ...judgeHost(facts, wanted), ...judgeAddresses(facts, wanted), ...judgePorts(facts, wanted)];
}

function oneOfEachWay(wanted: readonly Wanted[]): readonly Wanted[] {
  const wayOf = ({ local: { image, privileged, capAdd, securityOpt, cgroup, binds } }: Wanted): string =>
    JSON.stringify([image, privileged, capAdd, securityOpt, cgroup, binds]);
  return [...new Map(wanted.map((one) => [wayOf(one), one])).values()];
}

/** What `npm start` writes where nothing is declared yet. */
export async function demoWanted(): Promise<Wanted> {
  const { clusterSpecSchema } = await import('../../model/cluster-spec/schema.ts');
  const plainest = {
    apiVersion: 'skep/v1alpha1',
    kind: 'ClusterSpec',
    metadata: { name: 'demo' },
    spec: { provider: 'local', managers: { count: 1 }, workers: [{ name: 'web', count: 2 }] },
  };
  return wantedOf(clusterSpecSchema.parse(plainest), null);
}
