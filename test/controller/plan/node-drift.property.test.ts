import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imagine } from '../../../src/controller/plan/imagine.ts';
import { planCluster } from '../../../src/controller/plan/plan-cluster.ts';
import type { Member } from '../../../src/model/observed.ts';
import type { Step } from '../../../src/model/step.ts';
import { aMember, START } from '../../support/builders.ts';
import { ADMITTED, aSituation, draining, FACTS, type Situation, seen, withMember } from '../../support/worlds.ts';

/** Somebody's hand on one node: any labels, any availability, or a word to keep off. */
const W1 = 'demo-web-0001';
const key = fc.constantFrom('tier', 'rack', 'old', 'skep.pool', 'skep.zone', 'skep.availability', 'skep.hold');
const hand = fc.record({
  labels: fc.dictionary(key, fc.constantFrom<string>('web', 'db', 'drain', 'x')),
  availability: fc.constantFrom<Member['availability']>('active', 'pause', 'drain'),
  state: fc.constantFrom<Member['state']>('ready', 'ready', 'ready', 'unknown'),
  undoManualDrain: fc.boolean(),
});

function touched({
  labels,
  availability,
  state,
  undoManualDrain,
}: typeof hand extends fc.Arbitrary<infer T> ? T : never) {
  const workers = { web: { count: 1, nodeLabels: { tier: 'web' }, health: { undoManualDrain } } };
  const at = aSituation({ managers: 1, web: 1 }, { workers });
  const record = { ...at.record, applied: { ...at.record.applied, labels: { web: ['old', 'tier'] } } };
  return withMember({ ...at, record }, W1, { labels, availability, state });
}
const writes = (batch: readonly Step[]) =>
  batch.filter((s): s is Extract<Step, { kind: 'set-node' }> => s.kind === 'set-node');
const planned = (at: Situation, now = START) => planCluster(at.declared, seen(at, { now }), FACTS);
const w1 = (at: Situation) => at.swarm.members.find((m) => m.hostname === W1) as Member;

describe('a node that somebody changed by hand', () => {
  it('never loses a label that is not ours, and keeps every drain unless the spec says otherwise', () => {
    fc.assert(
      fc.property(hand, (change) => {
        const at = touched(change);
        for (const step of writes(planned(at).batch).filter((s) => s.hostname === W1)) {
          expect(step.labels.rack).toBe(change.labels.rack);
          expect(step.labels).toMatchObject({ ...ADMITTED('web'), tier: 'web' });
          expect(step.labels.old).toBeUndefined();
          const isTheirs = change.labels['skep.availability'] === undefined && change.labels['skep.pool'] !== undefined;
          if (isTheirs && !change.undoManualDrain) expect(step.availability).toBe(change.availability);
        }
      }),
    );
  });

  it('is not touched while it carries skep.hold, nor while the swarm does not know it', () => {
    fc.assert(
      fc.property(hand, (change) => {
        if (change.labels['skep.hold'] === undefined && change.state === 'ready') return;
        expect(writes(planned(touched(change)).batch).map((s) => s.hostname)).not.toContain(W1);
      }),
    );
  });

  it('is as it should be after one update, and then left alone', () => {
    fc.assert(
      fc.property(hand, (change) => {
        const at = touched(change);
        const { batch } = planned(at);
        const mine = writes(batch).filter((s) => s.hostname === W1);
        expect(mine.length).toBeLessThanOrEqual(1);
        if (mine.length === 0 || at.declared.kind !== 'document') return;
        const after = imagine(seen(at), batch, at.declared.desired);
        expect(writes(planCluster(at.declared, after, FACTS).batch)).toEqual([]);
      }),
    );
  });

  it('is put right at most once in a second, ever rarer, however often it is changed back and looked at', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 10, max: 20_000 }), { minLength: 5, maxLength: 60 }), (pauses) => {
        const base = touched({
          labels: { ...ADMITTED('web'), tier: 'db' },
          availability: 'active',
          state: 'ready',
          undoManualDrain: false,
        });
        let record = base.record;
        let now = START;
        const times: number[] = [];
        for (const pause of pauses) {
          now += pause;
          const { batch, waits } = planned({ ...base, record }, now);
          if (writes(batch).length > 0) times.push(now);
          else expect(waits.map((w) => w.what).join()).toContain('it came back');
          for (const step of batch) if (step.kind === 'write-record') record = step.next;
        }
        expect(times[0]).toBe(START + (pauses[0] ?? 0));
        const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
        for (const [i, gap] of gaps.entries()) expect(gap).toBeGreaterThanOrEqual(Math.min(1_000 * 2 ** i, 300_000));
      }),
    );
  });

  it('gets one update, not two, when a drain of ours is taken back at the same time', () => {
    const base = aSituation({ managers: 1, web: 1 }, { workers: { web: { count: 1, nodeLabels: { tier: 'web' } } } });
    const drained = withMember(base, W1, draining('web'));
    expect(writes(planned(drained).batch)).toMatchObject([{ hostname: W1, availability: 'active' }]);
  });

  it('stays drained when a drain of ours is taken back where the document wants it drained', () => {
    const wish = { workers: { web: 1 }, spec: { managers: { count: 1, availability: 'Drain' } } };
    const at = withMember(aSituation({ managers: 1, web: 1 }, wish), 'demo-managers-0001', draining('managers'));
    expect(writes(planned(at).batch)).toMatchObject([{ hostname: 'demo-managers-0001', availability: 'drain' }]);
  });

  it('is not labelled as a manager before it is one: what is labelled is never promoted again', () => {
    const at = withMember(aSituation({ managers: 3 }, { managers: 3 }), 'demo-managers-0003', {
      labels: {},
      availability: 'active',
      role: 'worker',
      manager: null,
    });
    expect(writes(planned(at).batch).map((s) => s.hostname)).not.toContain('demo-managers-0003');
  });

  it('is no concern of ours when it is not ours', () => {
    const at = aSituation({ managers: 1, web: 1 }, { workers: { web: 1 } });
    const laptop = aMember('laptop', { labels: { tier: 'db' }, availability: 'drain' });
    const strange = { ...at, swarm: { ...at.swarm, members: [...at.swarm.members, laptop] } };
    expect(planned(strange)).toMatchObject({ batch: [], holds: [], drift: [], asDeclared: true });
    expect(w1(strange).labels).toEqual(ADMITTED('web'));
  });
});
