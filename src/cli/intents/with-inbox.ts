import { type Disk, realDisk } from '../../controller/store/disk.ts';
import type { CliContext, Paths } from '../context.ts';
import { ownerOf } from '../files/owner.ts';
import { readStatus } from '../files/status-files.ts';

/** Calls `use` with the place of the controller's inbox: the state directory, or the table that holds the state. */
export async function withInbox<T>(
  name: string,
  paths: Paths,
  context: CliContext,
  use: (directory: string, disk: Disk) => Promise<T>,
): Promise<T> {
  if (paths.table === undefined) return use(paths.state, realDisk);
  const owner = await ownerOf(await readStatus(paths.status, name), paths, context);
  const shared = await context.sharedState(paths.table, owner);
  try {
    return await use('/', shared.disk);
  } finally {
    await shared.close();
  }
}
