import { shorten } from './shorten.ts';
import { nearest } from './suggest.ts';

/** What is wrong with the name of a time zone, with what is allowed; null: nothing. */
export function timeZoneFault(text: string): string | null {
  if (isTimeZone(text)) return null;
  const meant = nearest(text, Intl.supportedValuesOf('timeZone'));
  const hint = meant === null ? '' : `; did you mean ${JSON.stringify(meant)}?`;
  return `${JSON.stringify(shorten(text))} is no time zone (allowed: UTC, or a name such as Europe/Paris${hint})`;
}

/** Those that were found good: asking takes a third of a millisecond, and a fleet names a few of them again and again. */
const good = new Set<string>();

/** Fixed offsets such as +02:00, which some versions of Node take for a time zone, are none here. */
function isTimeZone(text: string): boolean {
  if (!/^[A-Za-z]/.test(text)) return false;
  if (good.has(text)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    good.add(text);
    return true;
  } catch {
    return false;
  }
}
