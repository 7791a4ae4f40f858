import { expect, it } from 'vitest';
import { isPending, type Planned } from '../../../src/cli/plan/planned.ts';
import { shownRoad } from '../../../src/cli/plan/shown-road.ts';
import type { Road, RoadStep } from '../../../src/model/plan.ts';
import { LEARNT, type Step } from '../../../src/model/step.ts';
import { aRecord } from '../../support/builders.ts';

const step = (what: Step, waitMs = 0): RoadStep => ({
  ...what,
  note: { marginAfter: 1, blinks: [], waitMs, takesMs: 0 },
});
const noted = (waitMs = 0, why = LEARNT): RoadStep =>
  step({ kind: 'write-record', next: aRecord(), seenRevision: 1, why }, waitMs);
const made = (waitMs = 0): RoadStep => step({ kind: 'destroy-carriers', why: 'a test' }, waitMs);
const road = (...batches: RoadStep[][]): Road => ({
  batches,
  isCut: false,
  estimate: { totalMs: 0, withoutToleranceMs: 0, basis: 'defaults' },
  holds: [],
  differences: [],
  digest: '',
});
const shown = (...batches: RoadStep[][]) =>
  shownRoad(road(...batches)).batches.map((batch) => batch.map(({ kind, note }) => [kind, note.waitMs]));

it('a note is not shown, the wait before it is', () => {
  expect(shown([noted(3_000)], [noted(2_000), made(2_000)], [made()])).toEqual([
    [['destroy-carriers', 5_000]],
    [['destroy-carriers', 0]],
  ]);
});

it('what else the record is written for is shown', () => {
  expect(shown([noted(0, 'its document was accepted')])).toEqual([[['write-record', 0]]]);
});

it('where only notes are left, nothing is pending', () => {
  const planned = { road: road([noted()]) } as unknown as Planned;
  expect(isPending(planned)).toBe(false);
  expect(isPending({ ...planned, road: road([noted()], [made()]) })).toBe(true);
});
