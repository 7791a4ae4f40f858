import { describeDuration } from '../../model/cluster-spec/duration.ts';

/** `14:02:11`, in the reader's own time zone. */
export function timeOfDay(ms: number): string {
  const date = new Date(ms);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((n) => String(n).padStart(2, '0')).join(':');
}

/** `2026-11-21 14:02:11`, in the reader's own time zone. */
export function dayAndTime(ms: number): string {
  const date = new Date(ms);
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((n) => String(n).padStart(2, '0'));
  return `${day.join('-')} ${timeOfDay(ms)}`;
}

/** `3m20s ago`; the two largest units are enough. */
export function ago(then: number, now: number): string {
  const ms = now - then;
  if (ms < 1_000) return 'just now';
  const units = describeDuration(ms).match(/\d+[a-z]+/g) ?? [];
  return `${units.slice(0, 2).join('')} ago`;
}
