import { connect, createServer, type Server, type Socket } from 'node:net';
import { createFrameSplitter } from '../../../src/providers/swarm/exec-stream.ts';
import type { Ledger, Write } from './ledger.ts';

export interface DockerProxy {
  /** `unix:///…` */
  readonly dockerHost: string;
  close(): Promise<void>;
}

/** Listens at `path` and passes everything on to the engine at `dockerHost`; what changes something goes into the ledger. */
export async function openDockerProxy(
  path: string,
  dockerHost: string,
  ledger: Ledger,
  by: () => string,
): Promise<DockerProxy> {
  const open = new Set<Socket>();
  const server: Server = createServer((client) => {
    const engine = connect(dockerHost.replace('unix://', ''));
    const tap = createConnectionTap(ledger, by());
    for (const socket of [client, engine]) {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
    }
    // Noted before it is passed on: the order in the ledger is the order in which engines can have seen it.
    client.on('data', tap.sent).pipe(engine);
    engine.on('data', tap.received).pipe(client);
    client.on('error', () => engine.destroy()).on('close', () => engine.destroy());
    engine.on('error', () => client.destroy()).on('close', () => client.destroy());
  });
  await new Promise<void>((listening) => server.listen(path, listening));
  return {
    dockerHost: `unix://${path}`,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

interface Tap {
  sent(chunk: Buffer): void;
  received(chunk: Buffer): void;
}

/** One connection to the host's engine; once it carries a command's streams, to the engine inside a machine. */
function createConnectionTap(ledger: Ledger, by: string): Tap {
  const outer = createTap(ledger, by);
  let inner: Tap | null = null;
  /** Of the answer that turns this connection into a command's streams: Docker writes it in two pieces. */
  let head = '';
  let unframed: (chunk: Buffer) => void = () => {};
  return {
    sent: (chunk) => (inner ?? outer).sent(chunk),
    received(chunk) {
      if (inner) return unframed(chunk);
      outer.received(chunk);
      if (head === '' && !chunk.toString('latin1', 0, 20).startsWith('HTTP/1.1 101 ')) return;
      const before = head.length;
      head += chunk.toString('latin1');
      const end = head.indexOf('\r\n\r\n') + 4;
      if (end < 4) return;
      const within = createTap(ledger, by);
      inner = within;
      unframed = createFrameSplitter((kind, payload) => kind === 1 && within.received(payload));
      unframed(chunk.subarray(end - before));
    },
  };
}

/** Node's agents send one request at a time on a connection, and the next after its answer. */
function createTap(ledger: Ledger, by: string): Tap {
  const connection = ledger.nextConnection();
  let waiting: Write | null = null;
  return {
    sent(chunk) {
      const [, method, path] = /^(POST|PUT|DELETE) ([^ ]+)/.exec(chunk.toString('latin1', 0, 1_000)) ?? [];
      if (method && path) waiting = ledger.note({ by, connection, what: `${method} ${kindOf(path)}`, subject: path });
    },
    received(chunk) {
      const status = /^HTTP\/1\.1 (\d{3})/.exec(chunk.toString('latin1', 0, 20))?.[1];
      if (waiting && status) waiting.status = Number(status);
      if (status) waiting = null;
    },
  };
}

const NO_NAMES: readonly string[] = ['create', 'init', 'join', 'leave', 'load', 'update'];

// /v1.41/nodes/abc/update?version=7 becomes /nodes/*/update
function kindOf(path: string): string {
  const [what, name, ...rest] = path
    .replace(/^\/v[\d.]+|\?.*$/g, '')
    .split('/')
    .slice(1);
  return `/${[what, name !== undefined && !NO_NAMES.includes(name) ? '*' : name, ...rest].join('/')}`;
}
