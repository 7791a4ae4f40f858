import { connect } from 'node:net';
import type { CliContext } from '../context.ts';
import { Refusal } from '../exit.ts';
import { clientTrouble } from './run-docker.ts';

/** By this description a context is known to be ours. */
const DESCRIPTION = 'Made by skep connect; gone when it ends';

export const contextName = (cluster: string): string => `skep-${cluster}`;

/**
 * Makes the docker context of a cluster. One of that name that an earlier `skep connect` left is replaced; one that lives
 * or that somebody else made is left alone and refused.
 */
export async function createContext(cluster: string, socket: string, context: CliContext): Promise<void> {
  const name = contextName(cluster);
  const old = await docker(['context', 'inspect', name], context);
  if (old.code === 0) {
    const { description, host } = describeContext(old.stdout);
    if (description !== DESCRIPTION)
      throw new Refusal(`A docker context ${name} exists and is not ours: remove it first.`);
    if (await answers(host)) throw new Refusal(`Another skep connect ${cluster} is running: use its context ${name}.`);
    await removeContext(cluster, context);
  }
  const args = ['context', 'create', name, '--description', DESCRIPTION, '--docker', `host=unix://${socket}`];
  const made = await docker(args, context);
  if (made.code !== 0) throw new Refusal(`docker context create: ${made.stderr.trim()}`);
}

/** Removing one that is gone succeeds. */
export async function removeContext(cluster: string, context: CliContext): Promise<void> {
  await docker(['context', 'rm', '--force', contextName(cluster)], context);
}

function describeContext(text: string): { readonly description: string; readonly host: string } {
  const [found] = JSON.parse(text) as [
    { Metadata?: { Description?: string }; Endpoints?: { docker?: { Host?: string } } } | undefined,
  ];
  return { description: found?.Metadata?.Description ?? '', host: found?.Endpoints?.docker?.Host ?? '' };
}

function answers(host: string): Promise<boolean> {
  const path = host.replace(/^unix:\/\//, '');
  return new Promise((resolve) => {
    const socket = connect(path);
    const done = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Not ended by our signal: tidying up must go on after it. */
function docker(args: readonly string[], { spawn, env }: CliContext): Promise<Ran> {
  const child = spawn('docker', [...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...env } });
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => reject(clientTrouble(error)));
    child.on('close', (code) => resolve({ code: code ?? 1, stdout, stderr }));
  });
}
