import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { realFileDoor } from '../../../src/controller/loop/file-door.ts';
import { readCheckout } from '../../../src/controller/loop/git-commit.ts';
import { put, sourceOf, specText, temporaryDirectory } from './support/specs.ts';

const HASH = 'a'.repeat(40);
const OTHER = 'b'.repeat(40);
const read = async (directory: string) => (await readCheckout(realFileDoor, directory))?.commit ?? null;

describe('the commit of a directory', () => {
  it('is null where there is no git work tree, or one that cannot be understood', async () => {
    const dir = temporaryDirectory();
    expect(await read(dir)).toBeNull();
    await put(join(dir, '.git'), 'no gitdir line');
    expect(await read(dir)).toBeNull();
  });

  it.each([
    ['a detached HEAD', { HEAD: HASH }],
    ['a loose ref', { HEAD: 'ref: refs/heads/main', 'refs/heads/main': HASH }],
    [
      'a packed ref',
      {
        HEAD: 'ref: refs/heads/main',
        'packed-refs': `# pack-refs\n${OTHER} refs/heads/old/refs/heads/mai\n${HASH} refs/heads/main`,
      },
    ],
    [
      'a loose ref before a packed one',
      { HEAD: 'ref: refs/heads/main', 'refs/heads/main': HASH, 'packed-refs': `${OTHER} refs/heads/main` },
    ],
  ] as const)('is found by %s, also from below', async (_, files) => {
    const dir = temporaryDirectory();
    for (const [name, text] of Object.entries(files)) await put(join(dir, '.git', name), `${text}\n`);
    await put(join(dir, 'clusters/a.yaml'), '');
    expect(await read(join(dir, 'clusters'))).toBe(HASH);
  });

  it('is found in a linked work tree, and stands on every document', async () => {
    const dir = temporaryDirectory();
    await put(join(dir, 'repo/.git/refs/heads/main'), HASH);
    await put(join(dir, 'repo/.git/worktrees/w/HEAD'), 'ref: refs/heads/main\n');
    await put(join(dir, 'repo/.git/worktrees/w/commondir'), '../..\n');
    await put(join(dir, 'w/.git'), `gitdir: ${join(dir, 'repo/.git/worktrees/w')}\n`);
    await put(join(dir, 'w/a.yaml'), specText('one'));
    const view = await sourceOf(join(dir, 'w')).list();
    expect(view.commit).toBe(HASH);
    expect([...view.documents.values()][0]?.source.commit).toBe(HASH);
  });

  it('agrees with git itself', async () => {
    const dir = temporaryDirectory();
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', dir, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
        encoding: 'utf8',
      }).trim();
    git('init', '-q');
    git('commit', '-q', '--allow-empty', '-m', 'one');
    expect(await read(dir)).toBe(git('rev-parse', 'HEAD'));
    git('pack-refs', '--all');
    expect(await read(dir)).toBe(git('rev-parse', 'HEAD'));
  });
});
