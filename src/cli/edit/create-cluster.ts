import { relative } from 'node:path';
import { print } from '../command.ts';
import type { CliContext, Paths } from '../context.ts';
import { printable } from '../render/printable.ts';
import { createDocument, type Wanted } from './new-document.ts';
import { type SyncFlags, syncReady } from './sync.ts';

/** Declares a cluster, says what was written, and with `--sync` waits until it is Ready. */
export async function createCluster(
  wanted: Wanted,
  flags: SyncFlags,
  paths: Paths,
  context: CliContext,
): Promise<number> {
  const { path, spec } = await createDocument(wanted, paths, context);
  const { provider, managers, workers } = spec.spec;
  const nodes = managers.count + workers.reduce((sum, pool) => sum + pool.count, 0);
  const shown = relative(context.cwd, path);
  print(
    context,
    `${printable(shown.startsWith('..') ? path : shown)} declares ${wanted.name}: ${provider}, ${nodes} nodes.`,
  );
  return syncReady(spec, flags, paths, context);
}
