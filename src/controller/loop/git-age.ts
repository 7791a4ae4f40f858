import { spawn } from 'node:child_process';
import process from 'node:process';
import { describeError } from '../../base/events.ts';
import { HASH } from './git-commit.ts';

/** How a commit stands to another one of the same repository. */
export type Age =
  /** It is one of the other's ancestors. */
  | { readonly kind: 'older' }
  | { readonly kind: 'not-older' }
  /** The repository does not know (a shallow clone, a rewritten history, another repository), or there is no git. */
  | { readonly kind: 'unknown'; readonly because: string }
  /** git did not answer this time. */
  | { readonly kind: 'silent'; readonly because: string };

/** Answers whether `commit` is an ancestor of `other`, both known to `gitDir`. Never rejects. */
export type AgeOf = (gitDir: string, commit: string, other: string) => Promise<Age>;

/** Our choice. It takes some milliseconds, also where thousands of commits lie between. */
const LIMIT_MS = 2_000;

/** Asks the git program, which here opens no connection, no prompt and no lock. */
export const gitAge: AgeOf = (gitDir, commit, other) => {
  if (![commit, other].every((hash) => HASH.test(hash))) {
    return Promise.resolve({ kind: 'unknown', because: 'a commit has no git hash' });
  }
  return new Promise((resolve) => {
    const child = spawn('git', [`--git-dir=${gitDir}`, 'merge-base', '--is-ancestor', commit, other], {
      cwd: '/',
      // Of the environment only this: GIT_* would lead elsewhere. A partial clone would fetch what it lacks.
      env: { PATH: process.env.PATH, GIT_ALLOW_PROTOCOL: 'none', GIT_NO_LAZY_FETCH: '1', GIT_TERMINAL_PROMPT: '0' },
      stdio: 'ignore',
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      const isMissing = error.code === 'ENOENT' || error.code === 'EACCES';
      resolve(
        isMissing
          ? { kind: 'unknown', because: 'there is no git program' }
          : { kind: 'silent', because: `git cannot be started: ${describeError(error)}` },
      );
    });
    child.once('exit', (code) => resolve(ageFrom(code)));
  });
};

/** merge-base's exit code; null: it was ended by a signal. */
function ageFrom(code: number | null): Age {
  if (code === 0) return { kind: 'older' };
  if (code === 1) return { kind: 'not-older' };
  if (code === null) return { kind: 'silent', because: `git did not answer within ${LIMIT_MS / 1_000} s` };
  return { kind: 'unknown', because: `this repository does not have both (git ended with ${code})` };
}
