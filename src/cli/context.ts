import type { spawn } from 'node:child_process';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { Disk } from '../controller/store/disk.ts';
import type { ProviderKind } from '../model/ids.ts';
import type { Rehearsal, SimulatedCluster } from '../model/simulation-report.ts';
import type { HostExam, Provider } from '../providers/provider.ts';

/** Everything that the faces take from outside; the composition root provides it. */
export interface CliContext {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute; relative paths of flags are meant from here. */
  readonly cwd: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Of this program, e.g. `0.1.0`. */
  readonly version: string;
  readonly pid: number;
  /** Aborted by the first SIGINT or SIGTERM. Commands tidy up and return; nobody calls `process.exit` before. */
  readonly signal: AbortSignal;
  readonly spawn: typeof spawn;
  /** Puts a question on stderr and answers the line that a person typed. Null: nobody is at a terminal, or it was interrupted. */
  ask(question: string): Promise<string | null>;
  /** `--owner` when it is not given: a hash of the absolute specs and status paths. */
  defaultOwner(paths: Pick<Paths, 'specs' | 'status'>): string;
  /** Builds the provider when it is first needed. The caller closes it. */
  provider(kind: ProviderKind, owner: string, paths: Paths): Promise<Provider>;
  /** Runs until `signal` aborts, or with `once` until all is converged; answers the exit code. */
  runController(options: RunOptions, signal: AbortSignal): Promise<number>;
  /** Runs one node's agent until `signal` aborts; answers the exit code. */
  runAgent(options: AgentRunOptions, signal: AbortSignal): Promise<number>;
  /** Opens the state that a table holds for this owner. The caller closes it. */
  sharedState(table: string, owner: string): Promise<SharedState>;
  /** Looks at this host for `skep doctor` and `npm start`. The caller closes it. */
  hostExam(): Promise<HostExam>;
  /** Lives through schedules of one cluster in virtual time. Rejects when `signal` aborts. */
  rehearse(
    rehearsal: Rehearsal,
    onDone: (done: number) => void,
    signal: AbortSignal,
  ): Promise<Omit<SimulatedCluster, 'places'>>;
}

export interface Output {
  write(text: string): void;
  readonly isTTY: boolean;
  /** Read at each use: a window may change its size. Undefined where there is no terminal. */
  columns(): number | undefined;
  rows(): number | undefined;
}

export interface Paths {
  readonly specs: string;
  readonly status: string;
  /** For what stays on this host even when the rest of the state is in a table: the log, simulated worlds. */
  readonly state: string;
  /** The DynamoDB table that holds lease, intents, history and a copy of the statuses. Missing: `state` does. */
  readonly table?: string;
}

/** State in a table, for commands. */
export interface SharedState {
  /** Its intents lie under `/`. */
  readonly disk: Disk;
  /** The latest, oldest first. */
  latest(query: {
    readonly cluster: string | null;
    readonly levels: readonly string[];
    readonly limit: number;
  }): Promise<
    readonly { readonly at: number; readonly cluster: string | null; readonly code: string; readonly text: string }[]
  >;
  close(): Promise<void>;
}

export interface RunOptions {
  readonly paths: Paths;
  readonly owner: string;
  readonly once: boolean;
  readonly resyncMs: number;
  readonly deletionGraceMs: number;
  readonly maxDeletions: number;
  readonly workers: number;
  readonly logLevel: LogLevel;
  readonly logFormat: 'json' | 'pretty';
  /** The faces draw on the terminal: logs go to `<state>/skep.log` instead of stderr. */
  readonly logToFile: boolean;
}

export interface AgentRunOptions {
  readonly cluster: string;
  readonly table: string;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
