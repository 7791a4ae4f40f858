import { canonicalJson } from '../model/hash.ts';
import { ring } from '../providers/aws/table/bell.ts';
import { type Report, writeReport } from '../providers/aws/table/report.ts';
import type { AgentOptions, Memory } from './agent-options.ts';
import type { Mail } from './mail.ts';

/**
 * Says what the engine says: for every look, and whenever it is something else than last time. Then the bell is rung, since
 * nothing else tells the controller of a node that the swarm does not show. The engine is asked after the look was read.
 */
export function createReporting(
  { cluster, machine, arn, address, table, node, leaving, random, clock }: AgentOptions,
  memory: Memory,
): (mail: Mail, signal: AbortSignal) => Promise<void> {
  let last: { readonly look: number; readonly text: string } | null = null;

  return async ({ look }, signal) => {
    const engine = await node.engine(signal);
    memory.engine = engine.ok ? engine.value : null;
    const report: Report = {
      machine,
      look: look?.look ?? 0,
      address,
      engine: memory.engine,
      request: memory.request,
      leaving: leaving(),
    };
    const text = canonicalJson({ ...report, look: 0 });
    if (last?.look === report.look && last.text === text) return;
    const written = await writeReport(table, cluster, { arn, now: clock.now() }, report, signal);
    if (!written.ok) return; // the next turn tries again
    const isNews = last !== null && last.text !== text;
    last = { look: report.look, text };
    if (isNews) await ring(table, cluster, random.id(8), signal);
  };
}
