import { isWaiting } from '../../controller/store/inbox.ts';
import { say } from '../command.ts';
import type { CliContext } from '../context.ts';
import { Refusal } from '../exit.ts';
import { readStatus } from '../files/status-files.ts';
import type { Opened, Seen } from '../intents/with-cluster.ts';
import { withInbox } from '../intents/with-inbox.ts';
import { printable } from '../render/printable.ts';
import { timeOfDay } from '../render/time.ts';

const POLL_MS = 500;

export interface Following {
  /** The intent that is followed. */
  readonly id: string;
  /** Wall time at which it is given up, ms since the epoch. */
  readonly until: number;
}

/**
 * Says what the controller does until `done` answers something, or the time is over. Null is not yet.
 * `isOver`: the controller is done with the intent, one way or another.
 */
export async function follow<T>(
  { name, paths, look }: Pick<Opened, 'name' | 'paths' | 'look'>,
  { id, until }: Following,
  done: (seen: Seen, isOver: boolean) => T | null,
  context: CliContext,
): Promise<T> {
  const { clock, signal } = context;
  let last = '';
  for (;;) {
    const because = (await readStatus(paths.status, name))?.status.because ?? '';
    const line = printable(because.replace(/; looks again .*$/, ''));
    if (line !== last) say(context, `${timeOfDay(clock.now())} ${name}  ${line}`);
    last = line;
    // In this order: an intent that moves from the inbox onto the record meanwhile is not taken for one that is over.
    const isLeft = await withInbox(name, paths, context, (directory, disk) => isWaiting(directory, id, disk));
    const seen = await look();
    const answer = done(seen, !isLeft && seen.record.intents.every((intent) => intent.id !== id));
    if (answer !== null) return answer;
    if (clock.now() >= until) throw new Refusal(`${name}: not done in time. ${line}`);
    await clock.sleep(POLL_MS, signal);
  }
}
