import { mkdir } from 'node:fs/promises';
import { type EventSink, fanOut } from '../base/events.ts';
import type { RunOptions } from '../cli/context.ts';
import { createDeletionLedger, ledgerByTerm } from '../controller/deletion-ledger.ts';
import { type ControllerEnd, runController } from '../controller/loop/controller.ts';
import { realFileDoor } from '../controller/loop/file-door.ts';
import { gitAge } from '../controller/loop/git-age.ts';
import type { LeaseTimes } from '../controller/loop/lease-times.ts';
import { createParser } from '../controller/loop/parse-worker.ts';
import { createSource } from '../controller/loop/source.ts';
import { watchFiles } from '../controller/loop/watch-files.ts';
import { createRecordsReader } from '../controller/records-reader.ts';
import { runPass } from '../controller/run-pass.ts';
import type { ProviderKind } from '../model/ids.ts';
import type { Provider } from '../providers/provider.ts';
import type { OpenState } from './open-state.ts';
import { controllerId } from './owner.ts';
import type { ProviderNeeds } from './providers.ts';

/** One file may take a second to parse; then its thread is ended. */
const PARSE_LIMIT_MS = 1_000;
/** Hints make it fast; this makes it sure. Our choice: twice within the default deletion grace. */
const RELIST_MS = 10_000;

interface KeepNeeds extends Pick<ProviderNeeds, 'clock' | 'random' | 'failpoint'> {
  readonly version: string;
  readonly pid: number;
  readonly lease: LeaseTimes;
  readonly providers: Readonly<Record<ProviderKind, Provider>>;
  readonly kept: OpenState;
  readonly log: EventSink;
}

/** The controller over these providers and this state, until it ends. */
export async function keepClusters(
  options: RunOptions,
  { providers, kept, log, ...needs }: KeepNeeds,
  signal: AbortSignal,
): Promise<ControllerEnd> {
  const { paths, owner, maxDeletions } = options;
  const { clock, random, version, pid, failpoint } = needs;
  const sink = fanOut([log, kept.history]);
  const all: readonly Provider[] = Object.values(providers);
  const { statuses, lease } = kept;
  const known = (await statuses.list()).map(({ status }) => status.provider ?? '');
  const records = createRecordsReader(all, new Set(known));
  // A directory that vanished is not made anew: an empty one would speak of deletions.
  if (known.length === 0 && (await keepsNothing(records, signal))) await mkdir(paths.specs, { recursive: true });
  const ledgerOf = ledgerByTerm(async () =>
    createDeletionLedger(await statuses.list(), (await records(signal)).records),
  );
  const parser = createParser({ timeoutMs: PARSE_LIMIT_MS, clock });
  const id = controllerId(pid, random.id(4));
  const writer = version.split('.').slice(0, 2).join('.');
  const needsOfPass = { providers, statuses, ledgerOf, maxDeletions, owner, id, writer, clock, failpoint };
  try {
    return await runController(
      {
        ...options,
        id,
        pid,
        version,
        specsDirectory: paths.specs,
        source: createSource({ directory: paths.specs, door: realFileDoor, parser, ageOf: gitAge, clock }),
        watch: watchFiles(sink),
        statuses,
        inbox: kept.inbox,
        lease,
        onStandby: kept.onStandby,
        leaseTimes: needs.lease,
        records,
        hints: (onHint, stop) => {
          for (const provider of all) provider.infrastructure.hints(onHint, stop);
        },
        relistMs: RELIST_MS,
        clock,
        random,
        sink,
        reconcile: (cluster, cx) => runPass(needsOfPass, cluster, cx),
      },
      signal,
    );
  } finally {
    await parser.close();
  }
}

async function keepsNothing(read: ReturnType<typeof createRecordsReader>, signal: AbortSignal): Promise<boolean> {
  const { records, unreadable } = await read(signal);
  return records.length === 0 && unreadable.length === 0;
}
