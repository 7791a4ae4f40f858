import type { Command } from 'commander';
import type { ClusterSpec } from '../../model/cluster-spec/schema.ts';
import type { CliContext, Paths } from '../context.ts';
import { EXIT } from '../exit.ts';
import { parseDuration } from '../flags.ts';
import { waitFor, warnIfNobodyActs } from '../wait/wait-for.ts';

export interface SyncFlags {
  readonly sync?: true;
  readonly timeout: number;
}

export function withSync(command: Command, what = 'Ready'): Command {
  return command
    .option('--sync', `wait until it is ${what}`)
    .option('--timeout <duration>', 'with --sync: give up after this long', parseDuration, 600_000);
}

/** After an edit: with `--sync` waits until just this version is Ready. */
export async function syncReady(
  spec: ClusterSpec,
  flags: SyncFlags,
  paths: Paths,
  context: CliContext,
): Promise<number> {
  if (!flags.sync) {
    await warnIfNobodyActs(paths.status, context);
    return EXIT.asWanted;
  }
  const { specHashOf } = await import('../../model/desired.ts');
  const wish = { for: 'Ready', specHash: specHashOf(spec) } as const;
  return waitFor({ name: spec.metadata.name, wish, statusDir: paths.status, timeoutMs: flags.timeout }, context);
}
