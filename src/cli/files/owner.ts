import type { StatusFile } from '../../model/status.ts';
import type { CliContext, Paths } from '../context.ts';
import { badInput } from '../exit.ts';
import { readController } from './status-files.ts';

/** Whose cluster it is: what its status says, else the controller here, else what a controller here would take. */
export async function ownerOf(status: StatusFile | null, paths: Paths, context: CliContext): Promise<string> {
  const known = status?.status.controller?.owner ?? (await readController(paths.status))?.owner;
  return known ?? (context.env.SKEP_OWNER || ownerByPaths(paths, context));
}

/** Paths of one host say nothing of another's: who shares a table is told whose clusters these are. */
export function ownerByPaths(paths: Paths, context: CliContext): string {
  if (paths.table !== undefined)
    throw badInput('--state dynamodb:// needs an owner: --owner of skep run, or SKEP_OWNER');
  return context.defaultOwner(paths);
}
