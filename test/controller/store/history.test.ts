import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHistory } from '../../../src/controller/store/history.ts';
import { readChanges, readEvents } from '../../../src/controller/store/read-history.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { collectEvents } from '../loop/support/collect-events.ts';

function setUp(file = 'state/history.sqlite') {
  const directory = mkdtempSync(join(tmpdir(), 'skep-history-'));
  const path = join(directory, file);
  const clock = createFakeClock();
  const trouble = collectEvents();
  const history = createHistory(path, clock, trouble);
  onTestFinished(() => {
    history.close();
    rmSync(directory, { recursive: true, force: true });
  });
  return { directory, path, clock, trouble, history };
}

const texts = (path: string, query = {}) => readEvents(path, { limit: 100, ...query }).map(({ text }) => text);

describe('the history', () => {
  it('keeps events and changes for a reader beside it', async () => {
    const { path, clock, history } = setUp();
    expect(readEvents(path, { limit: 10 })).toEqual([]);
    history.emit('SKP401', { term: 3 });
    await clock.step(5);
    history.emit('SKP303', { cluster: 'demo', pass: 'p1', term: 3, what: 'no room', step: 'join' });
    history.recordChange({ cluster: 'demo', startedAt: 1, durationMs: 2, kind: 'scale', result: 'done' });
    history.recordChange({ cluster: 'demo', startedAt: 4, durationMs: 2, kind: 'rollout', result: 'done' });
    expect(readEvents(path, { cluster: 'demo', limit: 10 })).toEqual([
      {
        id: 2,
        at: clock.now(),
        code: 'SKP303',
        level: 'warn',
        cluster: 'demo',
        pass: 'p1',
        term: 3,
        text: 'step met a problem: no room',
        facts: { step: 'join' },
      },
    ]);
    expect(texts(path, { level: 'warn' })).toEqual(['step met a problem: no room']);
    expect(texts(path, { after: 1 })).toHaveLength(1);
    expect(texts(path, { limit: 1 })).toEqual(['step met a problem: no room']);
    expect(readChanges(path, 'demo', 1)).toEqual([
      { cluster: 'demo', startedAt: 4, durationMs: 2, kind: 'rollout', result: 'done' },
    ]);
  });

  it.each([
    ['the file', (path: string) => rm(path)],
    [
      'all its files',
      (path: string) => Promise.all(['', '-wal', '-shm'].map((end) => rm(path + end, { force: true }))),
    ],
    ['the whole state directory', (path: string) => rm(join(path, '..'), { recursive: true })],
  ])('begins anew when somebody deletes %s while it is open', async (_, remove) => {
    const { path, trouble, history } = setUp();
    history.emit('SKP407');
    await remove(path);
    history.emit('SKP408');
    history.emit('SKP401');
    expect(texts(path)).toEqual(['controller stopped', 'lease taken']);
    expect(trouble.events).toEqual([]);
  });

  it('moves a damaged file aside, says so and begins anew', async () => {
    const { directory, path, trouble, history } = setUp('history.sqlite');
    history.emit('SKP407');
    history.close();
    await writeFile(path, 'no database at all, though long enough to be taken for one'.repeat(20));
    history.emit('SKP408');
    history.emit('SKP401');
    expect(texts(path)).toEqual(['lease taken']);
    expect(trouble.codes()).toEqual(['SKP414']);
    expect(await readdir(directory)).toContain('history.sqlite.damaged');
  });

  it('never throws where it cannot write, and says so once', async () => {
    const { directory, path, trouble, history } = setUp('file/history.sqlite');
    await writeFile(join(directory, 'file'), 'in the way');
    history.emit('SKP407');
    history.emit('SKP408');
    expect(trouble.codes()).toEqual(['SKP413']);
    await rm(join(directory, 'file'));
    history.emit('SKP401');
    expect(texts(path)).toEqual(['lease taken']);
  });

  it('is bounded by number per cluster and by age', async () => {
    const { path, clock, history } = setUp();
    history.emit('SKP407', { what: 'old' });
    history.emit('SKP301', { cluster: 'quiet' });
    await clock.step(20 * 24 * 3_600_000);
    for (let i = 0; i < 12_000; i += 1) history.emit('SKP301', { cluster: 'busy' });
    const db = new Database(path);
    onTestFinished(() => void db.close());
    const count = () => db.prepare('SELECT count(*) FROM events').pluck().get() as number;
    expect(count()).toBeLessThanOrEqual(10_502);
    expect(count()).toBeGreaterThanOrEqual(10_002);
    await clock.step(11 * 24 * 3_600_000);
    for (let i = 0; i < 500; i += 1) history.emit('SKP301', { cluster: 'busy' });
    expect(texts(path, { cluster: 'quiet' })).toEqual([]);
  }, 20_000);
});
