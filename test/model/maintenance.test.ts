import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromIsoTime, isoTime } from '../../src/model/iso-time.ts';
import { type Maintenance, windowAt } from '../../src/model/maintenance.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** In minutes. */
const DAY = 1_440;
const paris = (...windows: readonly [start: string, hours: number][]): Maintenance => ({
  timeZone: 'Europe/Paris',
  windows: windows.map(([start, hours]) => ({ start, durationMs: hours * HOUR_MS })),
});
/** `open until …`, `closed until …`. */
const said = (maintenance: Maintenance, at: string): string => {
  const { open, changesAt } = windowAt(maintenance, fromIsoTime(at));
  return `${open ? 'open' : 'closed'} until ${changesAt === null ? 'ever' : isoTime(changesAt).slice(0, 16)}`;
};

describe('maintenance', () => {
  it.each<[string, Maintenance, string, string]>([
    ['no window', { timeZone: 'UTC', windows: [] }, '2026-06-01T00:00Z', 'open until ever'],
    ['just before', paris(['0 2 * * 2,4', 3]), '2026-06-01T23:59:59.999Z', 'closed until 2026-06-02T00:00'],
    ['at its start', paris(['0 2 * * 2,4', 3]), '2026-06-02T00:00:00Z', 'open until 2026-06-02T03:00'],
    ['just before its end', paris(['0 2 * * 2,4', 3]), '2026-06-02T02:59:59.999Z', 'open until 2026-06-02T03:00'],
    ['at its end', paris(['0 2 * * 2,4', 3]), '2026-06-02T03:00:00Z', 'closed until 2026-06-04T00:00'],
    ['over midnight', paris(['0 23 * * *', 3]), '2026-06-02T23:30:00Z', 'open until 2026-06-03T00:00'],
    [
      'two that overlap',
      paris(['0 2 * * *', 3], ['0 4 * * *', 3]),
      '2026-06-02T01:00:00Z',
      'open until 2026-06-02T05:00',
    ],
    [
      'two that touch',
      paris(['0 2 * * *', 2], ['0 4 * * *', 2]),
      '2026-06-02T00:30:00Z',
      'open until 2026-06-02T04:00',
    ],
    [
      'one within another',
      paris(['0 2 * * *', 5], ['0 3 * * *', 1]),
      '2026-06-02T01:30:00Z',
      'open until 2026-06-02T05:00',
    ],
    // Spring: 02:00 → 03:00 local, at 01:00 UTC on 29 March 2026.
    ['a start in the skipped hour', paris(['30 2 * * *', 1]), '2026-03-29T00:59Z', 'closed until 2026-03-29T01:00'],
    ['a start in the skipped hour, then', paris(['30 2 * * *', 1]), '2026-03-29T01:00Z', 'open until 2026-03-29T02:00'],
    ['one that spans the jump', paris(['0 1 * * *', 3]), '2026-03-29T02:30Z', 'open until 2026-03-29T03:00'],
    // Autumn: 03:00 → 02:00 local, at 01:00 UTC on 25 October 2026.
    ['the hour that comes twice', paris(['30 2 * * *', 0.5]), '2026-10-25T00:30Z', 'open until 2026-10-25T01:00'],
    ['its second time', paris(['30 2 * * *', 0.5]), '2026-10-25T01:30Z', 'closed until 2026-10-26T01:30'],
    ['one that spans it', paris(['0 1 * * *', 3]), '2026-10-25T01:59Z', 'open until 2026-10-25T02:00'],
    ['every hour, both times', paris(['30 * * * *', 0.5]), '2026-10-25T01:45Z', 'open until 2026-10-25T02:00'],
    [
      'south of the equator',
      { ...paris(['30 2 * * *', 1]), timeZone: 'Australia/Lord_Howe' },
      '2026-10-03T15:30Z',
      'open until 2026-10-03T16:30',
    ],
    [
      '29 February',
      { timeZone: 'UTC', windows: [{ start: '0 2 29 2 *', durationMs: HOUR_MS }] },
      '2026-06-01T00:00Z',
      'closed until 2028-02-29T02:00',
    ],
  ])('%s', (_, maintenance, at, answer) => {
    expect(said(maintenance, at)).toBe(answer);
  });

  it('is asked anew at every other moment', () => {
    const nightly = paris(['0 2 * * *', 3]);
    expect(said(nightly, '2026-06-02T01:00:00Z')).toBe('open until 2026-06-02T03:00');
    expect(said(nightly, '2026-06-02T04:00:00Z')).toBe('closed until 2026-06-03T00:00');
  });

  it('that is longer than its period is always open, and looked at again now and then', () => {
    const now = fromIsoTime('2026-03-28T00:00:00Z');
    for (let at = now; at < now + 48 * HOUR_MS; at += 97 * MINUTE_MS) {
      const { open, changesAt } = windowAt(paris(['0 * * * *', 1.5]), at);
      expect(open).toBe(true);
      expect(changesAt).toBeGreaterThan(at);
    }
  });
});

/** Minute of the day that the clock on the wall shows, by another road than the program's. */
const shown = new Map<string, number>();
function wall(at: number, timeZone: string): number {
  const key = `${timeZone} ${at}`;
  const known = shown.get(key);
  if (known !== undefined) return known;
  const time = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  for (let minute = -DAY; minute < 2 * DAY; minute++) {
    const [hours, minutes] = time.format(at + minute * MINUTE_MS).split(':');
    shown.set(`${timeZone} ${at + minute * MINUTE_MS}`, Number(hours) * 60 + Number(minutes));
  }
  return wall(at, timeZone);
}

/** When a daily window begins: the wall shows its time for the first time that day, or has jumped over it. */
function startsBetween(from: number, to: number, timeZone: string, wanted: number): number[] {
  const found: number[] = [];
  let was = wall(from - MINUTE_MS, timeZone);
  for (let at = from; at <= to; at += MINUTE_MS) {
    const is = wall(at, timeZone);
    const isJumpedOver = is > was + 1 && was < wanted && wanted < is;
    const isAgain = at - (found.at(-1) ?? 0) < 3 * HOUR_MS;
    if ((is === wanted || isJumpedOver) && !isAgain) found.push(at);
    was = is;
  }
  return found;
}

describe('against a clock that is watched minute by minute', () => {
  /** Nights in which clocks are changed, and one in which they are not. */
  const nights = fc.constantFrom(
    ['Europe/Paris', '2026-03-29T01:00:00Z'],
    ['Europe/Paris', '2026-10-25T01:00:00Z'],
    ['America/New_York', '2026-03-08T07:00:00Z'],
    ['America/New_York', '2026-11-01T06:00:00Z'],
    ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
    ['Asia/Kolkata', '2026-05-05T00:00:00Z'],
  );
  const window = fc.record({ hour: fc.nat(23), minute: fc.nat(59), minutes: fc.integer({ min: 1, max: 600 }) });

  it('is open when one of its windows began less than its duration ago, and says when that changes', () => {
    const property = fc.property(
      nights,
      fc.array(window, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: -600, max: 600 }),
      ([timeZone, night], windows, shift) => {
        const now = fromIsoTime(night) + shift * MINUTE_MS;
        const maintenance = {
          timeZone,
          windows: windows.map((w) => ({ start: `${w.minute} ${w.hour} * * *`, durationMs: w.minutes * MINUTE_MS })),
        };
        const spans = windows.flatMap(({ hour, minute, minutes }) =>
          startsBetween(now - 20 * HOUR_MS, now + 40 * HOUR_MS, timeZone, hour * 60 + minute).map((start) => [
            start,
            start + minutes * MINUTE_MS,
          ]),
        ) as [number, number][];
        const isOpen = (at: number) => spans.some(([from, to]) => from <= at && at < to);
        const { open, changesAt } = windowAt(maintenance, now);
        expect(open).toBe(isOpen(now));
        const edges = spans
          .flat()
          .filter((at) => at > now)
          .sort((a, b) => a - b);
        const edge = edges.find((at) => isOpen(at) !== open);
        if (edge === undefined) expect(changesAt).toBeGreaterThan(now + DAY * MINUTE_MS);
        else expect(changesAt).toBe(edge);
      },
    );
    fc.assert(property, { numRuns: 60 });
  });
});
