import { isWaiting } from '../../controller/store/inbox.ts';
import { say } from '../command.ts';
import type { CliContext } from '../context.ts';
import { Refusal } from '../exit.ts';
import { readStatus } from '../files/status-files.ts';
import type { Opened, Seen } from '../intents/with-cluster.ts';
import { printable } from '../render/printable.ts';
import { timeOfDay } from '../render/time.ts';

const POLL_MS = 500;

/** Says what the controller does until `done` answers something, or the time is over. Null is not yet. */
export async function follow<T>(
  { name, paths, look }: Opened,
  until: number,
  done: (seen: Seen) => Promise<T | null>,
  context: CliContext,
): Promise<T> {
  const { clock, signal } = context;
  let last = '';
  for (;;) {
    const because = (await readStatus(paths.status, name))?.status.because ?? '';
    const line = printable(because.replace(/; looks again .*$/, ''));
    if (line !== last) say(context, `${timeOfDay(clock.now())} ${name}  ${line}`);
    last = line;
    const answer = await done(await look());
    if (answer !== null) return answer;
    if (clock.now() >= until) throw new Refusal(`${name}: not done in time. ${line}`);
    await clock.sleep(POLL_MS, signal);
  }
}

/** Whether the controller is done with an intent: it stood on the record, and does no more. */
export async function isOver({ paths }: Opened, id: string, { record }: Seen): Promise<boolean> {
  return record.intents.every((intent) => intent.id !== id) && !(await isWaiting(paths.state, id));
}
