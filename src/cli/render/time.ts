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

/** `3m20s`; the two largest units are enough. */
export function span(then: number, now: number): string {
  const units = describeDuration(Math.max(0, now - then)).match(/\d+[a-z]+/g) ?? [];
  return units.slice(0, 2).join('');
}

/** `3m20s ago` */
export const ago = (then: number, now: number): string => (now - then < 1_000 ? 'just now' : `${span(then, now)} ago`);
