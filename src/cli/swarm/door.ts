import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Result } from '../../base/result.ts';
import { describeProblem, type Problem } from '../../model/problem.ts';

export type Dial = (signal: AbortSignal) => Promise<Result<NodeJS.ReadWriteStream, Problem>>;

export interface Door {
  /** Absolute path of the socket. */
  readonly path: string;
  /** Ends every connection and removes the socket. May be repeated. */
  close(): Promise<void>;
}

/**
 * A unix socket that only its owner can reach (0600 in a directory of 0700). Every connection is dialled anew, so that it
 * goes to whichever manager answers at that moment; nothing is open while nobody connects.
 */
export async function openDoor(dial: Dial, signal: AbortSignal): Promise<Door> {
  const directory = await mkdtemp(join(tmpdir(), 'skep-'));
  const path = join(directory, 'docker.sock');
  const sockets = new Set<Socket>();
  const over = new AbortController();
  const both = AbortSignal.any([signal, over.signal]);
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    carry(socket, dial, both).catch(() => socket.destroy());
  });
  async function close(): Promise<void> {
    over.abort();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    await rm(directory, { recursive: true, force: true });
  }
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
    await chmod(path, 0o600);
  } catch (error) {
    await close();
    throw error;
  }
  return { path, close };
}

async function carry(socket: Socket, dial: Dial, signal: AbortSignal): Promise<void> {
  const answer = await dial(signal);
  if (!answer.ok) return refuse(socket, describeProblem(answer.problem));
  const stream = answer.value;
  if (socket.destroyed) return end(stream);
  stream.on('error', () => socket.destroy());
  stream.on('close', () => socket.destroySoon()); // what has arrived is still written
  socket.on('close', () => end(stream));
  socket.pipe(stream);
  stream.pipe(socket);
}

function end(stream: NodeJS.ReadWriteStream): void {
  if ('destroy' in stream && typeof stream.destroy === 'function') stream.destroy();
  else stream.end();
}

/** The docker client shows the message of an HTTP answer; a closed connection would only say "is the daemon running?". */
function refuse(socket: Socket, why: string): void {
  const body = JSON.stringify({ message: `skep: no manager can be reached: ${why}` });
  const head = [
    'HTTP/1.1 503 Service Unavailable',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.resume();
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
