import { execFileSync } from 'node:child_process';
import { mkdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SourceView } from '../../../src/controller/loop/source-view.ts';
import type { ClusterName } from '../../../src/model/ids.ts';
import { doorWith, inlineParser, put, sourceOf, specText, swapLink, temporaryDirectory } from './support/specs.ts';

const names = (view: SourceView) => [...view.documents.keys()].sort();
const complaints = (view: SourceView) => [...view.fileComplaints.values()].flat().map((c) => `${c.path}: ${c.message}`);

describe('a listing of the specs directory', () => {
  it('reads .yaml and .yml in sub-directories, several documents in a file, and no name that begins with a dot', async () => {
    const dir = temporaryDirectory();
    await put(join(dir, 'a.yaml'), `${specText('one')}---\n${specText('two')}`);
    await put(join(dir, 'sub/deeper/b.yml'), specText('three'));
    await put(join(dir, '.hidden.yaml'), specText('hidden'));
    await put(join(dir, '.git/c.yaml'), specText('hidden'));
    await put(join(dir, 'README.md'), 'no spec');
    const view = await sourceOf(dir).list();
    expect(names(view)).toEqual(['one', 'three', 'two']);
    expect(view.documents.get('three' as ClusterName)?.source).toEqual({
      path: 'sub/deeper/b.yml',
      line: 1,
      commit: null,
    });
    expect(view).toMatchObject({ complete: true, vanished: false, empty: false });
  });

  it('reads and parses a file until it was the same at two listings, and again once it changed', async () => {
    const dir = temporaryDirectory();
    for (const name of ['a', 'b', 'c']) await put(join(dir, `${name}.yaml`), specText(name));
    const read: string[] = [];
    const parsed: string[] = [];
    const door = doorWith({ readFile: async (path) => void read.push(basename(path)) });
    const parser = {
      parse: (path: string, content: Uint8Array) => {
        parsed.push(path);
        return inlineParser.parse(path, content);
      },
    };
    const source = sourceOf(dir, { door, parser });
    for (let listing = 0; listing < 5; listing++) expect(names(await source.list())).toEqual(['a', 'b', 'c']);
    expect(read.sort()).toEqual(['a.yaml', 'a.yaml', 'b.yaml', 'b.yaml', 'c.yaml', 'c.yaml']);
    expect(parsed.sort()).toEqual(['a.yaml', 'b.yaml', 'c.yaml']);
    await put(join(dir, 'b.yaml'), specText('b', 7));
    const view = await source.list();
    expect(view.documents.get('b' as ClusterName)?.pools[1]?.count).toBe(7);
    expect(parsed.at(-1)).toBe('b.yaml');
    expect(read).toHaveLength(7);
    expect(view.complete).toBe(true);
  });

  it('lets neither of two documents with one name win', async () => {
    const dir = temporaryDirectory();
    await put(join(dir, 'a.yaml'), specText('same'));
    await put(join(dir, 'b.yaml'), specText('same', 4));
    await put(join(dir, 'c.yaml'), specText('other'));
    const view = await sourceOf(dir).list();
    expect(names(view)).toEqual(['other']);
    expect(view.conflicts.get('same' as ClusterName)?.map(({ path }) => path)).toEqual(['a.yaml', 'b.yaml']);
  });

  it('keeps the name of a document that is wrong, and calls the listing incomplete', async () => {
    const dir = temporaryDirectory();
    await put(join(dir, 'a.yaml'), specText('good'));
    await put(join(dir, 'b.yaml'), specText('bad').replace('count: 3', 'count: 4'));
    await put(join(dir, 'c.yaml'), '{{{');
    const view = await sourceOf(dir).list();
    expect(names(view)).toEqual(['good']);
    expect([...view.brokenNames.keys()]).toEqual(['bad']);
    expect([...view.fileComplaints.keys()].sort()).toEqual(['b.yaml', 'c.yaml']);
    expect(view.complete).toBe(false);
  });

  it('says empty of a directory without documents, and vanished of one that is not there', async () => {
    const dir = temporaryDirectory();
    await put(join(dir, 'notes.yaml'), '# nothing yet\n');
    expect(await sourceOf(dir).list()).toMatchObject({ empty: true, complete: true, vanished: false });
    expect(await sourceOf(join(dir, 'none')).list()).toMatchObject({ empty: false, complete: false, vanished: true });
    await symlink('nowhere', join(dir, 'link'));
    expect(await sourceOf(join(dir, 'link')).list()).toMatchObject({ complete: false, vanished: true });
  });

  it('refuses a file above the limit without reading it', async () => {
    const dir = temporaryDirectory();
    await put(join(dir, 'big.yaml'), specText('big'));
    await truncate(join(dir, 'big.yaml'), 200_000_000);
    const view = await sourceOf(dir).list();
    expect(complaints(view)[0]).toContain('200000000 bytes');
    expect(view.complete).toBe(false);
  });

  it('reports what cannot be read: a link to nowhere, a link to itself, a named pipe in place of a file', async () => {
    // Permissions are not tried with a real file: tests may run as root, whom they do not stop. See the next test.
    const dir = temporaryDirectory();
    await put(join(dir, 'good.yaml'), specText('good'));
    await symlink('missing.yaml', join(dir, 'dangling.yaml'));
    await symlink('loop.yaml', join(dir, 'loop.yaml'));
    execFileSync('mkfifo', [join(dir, 'pipe.yaml')]);
    const view = await sourceOf(dir).list();
    expect(names(view)).toEqual(['good']);
    expect(complaints(view).sort()).toEqual([
      'dangling.yaml: cannot be read (ENOENT)',
      'loop.yaml: cannot be read (ELOOP)',
      'pipe.yaml: is no regular file',
    ]);
    expect(view.complete).toBe(false);
  });

  it('is incomplete while a file or a directory may not be read', async () => {
    const dir = temporaryDirectory();
    await put(join(dir, 'good.yaml'), specText('good'));
    await put(join(dir, 'secret/a.yaml'), specText('secret'));
    const denied = Object.assign(new Error('denied'), { code: 'EACCES' });
    const refuse = (end: string) => async (path: string) => {
      if (path.endsWith(end)) throw denied;
    };
    const noDirectory = await sourceOf(dir, { door: doorWith({ readdir: refuse('secret') }) }).list();
    expect(complaints(noDirectory)).toEqual(['secret: cannot be read (EACCES)']);
    const noFile = await sourceOf(dir, { door: doorWith({ readFile: refuse('good.yaml') }) }).list();
    expect(names(noFile)).toEqual(['secret']);
    expect([noDirectory.complete, noFile.complete]).toEqual([false, false]);
  });

  it('counts a file or directory reached by two ways once, and ends in a tree linked into itself', async () => {
    const dir = temporaryDirectory();
    await put(join(dir, 'sub/a.yaml'), specText('one'));
    await symlink('sub/a.yaml', join(dir, 'again.yaml'));
    await symlink('..', join(dir, 'sub/up'));
    await symlink('sub', join(dir, 'twin'));
    const view = await sourceOf(dir).list();
    expect(names(view)).toEqual(['one']);
    expect([view.conflicts.size, view.complete]).toEqual([0, true]);
  });

  it('parses a file again only when its bytes changed', async () => {
    const dir = temporaryDirectory();
    await put(join(dir, 'a.yaml'), specText('one'));
    await put(join(dir, 'b.yaml'), specText('two'));
    const parsed: string[] = [];
    const parser = {
      parse: (path: string, bytes: Uint8Array) => {
        parsed.push(path);
        return inlineParser.parse(path, bytes);
      },
    };
    const source = sourceOf(dir, { parser });
    const first = await source.list();
    await writeFile(join(dir, 'b.yaml'), specText('two', 5));
    const second = await source.list();
    expect(parsed.sort()).toEqual(['a.yaml', 'b.yaml', 'b.yaml']);
    const one = 'one' as ClusterName;
    expect(second.documents.get(one)).toBe(first.documents.get(one));
    expect(second.documents.get('two' as ClusterName)?.pools[1]?.count).toBe(5);
  });

  it('holds a parser that breaks against the file, not against the loop', async () => {
    const dir = temporaryDirectory();
    await put(join(dir, 'a.yaml'), specText('one'));
    const parser = { parse: () => Promise.reject(new Error('took longer than 2 s')) };
    const view = await sourceOf(dir, { parser }).list();
    expect(complaints(view)).toEqual(['a.yaml: cannot be parsed (took longer than 2 s)']);
  });
});

describe('a listing while the directory changes', () => {
  it('never mixes two checkouts of git-sync', async () => {
    const base = temporaryDirectory();
    for (const [tree, workers] of [
      ['1', 1],
      ['2', 2],
    ] as const) {
      for (const name of ['a', 'b']) await put(join(base, '.worktrees', tree, `${name}.yaml`), specText(name, workers));
    }
    await swapLink(join(base, 'current'), '.worktrees/1');
    let swapped = false;
    const door = doorWith({
      readFile: async (path) => {
        if (swapped || !path.endsWith('b.yaml')) return;
        swapped = true;
        await swapLink(join(base, 'current'), '.worktrees/2');
      },
    });
    const view = await sourceOf(join(base, 'current'), { door }).list();
    expect([...view.documents.values()].map((d) => d.pools[1]?.count)).toEqual([2, 2]);
    expect([swapped, view.complete]).toEqual([true, true]);
  });

  it('never mixes two versions of a ConfigMap', async () => {
    const dir = temporaryDirectory();
    for (const [tree, workers] of [
      ['1', 1],
      ['2', 2],
    ] as const) {
      for (const name of ['a', 'b']) await put(join(dir, `..2024_${tree}`, `${name}.yaml`), specText(name, workers));
    }
    await swapLink(join(dir, '..data'), '..2024_1');
    for (const name of ['a', 'b']) await symlink(`..data/${name}.yaml`, join(dir, `${name}.yaml`));
    let swapped = false;
    const door = doorWith({
      readFile: async (path) => {
        if (swapped || !path.endsWith('b.yaml')) return;
        swapped = true;
        await swapLink(join(dir, '..data'), '..2024_2');
        await rm(join(dir, '..2024_1'), { recursive: true });
      },
    });
    const view = await sourceOf(dir, { door }).list();
    expect([...view.documents.values()].map((d) => d.pools[1]?.count)).toEqual([2, 2]);
    expect([swapped, view.complete]).toEqual([true, true]);
  });

  it('never mixes two versions behind links that lead out of the directory', async () => {
    const base = temporaryDirectory();
    for (const version of [1, 2]) {
      for (const name of ['a', 'b']) await put(join(base, `v${version}`, `${name}.yaml`), specText(name, version));
    }
    await swapLink(join(base, 'data'), 'v1');
    await mkdir(join(base, 'specs'));
    for (const name of ['a', 'b']) await symlink(`../data/${name}.yaml`, join(base, 'specs', `${name}.yaml`));
    let swapped = false;
    const door = doorWith({
      readFile: async (path) => {
        if (swapped || !path.endsWith('b.yaml')) return;
        swapped = true;
        await swapLink(join(base, 'data'), 'v2');
      },
    });
    const view = await sourceOf(join(base, 'specs'), { door }).list();
    expect([...view.documents.values()].map((d) => d.pools[1]?.count)).toEqual([2, 2]);
    expect([swapped, view.complete]).toEqual([true, true]);
  });

  it('looks again when a file is replaced while it is read', async () => {
    const dir = temporaryDirectory();
    await put(join(dir, 'a.yaml'), specText('a', 1));
    await put(join(dir, 'b.yaml'), specText('b', 1));
    let replaced = false;
    const door = doorWith({
      stat: async (path) => {
        if (replaced || !path.endsWith('a.yaml')) return; // the look at the end of the walk
        replaced = true;
        await put(join(dir, '.a.tmp'), specText('a', 7));
        await rename(join(dir, '.a.tmp'), join(dir, 'a.yaml'));
      },
    });
    const view = await sourceOf(dir, { door }).list();
    expect(view.documents.get('a' as ClusterName)?.pools[1]?.count).toBe(7);
    expect(view.complete).toBe(true);
  });

  it('does not lose a file that moves to a directory already read', async () => {
    const dir = temporaryDirectory();
    await mkdir(join(dir, 'a'));
    await put(join(dir, 'b/x.yaml'), specText('x'));
    let moved = false;
    const door = doorWith({
      readdir: async (path) => {
        if (moved || !path.endsWith('/b')) return;
        moved = true;
        await rename(join(dir, 'b/x.yaml'), join(dir, 'a/x.yaml'));
      },
    });
    const view = await sourceOf(dir, { door }).list();
    expect([names(view), view.complete]).toEqual([['x'], true]);
  });

  it('is incomplete, ends, and believes no file that never comes to rest', async () => {
    const dir = temporaryDirectory();
    await put(join(dir, 'a.yaml'), specText('a'));
    let writes = 0;
    const door = doorWith({ readFile: (path) => writeFile(path, `${specText('a')}# ${'x'.repeat(++writes)}\n`) });
    const changing = doorWith({
      stat: async (path) => {
        if (path.endsWith('a.yaml')) await door.readFile(path, 1);
      },
    });
    const view = await sourceOf(dir, { door: changing }).list();
    expect([names(view), complaints(view), view.complete]).toEqual([
      [],
      ['a.yaml: kept changing while it was read'],
      false,
    ]);
  });
});

describe('what a listing wants watched', () => {
  it('names the directories it read and the links on the way', async () => {
    const base = temporaryDirectory();
    await put(join(base, '.worktrees/1/clusters/sub/a.yaml'), specText('a'));
    await swapLink(join(base, 'current'), '.worktrees/1');
    const source = sourceOf(join(base, 'current/clusters'));
    await source.list();
    expect(await source.watchPaths()).toEqual(
      ['.worktrees/1/clusters', '.worktrees/1/clusters/sub', 'current', 'current/clusters'].map((p) => join(base, p)),
    );
  });
});
