import { describe, expect, it } from 'vitest';
import {
  type AbsenceTracker,
  type Accepted,
  declaredFor,
  nextAbsences,
  noAbsences,
} from '../../../src/controller/loop/absence.ts';
import { foldListing, type SourceView } from '../../../src/controller/loop/source-view.ts';
import { parseFile } from '../../../src/model/cluster-spec/parse.ts';
import type { ClusterName } from '../../../src/model/ids.ts';
import { specText } from './support/specs.ts';

const GRACE = 30_000;
const START = 1_700_000_000_000;
type Files = Record<string, readonly string[] | 'broken'>;

/** A listing `seconds` after the start: per file the clusters it declares. */
function listing(seconds: number, files: Files | 'vanished', steady = true): SourceView {
  const vanished = files === 'vanished';
  const texts = Object.entries(vanished ? {} : files).map(([path, names]) => ({
    path,
    parsed: parseFile(path, names === 'broken' ? '{{{' : names.map((name) => specText(name)).join('---\n')),
  }));
  return foldListing({
    files: texts,
    troubles: new Map(),
    steady,
    vanished,
    listedAt: START + seconds * 1_000,
    listedMono: seconds * 1_000,
    commit: null,
  });
}

const record = (name: string, path = 'a.yaml', line = 1): Accepted => ({ name: name as ClusterName, path, line });

/** What is said of the first of `accepted` after these listings, all by one holder. */
function saidAfter(views: readonly SourceView[], accepted: readonly Accepted[]) {
  let tracker: AbsenceTracker = noAbsences;
  for (const view of views) tracker = nextAbsences(tracker, view, accepted, GRACE);
  const [one, view] = [accepted[0], views.at(-1)];
  if (!one || !view) throw new Error('nothing to ask about');
  const declared = declaredFor(one.name, view, tracker, one, GRACE);
  return declared.kind === 'absent' ? declared.absence : declared;
}

describe('an absence', () => {
  it.each([
    ['is not settled by one listing', [listing(0, { 'b.yaml': ['b'] })], false],
    [
      'is not settled by two listings less than the grace apart',
      [listing(0, { 'b.yaml': ['b'] }), listing(29.9, { 'b.yaml': ['b'] })],
      false,
    ],
    [
      'is settled by two listings the grace apart',
      [listing(0, { 'b.yaml': ['b'] }), listing(30, { 'b.yaml': ['b'] })],
      true,
    ],
    [
      'does not begin in an incomplete listing',
      [listing(0, { 'b.yaml': 'broken' }), listing(30, { 'b.yaml': ['b'] })],
      false,
    ],
    [
      'does not settle in an incomplete listing',
      [listing(0, { 'b.yaml': ['b'] }), listing(30, { 'b.yaml': 'broken' })],
      false,
    ],
    [
      'does not settle in a listing that saw changes',
      [listing(0, { 'b.yaml': ['b'] }), listing(30, { 'b.yaml': ['b'] }, false)],
      false,
    ],
    [
      'begins anew when the document was back meanwhile',
      [listing(0, {}), listing(10, { 'a.yaml': ['a'] }), listing(31, {})],
      false,
    ],
    [
      'begins anew when its file was broken meanwhile',
      [listing(0, {}), listing(10, { 'a.yaml': 'broken' }), listing(31, {})],
      false,
    ],
    [
      'outlasts an incomplete listing in between',
      [listing(0, {}), listing(10, { 'b.yaml': 'broken' }), listing(31, {})],
      true,
    ],
    [
      'that was settled rests while a listing is incomplete',
      [listing(0, {}), listing(31, {}), listing(32, { 'b.yaml': 'broken' })],
      false,
    ],
  ] as const)('%s', (_, views, settled) => {
    expect(saidAfter(views, [record('a')])).toMatchObject({ settled, suspicion: null });
  });

  it('says when it began and when it may be settled', () => {
    expect(saidAfter([listing(5, {})], [record('a')])).toEqual({
      firstMissedAt: START + 5_000,
      settled: false,
      settlesAt: START + 35_000,
      suspicion: null,
    });
    expect(saidAfter([listing(5, { 'b.yaml': 'broken' })], [record('a')])).toMatchObject({
      firstMissedAt: null,
      settlesAt: null,
    });
  });

  it('is forgotten by the next holder of the lease', () => {
    const before = nextAbsences(noAbsences, listing(0, {}), [record('a')], GRACE);
    expect(before.missed.size).toBe(1);
    expect(saidAfter([listing(31, {})], [record('a')])).toMatchObject({ settled: false });
  });
});

describe('a suspicious absence', () => {
  it('is one of a directory that is gone', () => {
    const views = [listing(0, { 'a.yaml': ['a'] }), listing(10, 'vanished'), listing(50, 'vanished')];
    expect(saidAfter(views, [record('a')])).toEqual({
      firstMissedAt: null,
      settled: false,
      settlesAt: null,
      suspicion: 'the specs directory itself is gone',
    });
  });

  it('is one of a directory that reads empty while several lived from it, until it shows documents again', () => {
    const both = [record('a'), record('b', 'b.yaml')];
    const emptied = [listing(0, {}), listing(31, {})];
    expect(saidAfter(emptied, both)).toMatchObject({
      settled: true,
      suspicion: expect.stringContaining('2 clusters lived'),
    });
    expect(saidAfter([...emptied, listing(40, { 'b.yaml': ['b'] })], both)).toMatchObject({
      settled: true,
      suspicion: null,
    });
  });

  it('stays one when the other cluster of the emptied directory is gone for good', () => {
    let tracker = nextAbsences(noAbsences, listing(0, {}), [record('a'), record('b', 'b.yaml')], GRACE);
    tracker = nextAbsences(tracker, listing(9, 'vanished'), [record('a')], GRACE);
    tracker = nextAbsences(tracker, listing(31, {}), [record('a')], GRACE);
    const declared = declaredFor('a' as ClusterName, listing(31, {}), tracker, record('a'), GRACE);
    expect(declared).toMatchObject({ absence: { settled: true, suspicion: expect.stringContaining('reads empty') } });
  });

  it('is none when the one cluster there was goes', () => {
    expect(saidAfter([listing(0, {}), listing(31, {})], [record('a')])).toMatchObject({
      settled: true,
      suspicion: null,
    });
  });

  it('is one of a cluster whose document was given another name', () => {
    const views = [listing(0, { 'a.yaml': ['a'] }), listing(1, { 'a.yaml': ['c'] }), listing(40, { 'a.yaml': ['c'] })];
    const suspicion = 'a document named c appeared at a.yaml: a cluster cannot be renamed';
    expect(saidAfter(views, [record('a')])).toMatchObject({ settled: true, suspicion });
    // The new name has a record by the time of the second listing, or of the next holder's first.
    expect(saidAfter(views, [record('a'), record('c')])).toMatchObject({ settled: true, suspicion });
    expect(saidAfter(views.slice(1), [record('a'), record('c')])).toMatchObject({ settled: true, suspicion });
    expect(saidAfter(views.slice(1), [record('a')])).toMatchObject({ settled: true, suspicion });
  });

  it('is one of a document that was given another name by way of a mistake', () => {
    const views = [
      listing(0, { 'a.yaml': ['a'] }),
      listing(1, { 'a.yaml': 'broken' }),
      listing(40, { 'a.yaml': ['c'] }),
    ];
    expect(saidAfter([...views, listing(80, { 'a.yaml': ['c'] })], [record('a')])).toMatchObject({
      suspicion: expect.stringContaining('named c appeared'),
    });
  });

  it('is none when a document beside others in one file goes, or a new one comes to another file', () => {
    const shared = [listing(0, { 'a.yaml': ['a', 'b'] }), listing(1, { 'a.yaml': ['b'], 'd.yaml': ['d'] })];
    expect(
      saidAfter([...shared, listing(40, { 'a.yaml': ['b'] })], [record('a'), record('b', 'a.yaml', 9)]),
    ).toMatchObject({
      settled: true,
      suspicion: null,
    });
  });

  it('ends when the new name goes too', () => {
    const views = [listing(0, { 'a.yaml': ['a'] }), listing(1, { 'a.yaml': ['c'] }), listing(40, { 'b.yaml': ['b'] })];
    expect(saidAfter(views, [record('a')])).toMatchObject({ settled: true, suspicion: null });
  });
});

describe('what the directory says of a name', () => {
  it('is broken when the file it was accepted from does not parse and no other declares it', () => {
    expect(saidAfter([listing(0, { 'a.yaml': 'broken' })], [record('a')])).toMatchObject({ kind: 'broken' });
    expect(saidAfter([listing(0, { 'a.yaml': 'broken', 'b.yaml': ['a'] })], [record('a')])).toMatchObject({
      kind: 'document',
    });
    expect(saidAfter([listing(0, { 'x/a.yaml': 'broken' })], [record('a', 'x/b.yaml')])).toMatchObject({
      settled: false,
    });
  });

  it('is broken when the file it moved to meanwhile does not parse', () => {
    const moved = [listing(0, { 'b.yaml': ['a'] }), listing(1, { 'b.yaml': 'broken' })];
    expect(saidAfter(moved, [record('a')])).toMatchObject({ kind: 'broken' });
  });

  it('is a conflict when two documents claim it', () => {
    expect(saidAfter([listing(0, { 'a.yaml': ['a'], 'b.yaml': ['a'] })], [record('a')])).toMatchObject({
      kind: 'conflict',
      places: [{ path: 'a.yaml' }, { path: 'b.yaml' }],
    });
  });
});
