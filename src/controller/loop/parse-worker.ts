import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ResourceLimits, Worker } from 'node:worker_threads';
import { type Clock, systemClock } from '../../base/clock.ts';
import { type ParsedFile, parseFile } from '../../model/cluster-spec/parse.ts';

/** Parses specs files so that none can hold or end this process. */
export interface SpecParser {
  /** Always answers. A file that takes too long, too much memory or that breaks the parser has one complaint that says so. */
  parse(path: string, content: string | Uint8Array): Promise<ParsedFile>;
  /** Ends the thread; a file in hand and those that wait are answered with a complaint. */
  close(): Promise<void>;
}

export interface ParseJob {
  readonly path: string;
  readonly content: string | Uint8Array;
}

export type ParseAnswer = 'ready' | { readonly parsed: ParsedFile };

export interface ParserOptions {
  /** One file's own time, ms: waiting for other files and for the thread to start is not counted. */
  readonly timeoutMs: number;
  readonly clock?: Clock;
  /** Tests start the thread from TypeScript sources. */
  readonly startThread?: (resourceLimits: ResourceLimits) => Worker;
}

/** 1 MiB of YAML at its densest makes some 200 MiB of tokens and nodes. */
const RESOURCE_LIMITS: ResourceLimits = { maxOldGenerationSizeMb: 384, maxYoungGenerationSizeMb: 64 };

/** One thread, started at the first file, kept while it behaves, ended and started anew when it does not. Files go one by one. */
export function createParser({ timeoutMs, clock = systemClock, startThread = fromDist }: ParserOptions): SpecParser {
  let thread: Thread | null = null;
  let closed = false;
  let turn: Promise<unknown> = Promise.resolve();

  async function parseNow(job: ParseJob): Promise<ParsedFile> {
    if (closed) return refused(job.path, 'not parsed: the parser is closed');
    thread ??= openThread(startThread(RESOURCE_LIMITS));
    const { worker, ready, ended } = thread;
    const timer = new AbortController();
    const tooSlow = async () => {
      await clock.sleep(timeoutMs, timer.signal);
      await nextTurn(); // an answer that came while this thread was busy counts
      return `takes longer than ${timeoutMs / 1_000} s to parse`;
    };
    worker.ref();
    const started = await Promise.race([ready, ended]);
    const outcome =
      started === 'ready' ? await Promise.race([ask(worker, job), ended, unlessAborted(tooSlow())]) : started;
    timer.abort();
    worker.unref();
    if (typeof outcome !== 'string') return outcome;
    thread = null;
    await worker.terminate();
    return refused(job.path, closed ? 'not parsed: the parser is closed' : outcome);
  }

  return {
    parse(path, content) {
      const result = turn.then(() => parseNow({ path, content }));
      turn = result.catch(() => {});
      return result;
    },
    async close() {
      closed = true;
      await thread?.worker.terminate();
      await turn;
    },
  };
}

/** The same without a thread and without limits, for virtual time and for faces that may be interrupted by hand. */
export const inProcessParser: SpecParser = {
  parse: async (path, content) => parseFile(path, content),
  close: async () => {},
};

interface Thread {
  readonly worker: Worker;
  readonly ready: Promise<'ready'>;
  /** Resolves with why the thread is no more. */
  readonly ended: Promise<string>;
}

function openThread(worker: Worker): Thread {
  const ready = new Promise<'ready'>((resolve) => worker.once('message', () => resolve('ready')));
  const ended = new Promise<string>((resolve) => {
    worker.once('error', (error: NodeJS.ErrnoException) =>
      resolve(
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? 'takes too much memory to parse'
          : `breaks the parser: ${error.message}`,
      ),
    );
    worker.once('exit', (code) => resolve(`breaks the parser: its thread ended with ${code}`));
  });
  return { worker, ready, ended };
}

function ask(worker: Worker, job: ParseJob): Promise<ParsedFile> {
  return new Promise((resolve) => {
    worker.once('message', (answer: Exclude<ParseAnswer, 'ready'>) => resolve(answer.parsed));
    worker.postMessage(job);
  });
}

/** An aborted sleep has lost the race already: its rejection is nobody's. */
function unlessAborted(outcome: Promise<string>): Promise<string> {
  return outcome.catch(() => new Promise<never>(() => {}));
}

function refused(path: string, message: string): ParsedFile {
  return { documents: [], complaints: [{ path, line: 1, column: 1, message: `the file ${message}` }] };
}

function fromDist(resourceLimits: ResourceLimits): Worker {
  return new Worker(new URL('./parse-worker-thread.js', import.meta.url), { resourceLimits });
}
