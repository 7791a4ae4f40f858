import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

const run = promisify(execFile);
const fetched = new URL('../env/stand-ins', import.meta.url).pathname;
/** Measured 3–9 s for DynamoDB Local on a busy machine, 0.5 s for MiniStack. */
const START_MS = 60_000;

declare module 'vitest' {
  interface ProvidedContext {
    readonly endpoints: Readonly<Record<StoreName, string>>;
  }
}
export type StoreName = 'DynamoDB Local' | 'MiniStack';

/** Starts both stores on loopback, once for all files of the project, and ends them. Both keep everything in memory. */
export default async function bothStores(project: TestProject): Promise<() => Promise<void>> {
  const [jars, ministack] = await Promise.all([where('dynamodb-local'), where('ministack')]);
  const [amazon, other] = await Promise.all([freePort(), freePort()]);
  const main = 'software.amazon.dynamodb.services.local.main.ServerRunner';
  const options = ['-inMemory', '-sharedDb', '-disableTelemetry', '-port', String(amazon)];
  const children = [
    start('java', ['-Xmx512m', `-Djava.library.path=${jars}`, '-cp', `${jars}/*`, main, ...options], {}),
    start(ministack, [], { BIND_HOST: '127.0.0.1', GATEWAY_PORT: String(other) }),
  ];
  const endpoints = { 'DynamoDB Local': `http://127.0.0.1:${amazon}`, MiniStack: `http://127.0.0.1:${other}` };
  const end = async (): Promise<void> => {
    await Promise.all(children.map(({ child, ended }) => child.kill('SIGKILL') && ended));
  };
  try {
    await Promise.all(Object.values(endpoints).map((url) => answers(url, children)));
  } catch (error) {
    await end();
    throw error;
  }
  project.provide('endpoints', endpoints);
  return end;
}

const where = async (what: string): Promise<string> => (await run(fetched, [what])).stdout.trim();

interface Child {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
  readonly said: () => string;
}

function start(program: string, args: readonly string[], env: Record<string, string>): Child {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      said = (said + String(text)).slice(-4_000);
    });
  }
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return { child, ended, said: () => said };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Any HTTP answer will do: a store refuses an unsigned request. */
async function answers(url: string, children: readonly Child[]): Promise<void> {
  for (const begun = Date.now(); Date.now() - begun < START_MS; await new Promise((go) => setTimeout(go, 100))) {
    if (await fetch(url).then(Boolean, () => false)) return;
    const dead = children.find(({ child }) => child.exitCode !== null);
    if (dead) throw new Error(`${dead.child.spawnfile} ended: ${dead.said()}`);
  }
  throw new Error(
    `${url} does not answer after ${START_MS / 1_000} s: ${children.map(({ said }) => said()).join('\n')}`,
  );
}
