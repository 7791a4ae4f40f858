import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { StatusFile } from '../../src/model/status.ts';

const launcher = fileURLToPath(new URL('./launch.mjs', import.meta.url));

/** A place of its own for specs, status and state. */
export interface Place {
  readonly specs: string;
  readonly status: string;
  readonly state: string;
  /** Puts a file into the watched directory as git or an editor does: in one rename. */
  commit(file: string, text: string): Promise<void>;
  uncommit(file: string): Promise<void>;
  statusOf(cluster: string): Promise<StatusFile | null>;
  /** Polls the status file until `check` holds. The error says what it was last. */
  until(cluster: string, what: string, check: (file: StatusFile) => boolean, limitMs?: number): Promise<StatusFile>;
  untilPhase(cluster: string, phase: StatusFile['status']['phase'], limitMs?: number): Promise<StatusFile>;
  remove(): Promise<void>;
}

export async function createPlace(): Promise<Place> {
  const root = mkdtempSync(join(tmpdir(), 'skep-'));
  const [specs, status, state] = [join(root, 'clusters'), join(root, 'status'), join(root, 'state')];
  await mkdir(specs);
  const statusOf = async (cluster: string): Promise<StatusFile | null> => {
    try {
      return JSON.parse(await readFile(join(status, `${cluster}.json`), 'utf8')) as StatusFile;
    } catch {
      return null;
    }
  };
  const until: Place['until'] = async (cluster, what, check, limitMs = 60_000) => {
    const end = Date.now() + limitMs;
    let last: StatusFile | null = null;
    while (Date.now() < end) {
      last = await statusOf(cluster);
      if (last && check(last)) return last;
      await sleep(50);
    }
    throw new Error(`${cluster} is not ${what} after ${limitMs} ms: ${last?.status.phase}: ${last?.status.because}`);
  };
  return {
    specs,
    status,
    state,
    async commit(file, text) {
      await writeFile(join(specs, `.${file}.new`), text);
      await rename(join(specs, `.${file}.new`), join(specs, file));
    },
    uncommit: (file) => rm(join(specs, file)),
    statusOf,
    until,
    untilPhase: (cluster, phase, limitMs) => until(cluster, phase, (file) => file.status.phase === phase, limitMs),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

export interface ControllerProcess {
  readonly child: ChildProcess;
  /** Everything it wrote to stderr so far. */
  log(): string;
  /** Resolves with the exit code, or the signal's name. */
  readonly ended: Promise<number | string>;
  /** SIGTERM, then the exit. */
  stop(): Promise<number | string>;
  kill(): Promise<number | string>;
}

/** `skep ARGS…` with test times, beside the place's directories. */
export function startSkep(
  place: Place,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): ControllerProcess {
  return startProgram(launcher, place, args, env);
}

/** Runs `program` (a file for Node) with the path flags that its command takes. */
export function startProgram(
  program: string,
  place: Place,
  [command = 'run', ...args]: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
  flags: readonly ('specs' | 'status' | 'state')[] = ['specs', 'status', 'state'],
): ControllerProcess {
  const paths = flags.flatMap((flag) => [`--${flag}`, place[flag]]);
  const child = spawn(process.execPath, [program, command, ...paths, ...args], {
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  const end = (signal: NodeJS.Signals): Promise<number | string> => {
    child.kill(signal);
    return ended;
  };
  return { child, log: () => text, ended, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

/** The controller itself. Deletion waits 1 s for its second listing. */
export function startController(
  place: Place,
  dockerHost: string,
  env: Readonly<Record<string, string>> = {},
  more: readonly string[] = [],
): ControllerProcess {
  const args = ['run', '--deletion-grace', '1s', '--max-deletions', '10', '--log-level', 'debug', ...more];
  return startSkep(place, args, { DOCKER_HOST: dockerHost, ...env });
}
