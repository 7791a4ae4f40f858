import { Cron } from 'croner';
import { isoTime } from '../iso-time.ts';
import { shorten } from './shorten.ts';

/** Times that a cron expression names, in ms since the epoch. */
export interface Starts {
  /** The last at or before `at`; null: none. */
  readonly last: (at: number) => number | null;
  /** The first after `at`; null: none. */
  readonly next: (at: number) => number | null;
}

const FIELDS = 5;
const ALLOWED = 'allowed: minute, hour, day of month, month and day of week, such as 0 2 * * 2,4';
/** From here the next start is sought, so that a text is good or wrong whatever today is: 1 January 2026, UTC. */
const REFERENCE = 1_767_225_600_000;
/** Cron knows no finer time. */
const MINUTE_MS = 60_000;

/** Pure: times are given. Throws on a text or a time zone that does not parse. */
export function startsOf(text: string, timeZone: string): Starts {
  const cron = new Cron(text, { timezone: timeZone, mode: '5-part', paused: true });
  const nextMinute = (at: number): number => Math.floor(at / MINUTE_MS + 1) * MINUTE_MS;
  return {
    // The library answers with starts before the minute that it is asked at.
    last: (at) => cron.previousRuns(1, isoTime(nextMinute(at)))[0]?.getTime() ?? null,
    next: (at) => cron.nextRun(isoTime(at))?.getTime() ?? null,
  };
}

/** What is wrong with a cron expression, with what is allowed; null: nothing. */
export function cronFault(text: string): string | null {
  const quoted = JSON.stringify(shorten(text));
  if (text.trim().split(/\s+/).length !== FIELDS) return `${quoted} has not five fields (${ALLOWED})`;
  try {
    const comes = startsOf(text, 'UTC').next(REFERENCE) !== null;
    return comes ? null : `${quoted} never comes (allowed: a day that there is)`;
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
    return `${quoted} is no cron expression: ${shorten(why)} (${ALLOWED})`;
  }
}
