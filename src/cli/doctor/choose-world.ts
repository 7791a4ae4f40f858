import type { Finding } from '../../model/finding.ts';
import type { CliContext } from '../context.ts';
import type { World } from '../demo.ts';
import { demoWanted } from './examine.ts';
import { judgeEngine } from './judge-engine.ts';
import { judgeHost } from './judge-host.ts';
import { judgeNode } from './judge-node.ts';

/** Measured: 1.6–2.3 GB for 40 idle nodes; a node's disk is what its images and tasks take. */
const COST = 'each node takes about 60 MB of memory idle, 1–4 s to come up, and the disk of what runs in it';

/** The world that `npm start` can offer here, by the judgement of `skep doctor`: local unless something is in trouble. */
export async function chooseWorld(context: CliContext): Promise<World> {
  const { signal } = context;
  const wanted = await demoWanted();
  const exam = await context.hostExam();
  try {
    const answer = await exam.engine(signal);
    const before = judgeEngine(answer, [wanted]);
    if (!answer.answers || troubleOf(before)) return simulated(before);
    const host = judgeHost(answer.facts, [wanted]);
    if (troubleOf(host)) return simulated(host);
    const trial = await exam.tryNode(wanted.local, true, signal);
    if (trial.kind !== 'runs') return simulated([judgeNode(trial, wanted)]);
    const { image } = wanted.local;
    return { provider: 'local', image, imageOrigin: trial.imageOrigin, cost: COST, local: trial.further };
  } finally {
    exam.close();
  }
}

const troubleOf = (findings: readonly Finding[]): Finding | undefined =>
  findings.find(({ level }) => level === 'trouble');

const simulated = (findings: readonly Finding[]): World => ({
  provider: 'simulated',
  reason: troubleOf(findings)?.saw ?? 'it cannot be told whether the Docker engine here can run a node',
});
