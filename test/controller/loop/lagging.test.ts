import { describe, expect, it } from 'vitest';
import type { Age } from '../../../src/controller/loop/git-age.ts';
import { createLaggingGuard } from '../../../src/controller/loop/lagging.ts';
import type { Declared } from '../../../src/model/declared.ts';
import { aDesired, aRecord, SOURCE } from '../../support/builders.ts';
import { collectEvents } from './support/collect-events.ts';

const [OLD, NEW] = ['a'.repeat(40), 'b'.repeat(40)];
const record = aRecord({ source: { ...SOURCE, commit: NEW } });
const changed: Declared = { kind: 'document', desired: aDesired({ workers: { web: 1 } }) };
const same: Declared = { kind: 'document', desired: aDesired() };

function guardWith(...answers: readonly Age[]) {
  const asked: string[] = [];
  const sink = collectEvents();
  const ageOf = async (commit: string, other: string): Promise<Age> => {
    asked.push(`${commit[0]} ${other[0]}`);
    return answers[Math.min(asked.length, answers.length) - 1] ?? { kind: 'not-older' };
  };
  return { ...createLaggingGuard({ ageOf }, sink), asked, sink };
}

describe('the guard against a lagging checkout', () => {
  it('asks once for a pair of commits, and only where something would change', async () => {
    const guard = guardWith({ kind: 'older' });
    expect(await guard.heed(same, record, OLD)).toBe(same);
    expect(await guard.heed(changed, record, NEW)).toBe(changed);
    expect(await guard.heed(changed, record, null)).toBe(changed);
    expect(await guard.heed(changed, null, OLD)).toBe(changed);
    expect(await guard.heed(changed, aRecord(), OLD)).toBe(changed);
    expect(guard.asked).toEqual([]);
    for (const _ of [1, 2]) {
      expect(await guard.heed(changed, record, OLD)).toMatchObject({ behind: expect.stringContaining('older than') });
    }
    expect(guard.asked).toEqual(['a b']);
  });

  it('holds while git does not answer, and asks again', async () => {
    const guard = guardWith({ kind: 'silent', because: 'git did not answer' }, { kind: 'not-older' });
    expect(await guard.heed(changed, record, OLD)).toMatchObject({ behind: expect.stringContaining('is not known') });
    expect(await guard.heed(changed, record, OLD)).toBe(changed);
  });

  it('lets through what git cannot compare, and says so once', async () => {
    const guard = guardWith({ kind: 'unknown', because: 'a shallow clone' });
    for (const _ of [1, 2]) expect(await guard.heed(changed, record, OLD)).toBe(changed);
    expect(guard.sink.codes()).toEqual(['SKP111']);
  });

  it('keeps an older suspicion of an absence', async () => {
    const guard = guardWith({ kind: 'older' });
    const absence = { firstMissedAt: 1, settled: true, settlesAt: null, suspicion: null };
    const said = async (suspicion: string | null) =>
      guard.heed({ kind: 'absent', absence: { ...absence, suspicion } }, record, OLD);
    expect(await said(null)).toMatchObject({ absence: { suspicion: expect.stringContaining('older than') } });
    expect(await said('renamed')).toMatchObject({ absence: { suspicion: 'renamed' } });
  });
});
