import { execFileSync } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { gitAge } from '../../../src/controller/loop/git-age.ts';
import { put, temporaryDirectory } from './support/specs.ts';

function repository(directory = temporaryDirectory()) {
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', directory, '-c', 'user.name=ops', '-c', 'user.email=ops@example.org', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  let made = 0;
  const commit = (): string => {
    made += 1;
    git('commit', '-q', '--allow-empty', '-m', `number ${made}`);
    return git('rev-parse', 'HEAD');
  };
  return { directory, gitDir: join(directory, '.git'), git, commit };
}

/** One branch of three commits. */
function three() {
  const repo = repository();
  repo.git('init', '-q', '-b', 'main');
  return { ...repo, commits: [repo.commit(), repo.commit(), repo.commit()] as const };
}

/** The program is looked for here only. */
const onlyIn = (directory: string): void => void vi.stubEnv('PATH', directory);

describe('the age of a commit', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('is told along a branch and between branches, in linked work trees too', async () => {
    const { gitDir, git, commit, commits, directory } = three();
    const [first, , third] = commits;
    expect(await gitAge(gitDir, first, third)).toEqual({ kind: 'older' });
    expect(await gitAge(gitDir, third, first)).toEqual({ kind: 'not-older' });
    git('checkout', '-q', '-b', 'side', first);
    const side = commit();
    expect(await gitAge(gitDir, side, third)).toEqual({ kind: 'not-older' });
    expect(await gitAge(gitDir, third, side)).toEqual({ kind: 'not-older' });
    git('worktree', 'add', '-q', join(directory, 'linked'), 'main');
    expect(await gitAge(join(gitDir, 'worktrees/linked'), first, third)).toEqual({ kind: 'older' });
  });

  it('is unknown where a commit is not in the repository: a shallow clone, another history', async () => {
    const { directory, commits } = three();
    const [first, second, third] = commits;
    const clone = temporaryDirectory();
    repository(clone).git('clone', '-q', '--depth', '1', `file://${directory}`, 'shallow');
    const shallow = join(clone, 'shallow/.git');
    expect(await gitAge(shallow, third, second)).toMatchObject({ kind: 'unknown' });
    expect(await gitAge(shallow, first, third)).toMatchObject({ kind: 'unknown' });
    expect(await gitAge(join(clone, 'none'), first, third)).toMatchObject({ kind: 'unknown' });
  });

  it('fetches nothing that a partial clone lacks', async () => {
    const { directory, git, commit, commits } = three();
    git('config', 'uploadpack.allowAnySHA1InWant', 'true');
    git('config', 'uploadpack.allowFilter', 'true');
    const clone = temporaryDirectory();
    repository(clone).git('clone', '-q', '--filter=blob:none', `file://${directory}`, 'partial');
    const later = commit();
    expect(await gitAge(join(clone, 'partial/.git'), commits[2], later)).toMatchObject({ kind: 'unknown' });
  });

  it('is not asked with what is no hash, nor in the repository that the environment names', async () => {
    const { gitDir, commits } = three();
    const [first, , third] = commits;
    expect(await gitAge(gitDir, first, 'main')).toMatchObject({ kind: 'unknown' });
    vi.stubEnv('GIT_OBJECT_DIRECTORY', temporaryDirectory());
    expect(await gitAge(gitDir, first, third)).toEqual({ kind: 'older' });
  });

  it('is unknown without a git program, and not told by one that is ended', async () => {
    const { gitDir, commits } = three();
    const bin = temporaryDirectory();
    onlyIn(bin);
    expect(await gitAge(gitDir, commits[0], commits[2])).toEqual({
      kind: 'unknown',
      because: 'there is no git program',
    });
    await put(join(bin, 'git'), '#!/bin/sh\nkill -9 $$\n');
    await chmod(join(bin, 'git'), 0o755);
    expect(await gitAge(gitDir, commits[0], commits[2])).toMatchObject({ kind: 'silent' });
  });

  it('is waited for no longer than 2 s', async () => {
    const { gitDir, commits } = three();
    const bin = temporaryDirectory();
    await put(join(bin, 'git'), '#!/bin/sh\nexec /bin/sleep 60\n');
    await chmod(join(bin, 'git'), 0o755);
    onlyIn(bin);
    expect(await gitAge(gitDir, commits[0], commits[2])).toMatchObject({
      kind: 'silent',
      because: 'git did not answer within 2 s',
    });
  });
});
