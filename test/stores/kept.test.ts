import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventSink } from '../../src/base/events.ts';
import { createInbox, isWaiting, leaveIntent } from '../../src/controller/store/inbox.ts';
import { createSharedStatuses } from '../../src/main/shared-statuses.ts';
import { createTableDisk } from '../../src/main/table-disk.ts';
import type { ClusterName } from '../../src/model/ids.ts';
import type { Intent } from '../../src/model/record.ts';
import { createTableFiles, type TableFiles } from '../../src/providers/aws/table/files.ts';
import { latestTold, tell } from '../../src/providers/aws/table/history.ts';
import { aStatus } from '../controller/store/a-status.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { makeTable, STORES, type TestTable } from './tables.ts';

const NOW = 1_700_000_000_000;
const DEMO = 'demo' as ClusterName;
const silent: EventSink = { emit: () => {} };

describe.each(STORES)('what a controller keeps on %s', (store) => {
  let made: TestTable;
  let root: string;
  let files: TableFiles;
  beforeEach(async () => {
    made = await makeTable(store);
    root = await mkdtemp(join(tmpdir(), 'skep-kept-'));
    files = createTableFiles(made.table, 'me');
  });
  afterEach(async () => {
    made.close();
    await rm(root, { recursive: true, force: true });
  });

  describe('statuses', () => {
    const clock = createFakeClock(NOW);
    const on = (host: string, over: Partial<TableFiles> = {}) =>
      createSharedStatuses(join(root, host), { ...files, ...over }, clock, silent);
    const textOn = (host: string, name: string) => readFile(join(root, host, name), 'utf8').catch(() => null);

    it('come to a host that follows, and go from it', async () => {
      const [leader, follower] = [on('a'), on('b')];
      await leader.prepare(1);
      await leader.write(DEMO, aStatus('demo'));
      await leader.write(
        'gone' as ClusterName,
        aStatus('gone', { phase: 'Deleted' }, { deletionTimestamp: new Date(NOW).toISOString() }),
      );
      await follower.follow();
      expect(await textOn('b', 'demo.json')).toBe(await textOn('a', 'demo.json'));
      expect(await follower.list()).toHaveLength(2);
      await leader.removeTombstones(NOW + 400 * 24 * 3_600_000);
      await follower.follow();
      expect(await follower.list()).toHaveLength(2);
      await clock.step(5_000);
      await follower.follow();
      expect((await readdir(join(root, 'b'))).filter((name) => name.endsWith('.json'))).toEqual(['demo.json']);
    });

    it('are brought up to date before a host begins to lead', async () => {
      await on('a').write(DEMO, aStatus('demo'));
      const next = on('b');
      await next.prepare(2);
      expect((await next.list()).map(({ metadata }) => metadata.name)).toEqual(['demo']);
    });

    it('of the first host go into a table that has none', async () => {
      const before = on('a', { write: async () => {} });
      await before.write(DEMO, aStatus('demo'));
      expect(await files.all('status')).toEqual(new Map());
      await on('a').prepare(1);
      expect([...(await files.all('status')).keys()]).toEqual(['demo.json']);
    });

    it('are written again when the table had not taken them', async () => {
      const fails = async () => Promise.reject(new Error('no table'));
      await expect(on('a', { write: fails }).write(DEMO, aStatus('demo'))).rejects.toThrow('no table');
      expect(await on('a').write(DEMO, aStatus('demo'))).toBe(true);
      expect(await files.read('status', 'demo.json')).toBe(await textOn('a', 'demo.json'));
    });

    it('of a later term are not written over, nor removed, by what an earlier one sends late', async () => {
      const [earlier, later] = [on('a'), on('b')];
      await earlier.prepare(1);
      await earlier.write('quiet' as ClusterName, aStatus('quiet'));
      await later.prepare(2);
      await later.write(DEMO, aStatus('demo', { phase: 'Degraded' }));
      await expect(earlier.write(DEMO, aStatus('demo'))).rejects.toThrow('a later term');
      await expect(files.remove('status', 'demo.json', 1)).rejects.toThrow('a later term');
      expect(await files.read('status', 'demo.json')).toBe(await textOn('b', 'demo.json'));
      // Nor that of which the later holder only took note.
      const late = aStatus('quiet', { phase: 'Degraded' });
      await expect(earlier.write('quiet' as ClusterName, late)).rejects.toThrow('a later term');
      await earlier.prepare(3);
      expect(await earlier.write(DEMO, aStatus('demo'))).toBe(true);
    });

    it('stay as they are when the table does not answer', async () => {
      await on('a').write(DEMO, aStatus('demo'));
      const said: string[] = [];
      const cutOff = createSharedStatuses(
        join(root, 'a'),
        { ...files, all: async () => Promise.reject(new Error('no table')) },
        clock,
        { emit: (code) => void said.push(code) },
      );
      await cutOff.follow();
      expect(said).toEqual(['SKP415']);
      expect(await cutOff.list()).toHaveLength(1);
    });
  });

  it('intents: left, listed in order, removed; what cannot be read goes aside', async () => {
    const disk = createTableDisk(files);
    const inbox = createInbox('/', silent, disk);
    const intent = (id: string, at: number): Intent => ({
      id,
      kind: 'pause',
      by: 'ada',
      at,
      reason: null,
      until: null,
    });
    expect(await inbox.list()).toEqual([]);
    await leaveIntent('/', { cluster: DEMO, intent: intent('second', 2) }, disk);
    await leaveIntent('/', { cluster: DEMO, intent: intent('first', 1) }, disk);
    await disk.write('/intents/bad.json', '{"id": "ba');
    expect((await inbox.list()).map((pending) => pending.intent.id)).toEqual(['first', 'second']);
    expect(await disk.readdir('/intents/unreadable')).toEqual(['bad.json']);
    expect(await isWaiting('/', 'first', disk)).toBe(true);
    await inbox.remove('first');
    expect(await isWaiting('/', 'first', disk)).toBe(false);
    expect(await createInbox('/', silent, createTableDisk(createTableFiles(made.table, 'other'))).list()).toEqual([]);
  });

  it('history: the latest, oldest first, by cluster and level, of this owner alone', async () => {
    const event = (at: number, cluster: string | null, level: string) => ({
      at,
      cluster,
      level,
      code: 'SKP202',
      text: `at ${at}`,
    });
    for (let i = 0; i < 6; i++) {
      await tell(made.table, 'me', event(NOW + i, i % 2 ? 'demo' : null, i < 4 ? 'info' : 'warn'), `u${i}`);
    }
    await tell(made.table, 'other', event(NOW, 'demo', 'info'), 'u');
    const told = async (cluster: string | null, levels: readonly string[], limit: number) =>
      (await latestTold(made.table, 'me', { cluster, levels, limit })).map(({ at }) => at - NOW);
    expect(await told(null, ['info', 'warn'], 100)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await told(null, ['info', 'warn'], 2)).toEqual([4, 5]);
    expect(await told('demo', ['info', 'warn'], 2)).toEqual([3, 5]);
    expect(await told(null, ['warn'], 100)).toEqual([4, 5]);
    expect((await latestTold(made.table, 'me', { cluster: null, levels: ['info'], limit: 1 }))[0]).toEqual(
      event(NOW + 3, 'demo', 'info'),
    );
    const [item] = await made.table.list('history/me', '', new AbortController().signal);
    expect(item?.columns.expires).toBe(Math.ceil(NOW / 1_000) + 30 * 24 * 3_600);
  });
});
