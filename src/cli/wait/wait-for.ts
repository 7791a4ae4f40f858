import { describeDuration } from '../../model/cluster-spec/duration.ts';
import { say } from '../command.ts';
import type { CliContext } from '../context.ts';
import { EXIT } from '../exit.ts';
import { isAlive, readController, readStatus } from '../files/status-files.ts';
import { printable } from '../render/printable.ts';
import { timeOfDay } from '../render/time.ts';
import { judgeWait, type Wish } from './judge-wait.ts';

export interface WaitOptions {
  readonly name: string;
  readonly wish: Wish;
  readonly statusDir: string;
  readonly timeoutMs: number;
}

/** Our choice: status files change at most a few times a second. */
const POLL_MS = 250;

/** Waits until a cluster is as wished; progress goes to stderr, one line per change. Answers the exit code. */
export async function waitFor({ name, wish, statusDir, timeoutMs }: WaitOptions, context: CliContext): Promise<number> {
  const { clock, signal } = context;
  const until = clock.monotonic() + timeoutMs;
  let last = '';
  const tell = (text: string): void => {
    const line = `${name}  ${printable(text)}`;
    if (line !== last) say(context, `${timeOfDay(clock.now())} ${line}`);
    last = line;
  };
  for (let looks = 0; ; looks++) {
    const file = await readStatus(statusDir, name);
    const judgement = judgeWait(file, wish);
    if (judgement.kind === 'done') return EXIT.asWanted;
    if (judgement.kind === 'failed') {
      tell(`will not be ${wish.for} by itself: ${judgement.because}`);
      return EXIT.trouble;
    }
    tell(`${file?.status.phase ?? 'waiting'}  ${judgement.because.replace(/; looks again .*$/, '')}`);
    if (looks === 0) await warnIfNobodyActs(statusDir, context);
    if (signal.aborted) return EXIT.trouble;
    if (clock.monotonic() >= until) {
      tell(`not ${wish.for} after ${describeDuration(timeoutMs)}: ${judgement.because}`);
      return EXIT.trouble;
    }
    await clock.sleep(Math.min(POLL_MS, until - clock.monotonic()), signal).catch(() => {}); // interrupted: one last look
  }
}

/** Files are edited and intents left whether or not somebody is there to act on them; a person should know. */
export async function warnIfNobodyActs(statusDir: string, context: CliContext): Promise<void> {
  if (isAlive(await readController(statusDir), context.clock.now())) return;
  say(context, 'No controller is running here: nothing happens until one does (skep run).');
}
