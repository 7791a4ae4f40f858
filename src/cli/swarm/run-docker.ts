import { constants } from 'node:os';
import type { CliContext } from '../context.ts';
import { Refusal } from '../exit.ts';

/** Variables by which the docker client could be led elsewhere than to our socket. */
const ELSEWHERE = ['DOCKER_CONTEXT', 'DOCKER_HOST', 'DOCKER_TLS', 'DOCKER_TLS_VERIFY', 'DOCKER_CERT_PATH'];

/** Runs the docker client against `socket` with our stdio. Answers its exit code; 128 and the signal's number when killed. */
export function runDocker(
  socket: string,
  args: readonly string[],
  { spawn, env, signal }: CliContext,
): Promise<number> {
  const clean = Object.fromEntries(Object.entries(env).filter(([name]) => !ELSEWHERE.includes(name)));
  const child = spawn('docker', [...args], { stdio: 'inherit', env: { ...clean, DOCKER_HOST: `unix://${socket}` } });
  const stop = () => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  return new Promise<number>((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => reject(clientTrouble(error)));
    child.on('close', (code, killedBy) => resolve(code ?? 128 + (killedBy === null ? 0 : constants.signals[killedBy])));
  }).finally(() => signal.removeEventListener('abort', stop));
}

export function clientTrouble(error: NodeJS.ErrnoException): Error {
  return error.code === 'ENOENT' ? new Refusal('There is no docker client on the PATH: install docker-cli.') : error;
}
