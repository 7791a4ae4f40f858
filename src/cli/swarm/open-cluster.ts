import type { ClusterName } from '../../model/ids.ts';
import type { CliContext, Paths } from '../context.ts';
import { badInput, Refusal } from '../exit.ts';
import { ownerOf } from '../files/owner.ts';
import { readStatus } from '../files/status-files.ts';
import { type Door, openDoor } from './door.ts';

/** A socket that leads to a cluster's swarm. The status tells which provider and owner; `close` lets go of both. */
export async function openCluster(name: string, paths: Paths, context: CliContext): Promise<Door> {
  const status = await readStatus(paths.status, name);
  if (status === null)
    throw badInput(`no status of ${name} in ${paths.status}: is it declared, and did a controller run?`);
  const { provider: kind, simulated, phase } = status.status;
  if (simulated || kind === 'simulated') throw new Refusal(`${name} is simulated: there is no engine to talk to.`);
  if (kind === null || phase === 'Deleted') throw new Refusal(`${name} is not there (${phase}).`);
  const provider = await context.provider(kind, await ownerOf(status, paths, context), paths);
  try {
    const door = await openDoor((signal) => provider.dial(name as ClusterName, signal), context.signal);
    return {
      path: door.path,
      close: async () => {
        await door.close();
        await provider.close();
      },
    };
  } catch (error) {
    await provider.close();
    throw error;
  }
}
