import { fail, type Result } from '../../base/result.ts';
import type { ClusterName } from '../../model/ids.ts';
import type { Problem } from '../../model/problem.ts';
import { BrokenWorld } from './world-store.ts';

/** The one place where trouble with the worlds' files becomes a `Problem`. Anything else is a bug and goes on. */
export function problemOf(cluster: ClusterName | null, error: unknown): Problem {
  const what = cluster === null ? 'the simulated worlds' : `the simulated world of ${cluster}`;
  if (error instanceof BrokenWorld) return { kind: 'unreachable', what, detail: error.message };
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === 'ENOSPC') return { kind: 'no-capacity', what: 'no space for the world file' };
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return { kind: 'unreachable', what, detail: code };
  throw error;
}

export const refused = (detail: string): Result<never, Problem> => fail({ kind: 'refused', field: null, detail });
export const gone = (what: string): Result<never, Problem> => fail({ kind: 'gone', what });
export const conflict = (what: string): Result<never, Problem> => fail({ kind: 'conflict', what });
export const silent = (what: string, detail: string): Result<never, Problem> =>
  fail({ kind: 'unreachable', what, detail });
export const leaderless = (): Result<never, Problem> =>
  fail({ kind: 'no-leader', detail: 'The swarm does not have a leader.' });
