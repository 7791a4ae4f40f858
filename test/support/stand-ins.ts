import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { promisify } from 'node:util';

const run = promisify(execFile);
const fetched = new URL('../env/stand-ins', import.meta.url).pathname;
/** Measured 3–9 s for DynamoDB Local on a busy machine, 0.5 s for MiniStack. */
const START_MS = 60_000;

/** A program on loopback that stands in for AWS and keeps everything in memory. */
export interface StandIn {
  readonly url: string;
  end(): Promise<void>;
}

/** Amazon's own. */
export async function startDynamoDbLocal(): Promise<StandIn> {
  const [jars, port] = await Promise.all([where('dynamodb-local'), freePort()]);
  const main = 'software.amazon.dynamodb.services.local.main.ServerRunner';
  const options = ['-inMemory', '-sharedDb', '-disableTelemetry', '-port', String(port)];
  return start('java', ['-Xmx512m', `-Djava.library.path=${jars}`, '-cp', `${jars}/*`, main, ...options], {}, port);
}

export async function startMiniStack(): Promise<StandIn> {
  const [program, port] = await Promise.all([where('ministack'), freePort()]);
  return start(program, [], { BIND_HOST: '127.0.0.1', GATEWAY_PORT: String(port) }, port);
}

/** moto with the patches of test/env/moto_skep.py. */
export async function startMoto(): Promise<StandIn> {
  const [python, port] = await Promise.all([where('moto'), freePort()]);
  const server = new URL('../env/moto_skep.py', import.meta.url).pathname;
  return start(python, [server, String(port)], {}, port);
}

const where = async (what: string): Promise<string> => (await run(fetched, [what])).stdout.trim();

async function start(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  port: number,
): Promise<StandIn> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      said = (said + String(text)).slice(-4_000);
    });
  }
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const end = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  const url = `http://127.0.0.1:${port}`;
  if (await answers(url, child)) return { url, end };
  await end();
  throw new Error(`${program} does not answer at ${url}: ${said}`);
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
async function answers(url: string, child: ChildProcess): Promise<boolean> {
  for (const begun = Date.now(); Date.now() - begun < START_MS; await new Promise((go) => setTimeout(go, 100))) {
    if (await fetch(url).then(Boolean, () => false)) return true;
    if (child.exitCode !== null) return false;
  }
  return false;
}
