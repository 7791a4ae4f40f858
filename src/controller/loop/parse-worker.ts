import { once } from 'node:events';
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

const CLOSED = 'is not parsed: the parser is closed';

/** 1 MiB of YAML at its densest makes some 200 MiB of tokens and nodes. */
const RESOURCE_LIMITS: ResourceLimits = { maxOldGenerationSizeMb: 384, maxYoungGenerationSizeMb: 64 };

/** One thread, started at the first file, kept while it behaves, ended and started anew when it does not. Files go one by one. */
export function createParser({ timeoutMs, clock = systemClock, startThread = fromDist }: ParserOptions): SpecParser {
  let thread: Worker | null = null;
  let closed = false;
  let turn: Promise<unknown> = Promise.resolve();

  /** A thread that has said it is ready, or why there is none. */
  async function openThread(): Promise<Worker | string> {
    const worker = startThread(RESOURCE_LIMITS);
    thread = worker;
    worker.on('error', () => {}); // whoever waits has its own ear; between files there is nobody to tell
    worker.once('exit', () => {
      if (thread === worker) thread = null;
    });
    const first = await nextAnswer(worker);
    return typeof first === 'string' && first !== 'ready' ? first : worker;
  }

  async function parseNow(job: ParseJob): Promise<ParsedFile> {
    if (closed) return refused(job.path, CLOSED);
    const worker = thread ?? (await openThread());
    if (typeof worker === 'string') return refused(job.path, closed ? CLOSED : worker);
    worker.ref(); // an idle thread does not keep the process alive, a busy one does
    const over = new AbortController();
    const answer = nextAnswer(worker, over.signal);
    worker.postMessage(job);
    const outcome = await Promise.race([answer, tooSlow(clock, timeoutMs, over.signal)]);
    over.abort();
    worker.unref();
    if (typeof outcome !== 'string') return outcome.parsed;
    thread = null;
    await worker.terminate();
    return refused(job.path, closed ? CLOSED : outcome);
  }

  return {
    parse(path, content) {
      const result = turn.then(() => parseNow({ path, content }));
      turn = result.catch(() => {});
      return result;
    },
    async close() {
      closed = true;
      await thread?.terminate();
      await turn;
    },
  };
}

/** The same without a thread and without limits, for virtual time and for faces that may be interrupted by hand. */
export const inProcessParser: SpecParser = {
  parse: async (path, content) => parseFile(path, content),
  close: async () => {},
};

/** What the thread says next, or why it is no more. */
async function nextAnswer(worker: Worker, signal?: AbortSignal): Promise<ParseAnswer | string> {
  const options = signal ? { signal } : {};
  try {
    const [answer] = await Promise.race([
      once(worker, 'message', options) as Promise<[ParseAnswer]>, // rejects at 'error' too
      once(worker, 'exit', options).then(([code]) => [`breaks the parser: its thread ended with ${code}`]),
    ]);
    return answer ?? '';
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'takes too much memory to parse' : `breaks the parser: ${message}`;
  }
}

/** Resolves after `ms` with what to complain of; an aborted wait has lost its race, its answer is nobody's. */
async function tooSlow(clock: Clock, ms: number, signal: AbortSignal): Promise<string> {
  try {
    await clock.sleep(ms, signal);
  } catch {
    return '';
  }
  await nextTurn(); // an answer that came while this thread was busy counts
  return `takes longer than ${ms / 1_000} s to parse`;
}

function refused(path: string, message: string): ParsedFile {
  return { documents: [], complaints: [{ path, line: 1, column: 1, message: `the file ${message}` }] };
}

function fromDist(resourceLimits: ResourceLimits): Worker {
  return new Worker(new URL('./parse-worker-thread.js', import.meta.url), { resourceLimits });
}
