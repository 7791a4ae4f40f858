import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../../../src/base/clock.ts';
import { type FileDoor, realFileDoor } from '../../../../src/controller/loop/file-door.ts';
import { gitAge } from '../../../../src/controller/loop/git-age.ts';
import { createSource, type Parser } from '../../../../src/controller/loop/source.ts';
import { parseFile } from '../../../../src/model/cluster-spec/parse.ts';

export const inlineParser: Parser = { parse: async (path, content) => parseFile(path, content) };

export function specText(name: string, workers = 1): string {
  return [
    'apiVersion: skep/v1alpha1',
    'kind: ClusterSpec',
    `metadata: {name: ${name}}`,
    'spec:',
    '  provider: simulated',
    '  managers: {count: 3}',
    `  workers: [{name: web, count: ${workers}}]`,
    '',
  ].join('\n');
}

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'skep-loop-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** Makes or swaps a symbolic link in one move, as git-sync and the kubelet do. */
export async function swapLink(link: string, target: string): Promise<void> {
  const temporary = join(dirname(link), '..link_tmp');
  await symlink(target, temporary);
  await rename(temporary, link);
}

export function sourceOf(directory: string, { door = realFileDoor, parser = inlineParser, clock = systemClock } = {}) {
  return createSource({ directory, door, parser, ageOf: gitAge, clock });
}

/** The real door, with something happening before some of its calls. */
export function doorWith(before: Partial<{ [K in keyof FileDoor]: (path: string) => Promise<void> }>): FileDoor {
  return {
    readdir: (path) => after(before.readdir, path).then(() => realFileDoor.readdir(path)),
    stat: (path) => after(before.stat, path).then(() => realFileDoor.stat(path)),
    realpath: (path) => after(before.realpath, path).then(() => realFileDoor.realpath(path)),
    readFile: (path, max) => after(before.readFile, path).then(() => realFileDoor.readFile(path, max)),
  };
}

async function after(before: ((path: string) => Promise<void>) | undefined, path: string): Promise<void> {
  await before?.(path);
}
