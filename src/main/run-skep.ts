import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import type { EventSink } from '../base/events.ts';
import type { RunOptions } from '../cli/context.ts';
import type { ControllerEnd } from '../controller/loop/controller.ts';
import type { LeaseTimes } from '../controller/loop/lease-times.ts';
import { createLogSink } from '../controller/store/log-sink.ts';
import { keepClusters } from './keep-clusters.ts';
import { openState } from './open-state.ts';
import { buildProvider, type ProviderNeeds } from './providers.ts';

export interface RunNeeds extends Omit<ProviderNeeds, 'owner' | 'state'> {
  readonly pid: number;
  readonly lease: LeaseTimes;
}

/** `skep run`: builds the stores and providers, runs the controller, and answers the exit code. */
export async function runSkep(options: RunOptions, needs: RunNeeds, signal: AbortSignal): Promise<number> {
  const { paths, owner } = options;
  for (const path of [paths.status, paths.state]) await mkdir(path, { recursive: true });
  const providers = {
    aws: await buildProvider('aws', { ...needs, owner, state: paths.state }),
    local: await buildProvider('local', { ...needs, owner, state: paths.state }),
    simulated: await buildProvider('simulated', { ...needs, owner, state: paths.state }),
  };
  const log = openLog(options, needs);
  const kept = await openState(options, needs, log.sink);
  try {
    const end = await keepClusters(options, { ...needs, providers, kept, log: log.sink }, signal);
    return exitCodeOf(end, log.sink);
  } finally {
    await Promise.all(Object.values(providers).map((provider) => provider.close()));
    await kept.close();
    log.close();
  }
}

function openLog(options: RunOptions, { clock }: RunNeeds): { sink: EventSink; close: () => void } {
  if (options.logLevel === 'silent') return { sink: { emit: () => {} }, close: () => {} };
  const file = options.logToFile ? createWriteStream(join(options.paths.state, 'skep.log'), { flags: 'a' }) : null;
  const write = (line: string): void => void (file ?? process.stderr).write(line);
  const color = !file && process.stderr.isTTY === true && !process.env.NO_COLOR;
  const sink = createLogSink({ level: options.logLevel, format: options.logFormat, clock, write, color });
  return { sink, close: () => void file?.end() };
}

/** `--once`: 0 when everything rests as wanted, else 1 with the reasons. */
function exitCodeOf(end: ControllerEnd, sink: EventSink): number {
  if (end.kind === 'stopped') return 0;
  const troubled = end.clusters.filter((cluster) => !cluster.ok);
  for (const { name, because } of troubled) sink.emit('SKP203', { cluster: name, what: because });
  return troubled.length === 0 && end.complaints.length === 0 && !end.vanished ? 0 : 1;
}
