import { spawn } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import type { AgentTimes } from './agent/agent-options.ts';
import { systemClock } from './base/clock.ts';
import { armFailpoints, noFailpoint } from './base/failpoint.ts';
import { systemRandom } from './base/random.ts';
import type { CliContext, Output } from './cli/context.ts';
import { runCli } from './cli/run-cli.ts';
import { LEASE_TIMES, type LeaseTimes } from './controller/loop/lease-times.ts';
import { defaultOwner } from './main/owner.ts';
import { buildProvider } from './main/providers.ts';

/** What tests set here instead of in the product: shorter leases, and places at which the process kills itself. */
export interface Overrides {
  readonly lease?: Partial<LeaseTimes>;
  readonly agent?: Partial<AgentTimes>;
  /** See `base/failpoint.ts`. */
  readonly failpoints?: string | undefined;
}

/**
 * The composition root: the one place that builds real clocks, clients and stores. Answers the exit code.
 * @param argv what follows the program's name
 */
export async function main(argv: readonly string[], overrides: Overrides = {}): Promise<number> {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const stop = new AbortController();
  // Every sleeper and request under way listens to it.
  setMaxListeners(0, stop.signal);
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  const failpoint = overrides.failpoints ? armFailpoints(overrides.failpoints, dieAt) : noFailpoint;
  const { env } = process;
  const dockerHost = env.DOCKER_HOST || undefined;
  const needs = {
    dockerHost,
    version,
    table: env.SKEP_TABLE || undefined,
    clock: systemClock,
    random: systemRandom,
    failpoint,
  };
  const context: CliContext = {
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    env,
    cwd: process.cwd(),
    clock: systemClock,
    random: systemRandom,
    version,
    pid: process.pid,
    signal: stop.signal,
    spawn,
    ask: (question) => askPerson(question, stop.signal),
    defaultOwner: ({ specs, status }) => defaultOwner(specs, status),
    provider: (kind, owner, { state }) => buildProvider(kind, { ...needs, owner, state }),
    async runController(options, signal) {
      const { runSkep } = await import('./main/run-skep.ts');
      return runSkep(options, { ...needs, pid: process.pid, lease: { ...LEASE_TIMES, ...overrides.lease } }, signal);
    },
    async runAgent(options, signal) {
      const { runSkepAgent } = await import('./main/run-agent.ts');
      const { AGENT_TIMES } = await import('./agent/agent-options.ts');
      const times = { ...AGENT_TIMES, ...overrides.agent };
      const metadataEndpoint = env.AWS_EC2_METADATA_SERVICE_ENDPOINT || undefined;
      return runSkepAgent(options, { ...needs, metadataEndpoint, times }, signal);
    },
    async sharedState(table, owner) {
      const { openTableState } = await import('./main/table-state.ts');
      return openTableState(table, owner, needs);
    },
    async hostExam() {
      const { createHostExam } = await import('./providers/local/doctor/exam.ts');
      const onProgress = (text: string): void => void process.stderr.write(`${text}\n`);
      return createHostExam({ dockerHost, clock: systemClock, random: systemRandom, onProgress });
    },
    async rehearse(rehearsal, onDone, signal) {
      const { rehearse } = await import('./simulation/rehearsal/rehearse.ts');
      return rehearse(rehearsal, onDone, signal);
    },
  };
  return runCli(argv, context);
}

function dieAt(name: string): void {
  // Written at once: the process ends on the next line.
  process.stderr.write(`failpoint ${name}\n`);
  process.kill(process.pid, 'SIGKILL');
}

async function askPerson(question: string, signal: AbortSignal): Promise<string | null> {
  if (!process.stdin.isTTY) return null;
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-C at a question is heard here, not by the process.
  const ended = new Promise<null>((resolve) => terminal.once('close', () => resolve(null)));
  try {
    return await Promise.race([terminal.question(question, { signal }).catch(() => null), ended]);
  } finally {
    terminal.close();
  }
}

function outputOf(stream: NodeJS.WriteStream): Output {
  return {
    write: (text) => void stream.write(text),
    isTTY: stream.isTTY === true,
    columns: () => stream.columns,
    rows: () => stream.rows,
  };
}
