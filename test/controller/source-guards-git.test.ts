import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { put } from './loop/support/specs.ts';
import { createRunningLoop, MINUTE } from './support/running-loop.ts';

/** Hours of virtual time; a busy machine needs a while for them. */
vi.setConfig({ testTimeout: 30_000 });

/** A repository in the specs directory: `first` has a with 1 worker; `second` has a with 3, and b. Second is Ready. */
async function keptFromGit() {
  const loop = createRunningLoop();
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', loop.specs, '-c', 'user.name=ops', '-c', 'user.email=ops@example.org', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  const commit = (): string => {
    git('add', '.');
    git('commit', '-q', '-m', 'as it is now');
    return git('rev-parse', 'HEAD');
  };
  await loop.write('a.yaml', 'a', 1);
  git('init', '-q', '-b', 'main');
  const first = commit();
  await loop.write('a.yaml', 'a', 3);
  await loop.write('b.yaml', 'b', 1);
  const second = commit();
  const controller = loop.start();
  await loop.untilReady('a', 'b');
  return Object.assign(loop, { git, commit, first, second, controller, before: ['a', 'b'].map(loop.standing) });
}

/** Three times the grace after which a missing document may count. */
const LONG = 1.5 * MINUTE;

/** With its 3 managers. */
const machines = (loop: ReturnType<typeof createRunningLoop>, name: string) =>
  loop.worlds.read(name as never)?.machines.length;

describe('a checkout of an older commit', () => {
  it('changes nothing, deletes nothing, over a fail-over too, and is forgotten once it is current again', async () => {
    const loop = await keptFromGit();
    loop.git('checkout', '-q', loop.first);
    expect(await loop.after(LONG, 'a', 'b')).toEqual(loop.before);
    await loop.controller.end();
    const next = loop.start('two');
    expect(await loop.after(LONG, 'a', 'b')).toEqual(loop.before);
    const older = `the checkout is at commit ${loop.first.slice(0, 10)}, which is older than ${loop.second.slice(0, 10)}, accepted before`;
    expect(await loop.holds('a')).toEqual([`SourceBehind: ${older}`]);
    expect(await loop.holds('b')).toEqual([`DeletionHeld: ${older}`]);
    loop.git('checkout', '-q', 'main');
    await loop.untilReady('a', 'b');
    expect(['a', 'b'].map(loop.standing)).toEqual(loop.before);
    await next.end();
  });

  it('is still older when a hand changes its file', async () => {
    const loop = await keptFromGit();
    loop.git('checkout', '-q', loop.first);
    await loop.write('a.yaml', 'a', 2);
    expect(await loop.after(LONG, 'a', 'b')).toEqual(loop.before);
    await loop.controller.end();
  });

  it('gives way to the word of a person: a confirmed deletion goes', async () => {
    const loop = await keptFromGit();
    loop.git('checkout', '-q', loop.first);
    await loop.clock.step(MINUTE);
    await loop.confirm('b');
    expect(await loop.after(MINUTE, 'a', 'b')).toEqual([loop.before[0], []]);
    await loop.controller.end();
  });
});

describe('a commit that is not older', () => {
  it('is followed when it says what an older one said (git revert)', async () => {
    const loop = await keptFromGit();
    loop.git('revert', '--no-edit', loop.second);
    await loop.clock.step(LONG);
    expect([machines(loop, 'a'), loop.standing('b')]).toEqual([4, []]);
    await loop.controller.end();
  });

  it('is followed at the next listing where an older one lacked the same document', async () => {
    const loop = await keptFromGit();
    loop.git('checkout', '-q', loop.first);
    await loop.clock.step(LONG);
    loop.git('checkout', '-q', 'main');
    loop.git('rm', '-q', 'b.yaml');
    loop.commit();
    await loop.clock.step(15_000);
    expect(loop.standing('b')).toEqual([]);
    await loop.controller.end();
  });

  it('is followed from a branch that forked before', async () => {
    const loop = await keptFromGit();
    loop.git('checkout', '-q', '-b', 'side', loop.first);
    await loop.write('a.yaml', 'a', 2);
    await loop.write('b.yaml', 'b', 2);
    loop.commit();
    await loop.clock.step(LONG);
    expect([machines(loop, 'a'), machines(loop, 'b')]).toEqual([5, 5]);
    await loop.controller.end();
  });

  it.each([
    ['a history that was written anew', ['init', '-q', '-b', 'main']],
    ['no history at all', null],
  ])('is taken for one: %s', async (_, init) => {
    const loop = await keptFromGit();
    await rm(join(loop.specs, '.git'), { recursive: true });
    await loop.write('a.yaml', 'a', 1);
    if (init) {
      loop.git(...init);
      loop.commit();
    }
    await loop.clock.step(LONG);
    expect(machines(loop, 'a')).toBe(4);
    expect(loop.sink.codes().includes('SKP111')).toBe(init !== null);
    await loop.controller.end();
  });
});

describe('while git has its index locked', () => {
  it('no file is believed: nobody knows which commit it is of', async () => {
    const loop = await keptFromGit();
    await put(join(loop.specs, '.git/index.lock'), '');
    await loop.write('a.yaml', 'a', 1);
    await loop.remove('b.yaml');
    expect(await loop.after(LONG, 'a', 'b')).toEqual(loop.before);
    expect(await loop.holds('a')).toEqual([expect.stringContaining('git has its index locked')]);
    await rm(join(loop.specs, '.git/index.lock'));
    await loop.clock.step(LONG);
    expect([machines(loop, 'a'), loop.standing('b')]).toEqual([4, []]);
    await loop.controller.end();
  });
});
