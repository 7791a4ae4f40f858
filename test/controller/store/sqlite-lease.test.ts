import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSqliteLease } from '../../../src/controller/store/sqlite-lease.ts';
import type { Lease } from '../../../src/providers/provider.ts';

const SOURCE = join(import.meta.dirname, '../../../src/controller/store/sqlite-lease.ts');
const signal = new AbortController().signal;
const lease = (holder: string, term = 1, renewals = 0): Lease => ({ holder, term, renewals, released: false });

function setUp() {
  const directory = mkdtempSync(join(tmpdir(), 'skep-lease-'));
  const path = join(directory, 'status/_lease.sqlite');
  const opened: ReturnType<typeof createSqliteLease>[] = [];
  const open = () => {
    const store = createSqliteLease(path);
    opened.push(store);
    return store;
  };
  onTestFinished(() => {
    for (const store of opened) store.close();
    rmSync(directory, { recursive: true, force: true });
  });
  return { directory, path, open };
}

/** A process that, on a line of its input, makes 20 swaps from whatever it reads and says which succeeded. */
async function racer(path: string, holder: string) {
  const code = ts.transpileModule(await readFile(SOURCE, 'utf8'), {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
  }).outputText;
  const main = `
    const store = createSqliteLease(${JSON.stringify(path)});
    await store.read();
    console.log('ready');
    await new Promise((go) => process.stdin.once('data', go));
    const won = [];
    for (let i = 0; i < 20; i += 1) {
      const seen = await store.read();
      const next = { holder: ${JSON.stringify(holder)}, term: (seen?.term ?? 0) + 1, renewals: 0, released: false };
      if (await store.swap(seen, next)) won.push(next.term);
    }
    store.close();
    console.log(JSON.stringify(won));
    process.exit(0);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', `${code}\n${main}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  const ready = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      output += chunk;
      resolve();
    });
  });
  const ended = new Promise<number[]>((resolve) => {
    child.on('close', () => resolve(JSON.parse(output.split('\n')[1] ?? 'null')));
  });
  return { ready, go: () => child.stdin.write('go\n'), ended };
}

describe('the lease in a SQLite file', () => {
  it('is read by all as the last one wrote it, also after everything was closed', async () => {
    const { open } = setUp();
    const [one, two] = [open(), open()];
    expect(await one.read(signal)).toBeNull();
    expect(await one.swap(null, lease('one'), signal)).toBe(true);
    expect(await two.read(signal)).toEqual(lease('one'));
    one.close();
    two.close();
    expect(await open().read(signal)).toEqual(lease('one'));
  });

  it.each([
    ['none is there, and one was', null, lease('one')],
    ['the holder changed', lease('two'), lease('one')],
    ['it was renewed', lease('one', 1, 1), lease('one', 1, 0)],
    ['the term rose', lease('one', 2), lease('one', 1)],
    ['it was released', { ...lease('one'), released: true }, lease('one')],
  ])('is not swapped when %s', async (_, stored, seen) => {
    const { open } = setUp();
    const store = open();
    if (stored) await store.swap(null, stored, signal);
    expect(await store.swap(seen, lease('me', 9), signal)).toBe(false);
    expect(await store.read(signal)).toEqual(stored);
  });

  it('is taken by exactly one of ten connections', async () => {
    const { open } = setUp();
    const stores = Array.from({ length: 10 }, open);
    const won = await Promise.all(stores.map((store, i) => store.swap(null, lease(`c${i}`), signal)));
    expect(won.filter(Boolean)).toHaveLength(1);
  });

  it('gives each term to exactly one of four processes that race', async () => {
    const { path, open } = setUp();
    const racers = await Promise.all(['a', 'b', 'c', 'd'].map((holder) => racer(path, holder)));
    await Promise.all(racers.map(({ ready }) => ready));
    for (const { go } of racers) go();
    const terms = (await Promise.all(racers.map(({ ended }) => ended))).flat();
    expect(terms.length).toBeGreaterThan(19);
    expect(new Set(terms).size).toBe(terms.length);
    expect((await open().read(signal))?.term).toBe(Math.max(...terms));
  }, 30_000);

  it('is seen to be gone when its file was removed, and begins anew', async () => {
    const { path, open } = setUp();
    const [holder, other] = [open(), open()];
    await holder.swap(null, lease('holder'), signal);
    expect(holder.isInPlace()).toBe(true);
    await rm(path);
    expect(holder.isInPlace()).toBe(false);
    expect(await other.swap(null, lease('other'), signal)).toBe(true);
    expect(await holder.swap(lease('holder'), lease('holder', 1, 1), signal)).toBe(false);
    expect(await holder.read(signal)).toEqual(lease('other'));
  });

  it('is seen to be another when its file was replaced', async () => {
    const { path, open } = setUp();
    const holder = open();
    await holder.swap(null, lease('holder'), signal);
    const replacement = createSqliteLease(`${path}.new`);
    await replacement.swap(null, lease('other', 8), signal);
    replacement.close();
    await rename(`${path}.new`, path);
    expect(holder.isInPlace()).toBe(false);
    expect(await holder.read(signal)).toEqual(lease('other', 8));
    expect(holder.isInPlace()).toBe(false);
  });

  it('moves a damaged file aside, with one error, and goes on', async () => {
    const { directory, path, open } = setUp();
    const store = open();
    await store.read(signal);
    store.close();
    await writeFile(path, 'this is no database, and long enough to be looked at as one'.repeat(20));
    await expect(store.read(signal)).rejects.toThrow();
    expect(await store.read(signal)).toBeNull();
    expect((await readdir(join(directory, 'status'))).sort()).toEqual(['_lease.sqlite', '_lease.sqlite.damaged']);
  });
});
