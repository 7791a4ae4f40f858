import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { createEngine, type Engine, EngineError } from '../../../src/providers/swarm/engine.ts';
import { NoAnswerInTime } from '../../../src/providers/swarm/limit.ts';

const signal = new AbortController().signal;

describe('createEngine', () => {
  let dir: string;
  let server: http.Server;
  let engine: Engine;
  let asked: string[];
  let connections: number;
  /** What the engine allows. */
  let api: { min: number; max: number };

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'skep-engine-'));
    asked = [];
    connections = 0;
    api = { min: 24, max: 41 };
    server = http.createServer((request, response) => {
      const path = request.url ?? '';
      asked.push(`${request.method} ${path}`);
      response.setHeader('Api-Version', `1.${api.max}`);
      const version = Number(/^\/v1\.(\d+)\//.exec(path)?.[1] ?? api.max);
      if (version < api.min) {
        response.writeHead(400, { 'Content-Type': 'application/json' });
        return void response.end(`{"message":"client version 1.${version} is too old. Minimum supported …"}`);
      }
      if (path.includes('/hangs')) return;
      if (path.includes('/missing')) {
        response.writeHead(404, { 'Content-Type': 'application/json' });
        return void response.end('{"message":"no such thing"}');
      }
      response.end(path.includes('_ping') ? 'OK' : '{"fine":true}');
    });
    const path = join(dir, 's');
    await new Promise<void>((resolve) => server.listen(path, resolve));
    engine = createEngine({
      clock: systemClock,
      keep: 1,
      connect: async () => {
        connections += 1;
        return net.connect(path);
      },
    });
  });
  afterEach(() => {
    engine.close();
    server.closeAllConnections();
    server.close();
    rmSync(dir, { recursive: true });
  });
  const get = (path: string, limitMs = 5_000) => engine.call({ method: 'GET', path, limitMs }, signal);

  it.each([
    ['an old engine in its own version', { min: 24, max: 41 }, '1.41'],
    ['an engine that refuses below 1.44 in one that it allows', { min: 44, max: 52 }, '1.47'],
  ])('speaks to %s', async (_, allowed, spoken) => {
    api = allowed;
    expect(await get('/info')).toEqual({ fine: true });
    expect(asked).toEqual(['GET /_ping', `GET /v${spoken}/info`]);
  });

  it('learns the version anew when the engine was exchanged under it', async () => {
    await get('/info');
    api = { min: 44, max: 44 };
    expect(await get('/info')).toEqual({ fine: true });
    expect(asked.at(-1)).toBe('GET /v1.44/info');
  });

  it('keeps one connection, over which calls go one after the other', async () => {
    await Promise.all([get('/a'), get('/b'), get('/c')]);
    expect(connections).toBe(1);
  });

  it('opens another connection for a stream', async () => {
    const stream = await engine.stream(
      { method: 'GET', path: '/events', query: { filters: { label: ['a=b'] } } },
      signal,
    );
    stream.resume();
    expect(connections).toBe(2);
    expect(decodeURIComponent(asked.at(-1) ?? '')).toBe('GET /v1.41/events?filters={"label":["a=b"]}');
  });

  it('rejects with status and words of the engine', async () => {
    const error = await get('/missing').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({ status: 404, message: 'no such thing' });
  });

  it('does not wait longer than its limit, and works on afterwards', async () => {
    await expect(get('/hangs', 50)).rejects.toBeInstanceOf(NoAnswerInTime);
    expect(await get('/info')).toEqual({ fine: true });
  });

  it('rejects as the signal was aborted', async () => {
    const stop = new AbortController();
    const call = engine.call({ method: 'GET', path: '/hangs' }, stop.signal);
    stop.abort(new Error('shutdown'));
    await expect(call).rejects.toThrow('shutdown');
  });
});
