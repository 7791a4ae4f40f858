import type { Timeline } from '../../model/simulation-report.ts';
import type { Trace } from '../trace.ts';
import type { Sample } from './samples.ts';

/** Slices of a timeline: with names beside them they fit 80 columns. */
const SLICES = 60;

/** Its course in slices of equal length, each with the lowest that was seen in it; and what happened. */
export function timelineOf(seed: number, trace: Trace, samples: readonly Sample[]): Timeline {
  const endAt = samples.at(-1)?.at ?? 0;
  const everyMs = Math.max(1_000, Math.ceil((endAt + 1) / SLICES / 1_000) * 1_000);
  const slices: Sample[][] = Array.from({ length: Math.ceil((endAt + 1) / everyMs) }, () => []);
  for (const sample of samples) slices[Math.floor(sample.at / everyMs)]?.push(sample);
  const row = (
    name: string,
    of: Timeline['rows'][number]['of'],
    read: (sample: Sample) => number | null | undefined,
  ) => ({
    name,
    of,
    values: slices.map((some) => lowest(some.map(read))),
  });
  const names = (read: (sample: Sample) => ReadonlyMap<string, unknown>): string[] => [
    ...new Set(samples.flatMap((sample) => [...read(sample).keys()])),
  ];
  return {
    seed,
    everyMs,
    rows: [
      row('margin', 'margin', ({ margin }) => margin),
      ...names(({ nodes }) => nodes).map((pool) => row(pool, 'pool', ({ nodes }) => nodes.get(pool))),
      ...names(({ services }) => services).map((name) =>
        row(name, 'service', ({ services }) => services.get(name)?.running),
      ),
    ],
    happenings: trace.entries.flatMap((entry) => {
      if (entry.kind === 'act') return [{ at: entry.at, what: entry.what }];
      return entry.kind === 'life' ? [{ at: entry.at, what: `${entry.by} ${entry.what}` }] : [];
    }),
  };
}

function lowest(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter((value) => value !== null && value !== undefined);
  return known.length > 0 ? Math.min(...known) : null;
}
