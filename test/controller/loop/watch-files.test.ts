import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { watchFiles } from '../../../src/controller/loop/watch-files.ts';
import { collectEvents } from './support/collect-events.ts';
import { put, sourceOf, specText, swapLink, temporaryDirectory } from './support/specs.ts';

/** A hint takes 2 ms here; a busy machine gets more. Without one, two seconds pass. */
const SOON_MS = 800;

/** Watches a directory as the loop does: what each listing names. Gives how long a hint of `act` took, in ms. */
async function watching(directory: string) {
  let wake = (): void => {};
  let hints = 0;
  const sink = collectEvents();
  const files = watchFiles(sink)(() => {
    hints += 1;
    wake();
  });
  onTestFinished(() => files.close());
  const source = sourceOf(directory);
  async function relist(): Promise<boolean> {
    await source.list();
    return files.set(await source.watchPaths());
  }
  async function hintAfter(act: () => Promise<unknown>): Promise<number> {
    await relist();
    await delay(20); // what earlier acts still caused
    const hinted = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const begun = performance.now();
    await act();
    await Promise.race([hinted, delay(2_000)]);
    return performance.now() - begun;
  }
  return { relist, hintAfter, hints: () => hints, sink };
}

describe('watching the specs directory', () => {
  it('hints soon of files made, changed, replaced, renamed and removed', async () => {
    const dir = temporaryDirectory();
    await put(join(dir, 'sub/a.yaml'), specText('a'));
    const { hintAfter, sink } = await watching(dir);
    const at = (name: string) => join(dir, name);
    expect(await hintAfter(() => put(at('b.yaml'), specText('b')))).toBeLessThan(SOON_MS);
    expect(await hintAfter(() => writeFile(at('sub/a.yaml'), specText('a', 2)))).toBeLessThan(SOON_MS);
    await put(at('.b.tmp'), specText('b', 3));
    expect(await hintAfter(() => rename(at('.b.tmp'), at('b.yaml')))).toBeLessThan(SOON_MS);
    expect(await hintAfter(() => writeFile(at('b.yaml'), specText('b', 4)))).toBeLessThan(SOON_MS);
    expect(await hintAfter(() => rename(at('b.yaml'), at('c.yml')))).toBeLessThan(SOON_MS);
    expect(await hintAfter(() => rm(at('c.yml')))).toBeLessThan(SOON_MS);
    expect(await hintAfter(() => mkdir(at('new')))).toBeLessThan(SOON_MS);
    expect(await hintAfter(() => put(at('new/d.yaml'), specText('d')))).toBeLessThan(SOON_MS);
    expect(sink.events).toEqual([]);
  });

  it('hints at every swap of a link like those of git-sync, wherever on the way it is', async () => {
    const base = temporaryDirectory();
    for (const tree of ['1', '2', '3'])
      await put(join(base, '.trees', tree, 'clusters/a.yaml'), specText('a', Number(tree)));
    await swapLink(join(base, 'current'), '.trees/1');
    for (const directory of ['current', 'current/clusters']) {
      const { hintAfter } = await watching(join(base, directory));
      for (const tree of ['2', '3', '1', '2']) {
        expect(await hintAfter(() => swapLink(join(base, 'current'), `.trees/${tree}`))).toBeLessThan(SOON_MS);
      }
    }
  });

  it('hints at every swap of a ConfigMap, whether the old version is removed or stays', async () => {
    const dir = temporaryDirectory();
    for (const version of ['1', '2', '3'])
      await put(join(dir, `..${version}`, 'a.yaml'), specText('a', Number(version)));
    await swapLink(join(dir, '..data'), '..1');
    await symlink('..data/a.yaml', join(dir, 'a.yaml'));
    const { hintAfter } = await watching(dir);
    for (const version of ['2', '3', '1', '2']) {
      expect(await hintAfter(() => swapLink(join(dir, '..data'), `..${version}`))).toBeLessThan(SOON_MS);
    }
  });

  it('sees a directory again that was removed and came back', async () => {
    const dir = join(temporaryDirectory(), 'clusters');
    await put(join(dir, 'a.yaml'), specText('a'));
    const { hintAfter, relist } = await watching(dir);
    expect(await hintAfter(() => rm(dir, { recursive: true }))).toBeLessThan(SOON_MS);
    expect(await relist()).toBe(true);
    await put(join(dir, 'a.yaml'), specText('a'));
    expect(await relist()).toBe(true);
    expect(await hintAfter(() => writeFile(join(dir, 'a.yaml'), specText('a', 2)))).toBeLessThan(SOON_MS);
  });

  it('does not watch anew what stayed the same, and is silent when nothing happens', async () => {
    const dir = temporaryDirectory();
    await put(join(dir, 'a.yaml'), specText('a'));
    const { relist, hints } = await watching(dir);
    expect([await relist(), await relist()]).toEqual([true, false]);
    await writeFile(join(dir, '.swp'), 'an editor');
    await delay(100);
    expect(hints()).toBe(0);
  });
});
