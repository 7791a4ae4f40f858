import { describe, expect, it } from 'vitest';
import { majority, mayDemote, mayPromote, mayRemoveDead } from '../../src/model/quorum.ts';

/**
 * The table of safety.md 2, row by row: what may be begun at n/reachable, and under which declared numbers. `replacing`
 * stands for a promotion at n = declared. What a row does not name may not be begun.
 */
const ROWS: Readonly<Record<string, readonly string[]>> = {
  '1/1': ['promote 3', 'promote 5', 'promote 7', 'replace 1'],
  '2/2': ['promote 3', 'promote 5', 'promote 7', 'demote 1'],
  '3/3': ['promote 5', 'promote 7', 'replace 3', 'demote 1'],
  '3/2': ['remove'],
  '4/4': ['promote 5', 'promote 7', 'demote 1', 'demote 3'],
  '4/3': ['remove'],
  '5/5': ['promote 7', 'replace 5', 'demote 1', 'demote 3'],
  '5/4': ['remove'],
  '5/3': ['remove'],
  '6/6': ['promote 7', 'demote 1', 'demote 3', 'demote 5'],
  '6/5': ['remove'],
  '6/4': ['remove'],
  '7/7': ['replace 7', 'demote 1', 'demote 3', 'demote 5'],
  '7/6': ['remove'],
  '7/5': ['remove'],
  '7/4': ['remove'],
  '8/8': ['demote 1', 'demote 3', 'demote 5', 'demote 7'],
  '8/7': ['remove'],
  '8/6': ['remove'],
  '8/5': ['remove'],
};
const DECLARED = [1, 3, 5, 7] as const;

function allowed(n: number, reachable: number): readonly string[] {
  const raft = { n, reachable };
  return [
    ...DECLARED.flatMap((d) => (mayPromote(raft, d) ? [`promote ${d}`] : [])),
    ...DECLARED.flatMap((d) => (mayPromote(raft, d, true) ? [`replace ${d}`] : [])),
    ...DECLARED.flatMap((d) => (mayDemote(raft, d) ? [`demote ${d}`] : [])),
    ...(mayRemoveDead(raft) ? ['remove'] : []),
  ];
}

describe('quorum arithmetic', () => {
  const states = Array.from({ length: 8 }, (_, i) => i + 1).flatMap((n) =>
    Array.from({ length: n + 1 }, (_, r) => [n, r] as const),
  );

  it.each(states)('%i members, %i reachable: begins what the table allows and nothing else', (n, reachable) => {
    expect(allowed(n, reachable)).toEqual(ROWS[`${n}/${reachable}`] ?? []);
  });

  it('has a row for every state with a quorum, and for no other', () => {
    const withQuorum = states.filter(([n, r]) => r >= majority(n)).map(([n, r]) => `${n}/${r}`);
    expect(Object.keys(ROWS).sort()).toEqual(withQuorum.sort());
  });
});
