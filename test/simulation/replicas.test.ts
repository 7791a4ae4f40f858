import { describe, expect, it } from 'vitest';
import { createReferee } from '../../src/simulation/replicas/referee.ts';
import { runSchedule, runStory } from '../../src/simulation/replicas/run-schedule.ts';

const inHand = { isInHand: () => true };

describe('a schedule of replicas that share a lease', () => {
  it('is the same whenever it is lived through, and changes holders', async () => {
    const [first, second] = [await runSchedule(11), await runSchedule(11)];
    expect(second).toEqual(first);
    expect(first.taken).toBeGreaterThan(1);
    expect(first.effects).toBeGreaterThan(10);
    expect(first.broken).toEqual([]);
  });

  it('without a fault has one holder from beginning to end', async () => {
    const quiet = {
      seed: 1,
      store: 'table',
      aheadMs: [0, 3_600_000, -3_600_000],
      events: [],
      quietAt: 60_000,
    } as const;
    const { taken, broken } = await runStory(quiet);
    expect([taken, broken]).toEqual([1, []]);
  });
});

describe('the referee', () => {
  it('sees an effect that begins after one of a newer term, or under another one’s term', () => {
    const referee = createReferee(() => 0);
    referee.begins({ by: 'a', term: 1, ...inHand })();
    referee.begins({ by: 'b', term: 2, ...inHand })();
    expect(referee.broken).toEqual([]);
    referee.begins({ by: 'a', term: 1, ...inHand })();
    referee.begins({ by: 'c', term: 2, ...inHand })();
    expect(referee.broken.map(({ invariant, why }) => `${invariant}: ${why}`)).toEqual([
      'S10: a begins under term 1 after b under term 2',
      'S10: c begins under term 2 after b under term 2',
    ]);
    expect(referee.highestTerm()).toBe(2);
  });

  it('sees what is still under way when a newer term begins, unless its sender is dead or suspended', () => {
    const referee = createReferee(() => 0);
    const ended = referee.begins({ by: 'a', term: 1, ...inHand });
    referee.begins({ by: 'd', term: 2, isInHand: () => false });
    referee.begins({ by: 'b', term: 3, ...inHand });
    ended();
    referee.begins({ by: 'c', term: 4, ...inHand });
    expect(referee.broken.map(({ why }) => why)).toEqual([
      'd begins under term 2 while a is still at work under term 1',
      'b begins under term 3 while a is still at work under term 1',
      'c begins under term 4 while b is still at work under term 3',
    ]);
  });
});
