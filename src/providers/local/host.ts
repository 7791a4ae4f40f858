import net from 'node:net';
import type { Clock } from '../../base/clock.ts';
import { createEngine, type Engine } from '../swarm/engine.ts';

/** Docker's own default. */
const DEFAULT_SOCKET = '/var/run/docker.sock';
/** Calls to the host's engine that may run side by side: twice the machines that are made at once. */
const CONNECTIONS = 16;

/**
 * The engine of the machine that skep runs on. Only a unix socket will do: nothing here opens or uses a TCP port. With
 * another `dockerHost` every call fails and says so; clusters of other providers are none the worse for it.
 */
export function createHostEngine(dockerHost: string | undefined, clock: Clock): Engine {
  const connect = async (signal: AbortSignal) => connectUnix(socketPath(dockerHost), signal);
  return createEngine({ clock, keep: CONNECTIONS, connect });
}

/** Throws when `dockerHost` is no unix socket. */
export function socketPath(dockerHost: string | undefined): string {
  if (!dockerHost) return DEFAULT_SOCKET;
  if (!dockerHost.startsWith('unix://')) throw new Error(`DOCKER_HOST: ${dockerHost} is no unix:// socket`);
  return dockerHost.slice('unix://'.length) || DEFAULT_SOCKET;
}

function connectUnix(path: string, signal: AbortSignal): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ path, signal });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}
