import { describe, expect, it } from 'vitest';
import { nextRecord } from '../../../src/controller/plan/record-step.ts';
import { isAborted, isNow } from '../../../src/controller/plan/rollout-words.ts';
import { expand } from '../../../src/model/desired.ts';
import type { Intent } from '../../../src/model/record.ts';
import { aDesired, anObserved, aRecord, aSpec, SOURCE, START } from '../../support/builders.ts';
import { FACTS } from '../../support/worlds.ts';

const word = (kind: Intent['kind'], specHash: string | null = null): Intent => ({
  id: kind,
  kind,
  by: 'ann',
  at: START,
  reason: null,
  until: null,
  specHash,
});
const said = (...kinds: Intent['kind'][]) => aRecord({ firstReadyAt: START, intents: kinds.map((kind) => word(kind)) });

describe('the last word about a rollout counts', () => {
  it.each<[Intent['kind'][], boolean, boolean]>([
    // said, aborted, now
    [[], false, false],
    [['abort'], true, false],
    [['rollout'], false, true],
    [['abort', 'rollout'], false, true],
    [['rollout', 'abort'], true, false],
    [['abort', 'retry'], false, false],
    [['retry', 'abort'], true, false],
    [['rollout', 'retry'], false, true],
    [['abort', 'confirm'], true, false],
  ])('%j: aborted %s, now %s', (kinds, aborted, now) => {
    const record = said(...kinds);
    expect(isAborted(record)).toBe(aborted ? record.intents.findLast((i) => i.kind === 'abort') : null);
    expect(isNow(record)).toBe(now);
  });
});

describe('a word about a rollout', () => {
  const kept = (intents: readonly Intent[], { ready = false, other = false } = {}) => {
    const desired = other ? expand(aSpec({ spec: { simulated: { zones: ['z'] } } }), SOURCE) : aDesired();
    const record = aRecord({ firstReadyAt: START, intents });
    const next = nextRecord(record, desired, anObserved(), FACTS, { ready, documented: true });
    return (next ?? record).intents.map(({ kind }) => kind);
  };
  const changed = expand(aSpec({ spec: { simulated: { zones: ['z'] } } }), SOURCE).specHash;

  it.each(['abort', 'rollout'] as const)('%s stays while its rollout goes on', (kind) => {
    expect(kept([word(kind)])).toEqual([kind]);
  });

  it.each(['abort', 'rollout'] as const)('%s ends when all is as declared', (kind) => {
    expect(kept([word(kind)], { ready: true })).toEqual([]);
  });

  it.each(['abort', 'rollout'] as const)(
    '%s ends with another document, unless that is the one it was about',
    (kind) => {
      expect(kept([word(kind)], { other: true })).toEqual([]);
      expect(kept([word(kind, aDesired().specHash)], { other: true })).toEqual([]);
      expect(kept([word(kind, changed)], { other: true })).toEqual([kind]);
    },
  );

  it('of a rebalance stays until it is over, the last one only', () => {
    const kept = (isSpread: boolean) => {
      const record = aRecord({
        firstReadyAt: START,
        intents: [word('rebalance'), { ...word('rebalance'), id: 'again' }],
      });
      const learnt = { ready: true, documented: true, isSpread };
      return (nextRecord(record, aDesired(), anObserved(), FACTS, learnt) ?? record).intents.map(({ id }) => id);
    };
    expect(kept(false)).toEqual(['again']);
    expect(kept(true)).toEqual([]);
  });

  it('goes when a later one took its place', () => {
    expect(kept([word('abort'), word('rollout')])).toEqual(['rollout']);
    expect(kept([word('rollout'), word('abort')])).toEqual(['abort']);
    expect(kept([word('abort'), word('retry')])).toEqual(['retry']);
  });
});
