import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { realDisk } from '../../../src/controller/store/disk.ts';
import { createStatusFiles, TOMBSTONE_MS } from '../../../src/controller/store/status-files.ts';
import { writeAtomic } from '../../../src/controller/store/write-atomic.ts';
import type { ClusterName } from '../../../src/model/ids.ts';
import type { StatusFile } from '../../../src/model/status.ts';
import { aStatus } from './a-status.ts';

const DEMO = 'demo' as ClusterName;
const OTHER = 'other' as ClusterName;
const NOW = Date.parse('2026-01-02T00:00:00Z');

function setUp() {
  const directory = mkdtempSync(join(tmpdir(), 'skep-status-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return { directory, store: createStatusFiles(directory) };
}

describe('status files', () => {
  it('are replaced whole, mode 0644, and read back', async () => {
    const { directory, store } = setUp();
    const before = process.umask(0o077);
    onTestFinished(() => void process.umask(before));
    await store.prepare(1);
    expect(await store.read(DEMO)).toBeNull();
    expect(await store.write(DEMO, aStatus('demo'))).toBe(true);
    expect(await store.read(DEMO)).toEqual(aStatus('demo'));
    expect((await stat(join(directory, 'demo.json'))).mode & 0o777).toBe(0o644);
    expect(await readdir(directory)).toEqual(['demo.json']);
  });

  it('tell the highest term under which any of them was written', async () => {
    const { directory, store } = setUp();
    expect(await store.highestTerm()).toBe(0);
    await store.write(DEMO, aStatus('demo', { controller: { owner: 'us', id: 'one', term: 4 } }));
    expect(await store.highestTerm()).toBe(4);
    await writeFile(join(directory, '_controller.json'), JSON.stringify({ kind: 'ControllerStatus', term: 6 }));
    expect(await store.highestTerm()).toBe(6);
  });

  it('are not written again when only the times of looks differ, and are when anything else does', async () => {
    const { directory, store } = setUp();
    await store.prepare(1);
    const told: (StatusFile | null)[] = [];
    store.onChange((_, status) => void told.push(status));
    await store.write(DEMO, aStatus('demo', { nextLookAt: '2026-01-01T00:00:00Z' }));
    expect(await store.write(DEMO, aStatus('demo', { nextLookAt: '2026-01-01T00:01:00Z' }))).toBe(false);
    expect(await readFile(join(directory, 'demo.json'), 'utf8')).toContain('00:00:00Z');
    const looked = (now: number, swarm: string) => aStatus('demo', { observation: { now, swarm } });
    await store.write(OTHER, looked(1, 'a'));
    expect(await store.write(OTHER, looked(2, 'a'))).toBe(false);
    expect(await store.write(OTHER, looked(2, 'b'))).toBe(true);
    expect(told.splice(1)).toHaveLength(2);
    expect(await store.write(DEMO, aStatus('demo', { because: 'something else' }))).toBe(true);
    expect(told).toHaveLength(2);
  });

  it('are read once in a pass: what was read is what the new one is held against', async () => {
    const { directory } = setUp();
    const read: string[] = [];
    const disk = {
      ...realDisk,
      readText: (path: string) => {
        read.push(basename(path));
        return realDisk.readText(path);
      },
    };
    const store = createStatusFiles(directory, disk);
    await store.prepare(1);
    expect(await store.write(DEMO, aStatus('demo'), null)).toBe(true);
    const before = await store.read(DEMO);
    expect(await store.write(DEMO, aStatus('demo', { nextLookAt: '2026-01-01T00:01:00Z' }), before)).toBe(false);
    expect(await store.write(DEMO, aStatus('demo', { because: 'something else' }), before)).toBe(true);
    expect(read).toEqual(['demo.json']);
  });

  it('are listed once for tombstones: afterwards only those are read that say Deleted', async () => {
    const { directory } = setUp();
    let reads = 0;
    const disk = {
      ...realDisk,
      readText: (path: string) => {
        reads += 1;
        return realDisk.readText(path);
      },
    };
    const store = createStatusFiles(directory, disk);
    await store.prepare(1);
    for (const name of ['a', 'b', 'c']) await store.write(name as ClusterName, aStatus(name), null);
    expect(await store.removeTombstones(NOW)).toEqual([]);
    await store.write(
      'b' as ClusterName,
      aStatus('b', { phase: 'Deleted' }, { deletionTimestamp: '2026-01-01T12:00:00Z' }),
      null,
    );
    reads = 0;
    expect(await store.removeTombstones(NOW)).toEqual([]);
    expect(reads).toBe(1);
    expect(await store.removeTombstones(NOW + 400 * 24 * 3_600_000)).toEqual(['b']);
    expect(await store.removeTombstones(NOW + 400 * 24 * 3_600_000)).toEqual([]);
  });

  it('come back when somebody deleted or spoiled them, or the whole directory', async () => {
    const { directory, store } = setUp();
    await store.prepare(1);
    await store.write(DEMO, aStatus('demo'));
    await rm(join(directory, 'demo.json'));
    expect(await store.write(DEMO, aStatus('demo'))).toBe(true);
    await writeFile(join(directory, 'demo.json'), '{"half');
    expect(await store.read(DEMO)).toBeNull();
    expect(await store.write(DEMO, aStatus('demo'))).toBe(true);
    await rm(directory, { recursive: true });
    expect(await store.write(DEMO, aStatus('demo'))).toBe(true);
  });

  it('leave no temporary behind, not even those of a killed writer', async () => {
    const { directory, store } = setUp();
    await writeFile(join(directory, '.demo.json.123.4.tmp'), 'half');
    await writeFile(join(directory, 'other.txt'), "somebody's");
    await store.prepare(1);
    expect(await readdir(directory)).toEqual(['other.txt']);
    await expect(writeAtomic(join(directory, 'other.txt/x'), 'y')).rejects.toThrow();
    expect(await readdir(directory)).toEqual(['other.txt']);
  });

  it('are listed without the fleet files', async () => {
    const { store } = setUp();
    await store.write('b' as ClusterName, aStatus('b'));
    await store.write('a' as ClusterName, aStatus('a'));
    await store.writeIndex({ apiVersion: 'skep/v1alpha1', kind: 'FleetIndex', clusters: [] });
    expect((await store.list()).map((file) => file.metadata.name)).toEqual(['a', 'b']);
  });

  it('of deleted clusters stay for a day', async () => {
    const { store } = setUp();
    const gone = (name: string, ago: number) =>
      store.write(
        name as ClusterName,
        aStatus(name, { phase: 'Deleted' }, { deletionTimestamp: new Date(NOW - ago).toISOString() }),
      );
    await gone('young', TOMBSTONE_MS - 1);
    await gone('old', TOMBSTONE_MS + 1);
    await store.write(DEMO, aStatus('demo', {}, { deletionTimestamp: '2020-01-01T00:00:00Z' }));
    expect(await store.removeTombstones(NOW)).toEqual(['old']);
    expect((await store.list()).map((file) => file.metadata.name)).toEqual(['demo', 'young']);
  });

  it('refuse names that are no cluster names, or the index', async () => {
    const { store } = setUp();
    for (const name of ['index', '../x', '_source', '']) {
      await expect(async () => store.write(name as ClusterName, aStatus(name))).rejects.toThrow('no status file');
    }
  });
});
