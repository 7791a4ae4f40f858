import type { StatusFile } from '../../model/status.ts';
import type { CliContext, Paths } from '../context.ts';
import { readController } from './status-files.ts';

/** Whose cluster it is: what its status says, else the controller here, else what a controller here would take. */
export async function ownerOf(status: StatusFile | null, paths: Paths, context: CliContext): Promise<string> {
  const known = status?.status.controller?.owner ?? (await readController(paths.status))?.owner;
  return known ?? context.env.SKEP_OWNER ?? context.defaultOwner(paths);
}
