import { leaveIntent } from '../../controller/store/inbox.ts';
import type { ClusterName, MachineId } from '../../model/ids.ts';
import type { Intent } from '../../model/record.ts';
import type { Recovery } from '../../model/recovery.ts';
import type { CliContext, Paths } from '../context.ts';
import { badInput } from '../exit.ts';
import { placesOf, readSpecDirectory } from '../files/spec-files.ts';
import { readStatus } from '../files/status-files.ts';
import { warnIfNobodyActs } from '../wait/wait-for.ts';
import { withInbox } from './with-inbox.ts';

export interface Ask {
  readonly kind: Intent['kind'];
  readonly reason: string | null;
  /** ms since the epoch; null: until taken back. */
  readonly until: number | null;
  /** See `documentSeen`. */
  readonly specHash?: string | null;
  readonly recovery?: Recovery;
  readonly machine?: MachineId;
}

/** Hands an intent to whoever holds the lease, through its inbox. Says so when nobody is there. Answers its id. */
export async function askController(name: string, ask: Ask, paths: Paths, context: CliContext): Promise<string> {
  const { random, clock, env } = context;
  const by = env.USER || env.LOGNAME || 'somebody';
  const intent: Intent = { id: random.id(16), by, at: clock.now(), ...ask };
  const pending = { cluster: name as ClusterName, intent };
  await withInbox(name, paths, context, (directory, disk) => leaveIntent(directory, pending, disk));
  await warnIfNobodyActs(paths.status, context);
  return intent.id;
}

/** Hash of the document that a word about its rollout is said about; null: there is not exactly one good one. */
export async function documentSeen(name: string, { specs }: Paths): Promise<string | null> {
  const [place, ...more] = placesOf(await readSpecDirectory(specs), name);
  if (!place?.document.spec || more.length > 0) return null;
  const { specHashOf } = await import('../../model/desired.ts');
  return specHashOf(place.document.spec);
}

/** A name that nobody knows is a slip of the keyboard. */
export async function expectKnown(name: string, { specs, status }: Paths): Promise<void> {
  if ((await readStatus(status, name)) !== null) return;
  if (placesOf(await readSpecDirectory(specs), name).length > 0) return;
  throw badInput(`nothing is known of ${name}: no document in ${specs}, no status in ${status}`);
}
