import { join } from 'node:path';
import { z } from 'zod';
import { describeError, type EventSink } from '../../base/events.ts';
import type { ClusterName, MachineId } from '../../model/ids.ts';
import type { Intent } from '../../model/record.ts';
import { recoverySchema } from '../../model/recovery.ts';
import { type Disk, realDisk } from './disk.ts';

/** An operator's word on its way to the holder of the lease: `<state>/intents/<id>.json`. */
export interface PendingIntent {
  readonly cluster: ClusterName;
  readonly intent: Intent;
}

/** The holder's side. */
export interface Inbox {
  /** All that wait, oldest first. What cannot be read is moved aside and said once. */
  list(): Promise<readonly PendingIntent[]>;
  /** Once the intent stands on the record. Removing one already gone succeeds. */
  remove(id: string): Promise<void>;
  /** Where to watch for new ones; null: nowhere, they are seen at the next listing. */
  readonly directory: string | null;
}

const KINDS = {
  pause: true,
  resume: true,
  confirm: true,
  retry: true,
  abort: true,
  rollout: true,
  rebalance: true,
  recover: true,
  backup: true,
} as const satisfies Record<Intent['kind'], true>;
/** An intent has a few hundred bytes. */
const MAX_BYTES = 65_536;
const ID = /^[A-Za-z0-9_-]{1,64}$/;
const ASIDE = 'unreadable';

const fileSchema = z.strictObject({
  id: z.string().regex(ID),
  cluster: z.string().regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/),
  intent: z.strictObject({
    id: z.string().regex(ID),
    kind: z.enum(Object.keys(KINDS) as Intent['kind'][]),
    by: z.string(),
    at: z.number(),
    reason: z.string().nullable(),
    until: z.number().nullable(),
    specHash: z.exactOptional(z.string().nullable()),
    recovery: z.exactOptional(recoverySchema),
    machine: z.exactOptional(z.string().transform((text) => text as MachineId)),
  }),
});

const intentsDirectory = (stateDirectory: string): string => join(stateDirectory, 'intents');

/** Leaves an intent for whoever holds the lease. The same id again replaces it. For commands. */
export async function leaveIntent(
  stateDirectory: string,
  { cluster, intent }: PendingIntent,
  disk: Disk = realDisk,
): Promise<void> {
  const directory = intentsDirectory(stateDirectory);
  const file = fileSchema.parse({ id: intent.id, cluster, intent });
  await disk.mkdir(directory);
  await disk.write(join(directory, `${intent.id}.json`), `${JSON.stringify(file, null, 2)}\n`);
}

/** Whether it still lies there, not taken up yet. For commands. */
export async function isWaiting(stateDirectory: string, id: string, disk: Disk = realDisk): Promise<boolean> {
  return disk.size(join(intentsDirectory(stateDirectory), `${id}.json`)).then(
    () => true,
    () => false,
  );
}

export function createInbox(
  stateDirectory: string,
  sink: EventSink,
  disk: Disk = realDisk,
): Inbox & { readonly directory: string } {
  const directory = intentsDirectory(stateDirectory);

  async function read(name: string): Promise<PendingIntent | null> {
    const path = join(directory, name);
    try {
      const size = await disk.size(path);
      if (size > MAX_BYTES) throw new Error(`${size} bytes (allowed: ${MAX_BYTES})`);
      const { id, cluster, intent } = fileSchema.parse(JSON.parse(await disk.readText(path)));
      if (`${id}.json` !== name || intent.id !== id) throw new Error('its name is not its id');
      return { cluster: cluster as ClusterName, intent };
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      sink.emit('SKP416', { what: `${path}: ${describeError(error)}` });
      await disk.mkdir(join(directory, ASIDE));
      await disk.rename(path, join(directory, ASIDE, name));
      return null;
    }
  }

  return {
    directory,
    async list() {
      await disk.mkdir(directory);
      const names = (await disk.readdir(directory)).filter((name) => name.endsWith('.json') && !name.startsWith('.'));
      const found: PendingIntent[] = [];
      for (const name of names) {
        const pending = await read(name);
        if (pending) found.push(pending);
      }
      return found.sort((a, b) => a.intent.at - b.intent.at || (a.intent.id < b.intent.id ? -1 : 1));
    },
    async remove(id) {
      if (ID.test(id)) await disk.remove(join(directory, `${id}.json`));
    },
  };
}
