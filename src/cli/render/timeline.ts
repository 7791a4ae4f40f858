import type { Timeline } from '../../model/simulation-report.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';
import { span } from './time.ts';
import { columnsOf, cut, wrap } from './wrap.ts';

type Row = Timeline['rows'][number];

/** Happenings that are written out; more would bury the picture. */
const SHOWN = 26;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const NAME_WIDTH = 14;

/** One column per slice of time, one row per pool and service: digits, so that it needs no colour. */
export function drawTimeline(timeline: Timeline, isBroken: boolean, width: number, paint: Paint): readonly string[] {
  const { seed, everyMs, rows, happenings } = timeline;
  const slices = Math.min(rows[0]?.values.length ?? 0, width - NAME_WIDTH - 3);
  const shown = happenings.slice(0, SHOWN);
  const legend = `Seed ${seed}, the schedule that ${isBroken ? 'broke an invariant' : 'took longest'}. A column is ${span(0, everyMs)} and shows the lowest in it; - is below 0, + above 9.`;
  return [
    ...wrap(legend, width - 2).map((line) => `  ${line}`),
    line('', axis(slices, everyMs)),
    ...rows.map((row) =>
      line(row.name, [...row.values.slice(0, slices)].map((value, i) => cell(row, value, i, paint)).join('')),
    ),
    line('', marks(shown, slices, everyMs)),
    ...shown.flatMap(({ at, what }, i) => {
      const lead = `  ${LETTERS[i]} ${moment(at).padStart(7)}  `;
      return wrap(printable(what), width - lead.length).map(
        (text, n) => (n === 0 ? lead : ' '.repeat(lead.length)) + text,
      );
    }),
    ...(happenings.length > SHOWN ? [`  … and ${happenings.length - SHOWN} more: see -o json`] : []),
  ].map((text) => text.trimEnd());
}

function line(name: string, cells: string): string {
  const label = cut(printable(name), NAME_WIDTH);
  return `  ${label}${' '.repeat(NAME_WIDTH - columnsOf(label))} ${cells}`;
}

function cell({ of, values }: Row, value: number | null, at: number, paint: Paint): string {
  if (value === null) return ' ';
  const text = value < 0 ? '-' : value > 9 ? '+' : String(value);
  if (of === 'margin') return paint(value < 0 ? 'bad' : value === 0 ? 'warn' : 'plain', text);
  const before = values.slice(0, at).findLast((one) => one !== null) ?? 0;
  return paint(value < before ? 'warn' : 'plain', text);
}

const moment = (at: number): string => (at < 1_000 ? '0s' : span(0, at));

/** `0s        1m40s     3m20s`: every tenth column. */
function axis(slices: number, everyMs: number): string {
  let text = '';
  for (let i = 0; i < slices; i += 10) text = text.padEnd(i) + moment(i * everyMs);
  return text;
}

/** Letters below the columns in which something happened; `*` where it was more than one. */
function marks(happenings: Timeline['happenings'], slices: number, everyMs: number): string {
  const cells = Array<string>(slices).fill(' ');
  for (const [i, { at }] of happenings.entries()) {
    const slice = Math.floor(at / everyMs);
    if (slice < slices) cells[slice] = cells[slice] === ' ' ? (LETTERS[i] ?? '*') : '*';
  }
  return cells.join('');
}
