import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { realFileDoor } from '../../src/controller/loop/file-door.ts';
import { put, specText, swapLink } from './loop/support/specs.ts';
import { createRunningLoop, MINUTE } from './support/running-loop.ts';

/** Hours of virtual time; a busy machine needs a while for them. */
vi.setConfig({ testTimeout: 30_000 });

/** A running controller whose documents (file → cluster) are Ready. */
async function kept(files: Readonly<Record<string, string>>) {
  const loop = createRunningLoop();
  await mkdir(loop.specs);
  for (const [file, name] of Object.entries(files)) await loop.write(file, name);
  const controller = loop.start();
  await loop.untilReady(...Object.values(files));
  return Object.assign(loop, { controller });
}

/** Three times the grace after which a missing document may count. */
const LONG = 1.5 * MINUTE;
const denied = Object.assign(new Error('denied'), { code: 'EACCES' });
/** Half of a file is a good document too: it lacks the workers. */
const torn = specText('a').slice(0, specText('a').indexOf('  workers'));

describe('clusters are left as they are', () => {
  it('but a document that is simply removed is a deletion: these tests would see one', async () => {
    const loop = await kept({ 'a.yaml': 'a', 'b.yaml': 'b' });
    const before = loop.standing('b');
    await loop.remove('a.yaml');
    expect(await loop.after(LONG, 'a', 'b')).toEqual([[], before]);
    expect(before.length).toBeGreaterThan(4);
    await loop.controller.end();
  });

  it('when the directory vanishes, over a restart too, even if only one cluster lived from it', async () => {
    const loop = await kept({ 'a.yaml': 'a' });
    const before = loop.standing('a');
    await rename(loop.specs, `${loop.specs}.away`);
    expect(await loop.after(LONG, 'a')).toEqual([before]);
    await loop.controller.end();
    const next = loop.start('two');
    expect(await loop.after(LONG, 'a')).toEqual([before]);
    expect(await loop.holds('a')).toEqual(['DeletionHeld: the specs directory itself is gone']);
    await rename(`${loop.specs}.away`, loop.specs);
    await loop.untilReady('a');
    expect(loop.standing('a')).toEqual(before);
    await next.end();
  });

  it('when the directory reads empty, over a fail-over too', async () => {
    const loop = await kept({ 'a.yaml': 'a', 'b.yaml': 'b' });
    const before = ['a', 'b'].map(loop.standing);
    for (const file of ['a.yaml', 'b.yaml']) await loop.remove(file);
    expect(await loop.after(LONG, 'a', 'b')).toEqual(before);
    await loop.controller.end();
    const next = loop.start('two');
    expect(await loop.after(LONG, 'a', 'b')).toEqual(before);
    expect(await loop.holds('b')).toEqual([expect.stringMatching(/^DeletionHeld: .*reads empty, and 2 clusters/)]);
    await next.end();
  });

  it('while a file does not parse: its own cluster, and one whose document is missing elsewhere', async () => {
    const loop = await kept({ 'a.yaml': 'a', 'b.yaml': 'b', 'c.yaml': 'c' });
    const before = ['a', 'b'].map(loop.standing);
    await put(loop.path('a.yaml'), '{{{');
    await loop.remove('b.yaml');
    expect(await loop.after(LONG, 'a', 'b')).toEqual(before);
    expect(await loop.holds('a')).toEqual([expect.stringMatching(/^SpecInvalid: .*a\.yaml:1:/)]);
    await loop.controller.end();
  });

  it('when a document is given another name', async () => {
    const loop = await kept({ 'a.yaml': 'a', 'b.yaml': 'b' });
    const before = loop.standing('a');
    await loop.write('a.yaml', 'renamed');
    expect(await loop.after(LONG, 'a')).toEqual([before]);
    expect(await loop.holds('a')).toEqual([expect.stringMatching(/^DeletionHeld: a document named renamed appeared/)]);
    await loop.controller.end();
  });

  it('when a second document claims the name of one', async () => {
    const loop = await kept({ 'a.yaml': 'a', 'b.yaml': 'b' });
    const before = loop.standing('a');
    await loop.write('other.yaml', 'a', 5);
    expect(await loop.after(LONG, 'a')).toEqual([before]);
    expect(await loop.holds('a')).toEqual([expect.stringMatching(/^NameConflict: .*a\.yaml:1, other\.yaml:1/)]);
    await loop.controller.end();
  });

  it('while a directory or a file may not be read', async () => {
    const loop = await kept({ 'a.yaml': 'a', 'sub/b.yaml': 'b', 'c.yaml': 'c' });
    const before = ['a', 'b', 'c'].map(loop.standing);
    loop.door = {
      ...realFileDoor,
      readdir: (path) => (path.endsWith('/sub') ? Promise.reject(denied) : realFileDoor.readdir(path)),
      readFile: (path, max) => (path.endsWith('/a.yaml') ? Promise.reject(denied) : realFileDoor.readFile(path, max)),
    };
    await loop.remove('c.yaml');
    expect(await loop.after(LONG, 'a', 'b', 'c')).toEqual(before);
    expect(await loop.holds('b')).toEqual([expect.stringContaining('sub:1:1: cannot be read (EACCES)')]);
    await loop.controller.end();
  });

  it('while a link is swapped in the middle of every listing', async () => {
    const loop = createRunningLoop();
    const trees = join(loop.specs, '..');
    await mkdir(loop.specs);
    await put(join(trees, 'v1/a.yaml'), specText('a'));
    await put(join(trees, 'v1/b.yaml'), specText('b'));
    await put(join(trees, 'v2/a.yaml'), specText('a'));
    await symlink('../v1', loop.path('live'));
    const controller = loop.start();
    await loop.untilReady('a', 'b');
    const before = ['a', 'b'].map(loop.standing);
    loop.door = {
      ...realFileDoor,
      async readdir(path) {
        if (path === loop.specs) await swapLink(loop.path('live'), '../v2');
        const entries = await realFileDoor.readdir(path);
        if (path.endsWith('/v2')) await swapLink(loop.path('live'), '../v1');
        return entries;
      },
    };
    expect(await loop.after(LONG, 'a', 'b')).toEqual(before);
    expect(loop.sink.codes()).toContain('SKP109');
    await controller.end();
  });

  it('while a file is written each time it is read', async () => {
    const loop = await kept({ 'a.yaml': 'a', 'b.yaml': 'b' });
    const before = ['a', 'b'].map(loop.standing);
    loop.door = {
      ...realFileDoor,
      async readFile(path, max) {
        if (!path.endsWith('/a.yaml')) return realFileDoor.readFile(path, max);
        await writeFile(path, torn);
        const read = await realFileDoor.readFile(path, max);
        await writeFile(path, specText('a'));
        return read;
      },
    };
    expect(await loop.after(LONG, 'a', 'b')).toEqual(before);
    expect(await loop.holds('a')).toEqual([expect.stringContaining('a.yaml:1:1: kept changing while it was read')]);
    loop.door = realFileDoor;
    await loop.untilReady('a');
    await loop.controller.end();
  });
});

describe('of many documents that are removed together', () => {
  const files = { 'a.yaml': 'a', 'b.yaml': 'b', 'c.yaml': 'c', 'keep.yaml': 'keep' };
  const gone = (loop: ReturnType<typeof createRunningLoop>) =>
    ['a', 'b', 'c'].filter((name) => loop.standing(name).length === 0).length;

  it('one goes in an hour, whoever holds the lease, a controller that stood by from before among them', async () => {
    const loop = await kept(files);
    const standby = loop.start('two');
    await loop.clock.step(LONG);
    for (const file of ['a.yaml', 'b.yaml', 'c.yaml']) await loop.remove(file);
    await loop.clock.step(LONG);
    expect(gone(loop)).toBe(1);
    await loop.controller.end();
    await loop.clock.step(LONG);
    await standby.end();
    expect(gone(loop)).toBe(1);
    for (const [minutes, expected] of [
      [50, 1],
      [10, 2],
    ] as const) {
      await loop.clock.step(minutes * MINUTE);
      const next = loop.start('three');
      await loop.clock.step(LONG);
      await next.end();
      expect(gone(loop)).toBe(expected);
    }
  });

  it('the others wait for a word, and go with it', async () => {
    const loop = await kept(files);
    for (const file of ['a.yaml', 'b.yaml', 'c.yaml']) await loop.remove(file);
    await loop.clock.step(LONG);
    const [held = ''] = ['a', 'b', 'c'].filter((name) => loop.standing(name).length > 0);
    expect(await loop.holds(held)).toEqual([expect.stringMatching(/^DeletionHeld: 1 clusters were deleted within/)]);
    await loop.confirm(held);
    await loop.clock.step(MINUTE);
    expect(loop.standing(held)).toEqual([]);
    expect(gone(loop)).toBe(2);
    await loop.controller.end();
  });
});
