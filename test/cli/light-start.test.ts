import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** What a command loads only when it needs it: each takes tens of milliseconds. */
const HEAVY = ['yaml', 'zod', 'better-sqlite3', 'dockerode', 'pino', 'chokidar'];

/** Packages and files that `file` loads at once, types left out. */
async function loadedBy(file: string, seen = new Set<string>()): Promise<Set<string>> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = await readFile(file, 'utf8');
  for (const [, what = '', from = ''] of text.matchAll(/^(?:import|export) ([^;]*?) from '([^']+)';$/gms)) {
    const isTypes = what.startsWith('type ') || /^\{(\s*type [^,}]+,?)+\s*\}$/.test(what);
    if (isTypes) continue;
    if (from.startsWith('.')) await loadedBy(resolve(dirname(file), from), seen);
    else seen.add(from);
  }
  return seen;
}

describe('the start of the command line', () => {
  it('loads nothing heavy', async () => {
    const loaded = await loadedBy(fileURLToPath(new URL('../../src/cli/run-cli.ts', import.meta.url)));
    expect(loaded).toContain('commander');
    expect([...loaded].filter((name) => HEAVY.includes(name))).toEqual([]);
  });
});
