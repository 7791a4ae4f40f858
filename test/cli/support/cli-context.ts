import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { seededRandom } from '../../../src/base/random.ts';
import type { CliContext, Output } from '../../../src/cli/context.ts';
import { runCli } from '../../../src/cli/run-cli.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';

/** 2026-11-21T14:02:11Z */
export const NOW = Date.UTC(2026, 10, 21, 14, 2, 11);

export interface Recorded extends Output {
  text(): string;
}

export function createOutput(terminal: { readonly columns: number; readonly rows: number } | null = null): Recorded {
  let text = '';
  return {
    write: (more) => {
      text += more;
    },
    isTTY: terminal !== null,
    columns: () => terminal?.columns,
    rows: () => terminal?.rows,
    text: () => text,
  };
}

export interface Bench {
  readonly dir: string;
  readonly clock: FakeClock;
  readonly context: CliContext;
  readonly stdout: Recorded;
  readonly stderr: Recorded;
  readonly stop: AbortController;
  /** Runs one command line; answers its exit code. */
  run(...argv: string[]): Promise<number>;
}

/** A directory of its own and a context whose outer world is what a test gives. */
export async function createBench(given: Partial<CliContext> = {}): Promise<Bench> {
  const dir = await mkdtemp(join(tmpdir(), 'skep-cli-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const clock = createFakeClock(NOW);
  const stop = new AbortController();
  const [stdout, stderr] = [createOutput(), createOutput()];
  const never = (what: string) => () => Promise.reject(new Error(`${what} was not to be called`));
  const context: CliContext = {
    stdout,
    stderr,
    env: { USER: 'ada' },
    cwd: dir,
    clock,
    random: seededRandom(1),
    version: '0.1.0',
    pid: 1,
    signal: stop.signal,
    spawn,
    ask: async () => null,
    defaultOwner: () => 'owner',
    provider: never('provider'),
    runController: never('runController'),
    runAgent: never('runAgent'),
    sharedState: never('sharedState'),
    hostExam: never('hostExam'),
    rehearse: never('rehearse'),
    ...given,
  };
  return { dir, clock, context, stdout, stderr, stop, run: (...argv) => runCli(argv, context) };
}
