import { setMaxListeners } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import { addAbortSignal, type Duplex } from 'node:stream';
import Docker from 'dockerode';
import type { Clock } from '../../base/clock.ts';
import { withLimit } from './limit.ts';

/**
 * The API versions we speak. The highest is that of Docker 27, the newest whose reference we have read. The lowest we need
 * is that of Docker 20.10: `CgroupnsMode` and swarm jobs.
 */
export const OUR_API = { lowest: '1.41', highest: '1.47' } as const;
/** Looks and small writes answer in 2–50 ms; the rest is patience with a busy machine. Our choice. */
const DEFAULT_LIMIT_MS = 5_000;
export interface EngineCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  /** Begins with `/`, without a version; what comes from outside is percent-encoded by the caller. */
  readonly path: string;
  /** Objects are sent as JSON, as the API wants its filters. */
  readonly query?: Readonly<Record<string, unknown>>;
  /** JSON, or a tar as buffer or stream. */
  readonly body?: Readonly<Record<string, unknown>> | Buffer | NodeJS.ReadableStream;
  readonly limitMs?: number;
}

/** A Docker engine, reached over whatever `connect` gives. Rejects with `EngineError`, `NoAnswerInTime` or a socket's error. */
export interface Engine {
  /** The parsed answer. On the connection that is kept: one call at a time there unless `keep` says more. */
  call<T>(call: EngineCall, signal: AbortSignal): Promise<T>;
  /** The answer as a stream on a connection of its own; the limit ends with its headers. Abort to end it. */
  stream(call: EngineCall, signal: AbortSignal): Promise<IncomingMessage>;
  /** A raw stream in both directions (exec, attach). */
  hijack(call: EngineCall, signal: AbortSignal): Promise<Duplex>;
  close(): void;
}

/** What an engine answered instead of yes. */
export class EngineError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface EngineOptions {
  readonly clock: Clock;
  /** A new connection. May be called whenever a request finds none free. */
  readonly connect: (signal: AbortSignal) => Promise<Duplex>;
  /** Connections kept open between calls. */
  readonly keep: number;
}

export function createEngine({ clock, connect, keep }: EngineOptions): Engine {
  const closed = new AbortController();
  setMaxListeners(0, closed.signal); // one for each connection
  const agents = [
    createAgent({ keepAlive: true, maxSockets: keep, scheduling: 'lifo' }),
    createAgent({ keepAlive: false }), // the callers bound how many streams there are
  ] as const;
  const [kept, own] = [createDocker(agents[0]), createDocker(agents[1])];
  let version: Promise<string> | null = null;

  function createAgent(options: http.AgentOptions): http.Agent {
    const createConnection = (_: unknown, done: (error: Error | null, socket?: Duplex) => void): void => {
      connect(closed.signal).then(
        (socket) => done(null, socket),
        (error) => done(error instanceof Error ? error : new Error(String(error))),
      );
    };
    return Object.assign(new http.Agent(options), { createConnection });
  }

  function negotiated(signal: AbortSignal): Promise<string> {
    version ??= ping(kept, signal).catch((error) => {
      version = null;
      throw error;
    });
    return version;
  }

  async function send<T>(docker: Docker, call: EngineCall, how: DialFlags, signal: AbortSignal): Promise<T> {
    const limited = (): Promise<T> =>
      withLimit(clock, call.limitMs ?? DEFAULT_LIMIT_MS, signal, async (inner) =>
        dial<T>(docker, call, how, `/v${await negotiated(inner)}`, inner),
      );
    try {
      return await limited();
    } catch (error) {
      if (!isVersionRefused(error) && !(call.method === 'GET' && isConnectionLost(error))) throw error;
      version = null; // the engine was exchanged for another, or its kept connection had ended unnoticed
      return limited();
    }
  }

  return {
    call: (call, signal) => send(kept, call, {}, signal),
    async stream(call, signal) {
      const answer = await send<IncomingMessage>(own, call, { isStream: true }, signal);
      addAbortSignal(signal, answer);
      return answer;
    },
    hijack: (call, signal) => send(own, call, { isStream: true, hijack: true, openStdin: true }, signal),
    close() {
      closed.abort(new Error('closed'));
      for (const agent of agents) agent.destroy();
    },
  };
}

/** A host that is never resolved: every connection comes from the agent (an option the typings leave out). */
function createDocker(agent: http.Agent): Docker {
  const options = { host: 'http://engine', port: 80, agent };
  return new Docker(options);
}

type DialOptions = Parameters<Docker['modem']['dial']>[0];
type DialFlags = { isStream?: boolean; hijack?: boolean; openStdin?: boolean };
const SUCCESS = { 200: true, 201: true, 204: true, 304: true };

function dial<T>(docker: Docker, call: EngineCall, how: DialFlags, prefix: string, signal: AbortSignal): Promise<T> {
  const { method, path, query = {}, body } = call;
  const isTar =
    body !== undefined && (Buffer.isBuffer(body) || typeof (body as { pipe?: unknown }).pipe === 'function');
  const options = {
    ...how,
    method,
    path: `${prefix}${path}${Object.keys(query).length > 0 ? '?' : ''}`,
    // The modem sends `_body` as JSON, but an empty object as nothing.
    options: { _query: query, _body: isTar ? {} : (body ?? {}) },
    ...(isTar ? { file: body, headers: { 'Content-Type': 'application/x-tar' } } : {}),
    abortSignal: signal,
    statusCodes: SUCCESS,
  };
  return new Promise((resolve, reject) => {
    docker.modem.dial(options as DialOptions, (error: unknown, answer: unknown) => {
      if (error) reject(toEngineError(error));
      else resolve((Buffer.isBuffer(answer) && answer.length === 0 ? undefined : answer) as T);
    });
  });
}

async function ping(docker: Docker, signal: AbortSignal): Promise<string> {
  const answer = await dial<IncomingMessage>(docker, { method: 'GET', path: '/_ping' }, { isStream: true }, '', signal);
  answer.resume();
  const theirs = answer.headers['api-version'];
  return typeof theirs === 'string' && minor(theirs) < minor(OUR_API.highest) ? theirs : OUR_API.highest;
}

/** All versions are 1.x. */
const minor = (version: string): number => Number(version.split('.')[1] ?? 0);

function toEngineError(error: unknown): unknown {
  const { statusCode, json, message } = error as { statusCode?: number; json?: { message?: string }; message: string };
  if (statusCode === undefined) return error;
  return new EngineError(statusCode, json?.message ?? message.replace(/^\(HTTP code \d+\) .*? - /, '').trim());
}

/** moby, api/server/middleware/version.go: 400, "client version X is too old" or "too new". No code of its own. */
export const isVersionRefused = (error: unknown): boolean =>
  error instanceof EngineError && error.status === 400 && /client version \S+ is too (old|new)/.test(error.message);

const isConnectionLost = (error: unknown): boolean =>
  ['ECONNRESET', 'EPIPE'].includes(String((error as { code?: unknown } | null)?.code));
