import process from 'node:process';
import { runAgent } from '../agent/agent.ts';
import type { AgentTimes } from '../agent/agent-options.ts';
import { type Identity, readIdentity, readTag } from '../agent/identity.ts';
import { createMetadata, type Metadata } from '../agent/metadata.ts';
import { createOwnNode } from '../agent/own-node.ts';
import { createTermination } from '../agent/termination/termination.ts';
import { together } from '../base/concurrency.ts';
import type { EventSink } from '../base/events.ts';
import type { AgentRunOptions } from '../cli/context.ts';
import { createLogSink } from '../controller/store/log-sink.ts';
import type { ClusterName, MachineId } from '../model/ids.ts';
import { describeProblem } from '../model/problem.ts';
import { createDynamoDb } from '../providers/aws/dynamodb.ts';
import { createTable } from '../providers/aws/table/table.ts';
import { createAutoScaling, createTerminationHook } from '../providers/aws/termination-hook.ts';
import { createHostEngine } from '../providers/local/host.ts';
import type { RunNeeds } from './run-skep.ts';

export interface AgentNeeds extends Pick<RunNeeds, 'dockerHost' | 'clock' | 'random' | 'failpoint' | 'version'> {
  /** `AWS_EC2_METADATA_SERVICE_ENDPOINT`. */
  readonly metadataEndpoint: string | undefined;
  readonly times: AgentTimes;
}

/** Metadata that does not answer is asked again this often; its own tries take 5 s. Our choice. */
const METADATA_AGAIN_MS = 5_000;

/** Auto Scaling puts it on its instances (Auto Scaling User Guide, "Tag Auto Scaling groups and instances"). */
const GROUP_TAG = 'aws:autoscaling:groupName';
/** The hook of a group whose instances are drained before they are terminated. Our choice. */
const TERMINATION_HOOK = 'skep-terminate';

/** `skep agent`: builds what one node's agent needs and runs it until it is stopped. Answers the exit code. */
export async function runSkepAgent(options: AgentRunOptions, needs: AgentNeeds, signal: AbortSignal): Promise<number> {
  const { dockerHost, metadataEndpoint, clock, random, version, failpoint, times } = needs;
  const write = (line: string): void => void process.stderr.write(line);
  const sink = createLogSink({ level: 'info', format: 'json', clock, write, color: false });
  const metadata = createMetadata({ clock, endpoint: metadataEndpoint });
  const who = await learnWho(metadata, needs, sink, signal);
  if (!who) return 0;
  const cluster = options.cluster as ClusterName;
  const machine = who.instanceId as MachineId;
  const { arn, address } = who;
  const client = createDynamoDb({ region: who.region });
  const writer = version.split('.').slice(0, 2).join('.');
  const table = createTable({ client, name: options.table, writer, clock, random });
  const engine = createHostEngine(dockerHost, clock);
  const node = createOwnNode({ cluster, machine, address, engine, clock, failpoint });
  const scaling = createAutoScaling({ region: who.region });
  const held = { clock, group: who.group ?? '', hook: TERMINATION_HOOK, instanceId: who.instanceId };
  const hook = who.group === null ? null : createTerminationHook({ ...held, client: scaling });
  const common = { cluster, machine, table, clock, random, sink };
  const termination = createTermination({ ...common, metadata, hook, look: node.look, engine: node.engine });
  const agent = { ...common, arn, address, node, leaving: termination.leaving, failpoint, times };
  try {
    await together(signal, (inner) => [runAgent(agent, inner), termination.run(inner)]);
    return 0;
  } finally {
    engine.close();
    client.destroy();
    scaling.destroy();
  }
}

/** Without it nothing can be done, so it is asked until it answers; null: stopped before. */
async function learnWho(
  metadata: Metadata,
  { clock }: AgentNeeds,
  sink: EventSink,
  signal: AbortSignal,
): Promise<(Identity & { readonly group: string | null }) | null> {
  try {
    for (let isTold = false; ; isTold = true) {
      const read = await readIdentity(metadata, signal);
      const group = read.ok ? await readTag(metadata, GROUP_TAG, signal) : read;
      if (read.ok && group.ok) return { ...read.value, group: group.value };
      if (!isTold && !group.ok) sink.emit('SKP605', { what: describeProblem(group.problem) });
      await clock.sleep(METADATA_AGAIN_MS, signal);
    }
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  }
}
