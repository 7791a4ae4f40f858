import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startInstanceMetadata } from '../support/instance-metadata.ts';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../../build/agent.mjs', import.meta.url));
/** It compresses 130 MB, 10 s on an idle machine. */
const LIMIT_MS = 240_000;

let place: string;
let said: string;
let skep: string;

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'skep-archive-'));
  ({ stdout: said } = await run(process.execPath, [script, join(place, 'one')]));
  const [archive = ''] = said.split('\n');
  await run('tar', ['-xzf', archive, '-C', place]);
  skep = join(place, 'skep-agent', 'skep');
}, LIMIT_MS);
afterAll(() => rm(place, { recursive: true, force: true }));

it(
  'names the archive with its sha256, which is the same for the same program',
  async () => {
    const [archive = '', sum = ''] = said.split('\n');
    expect(archive).toMatch(new RegExp(`/skep-agent-[0-9.]+-linux-${process.arch}\\.tgz$`));
    expect(sum).toBe(
      `sha256 ${createHash('sha256')
        .update(await readFile(archive))
        .digest('hex')}`,
    );
    const { stdout: again } = await run(process.execPath, [script, join(place, 'two')]);
    expect(again.split('\n').slice(1)).toEqual(said.split('\n').slice(1));
  },
  LIMIT_MS,
);

it('has its own Node, and nothing that only a controller or a developer needs', async () => {
  const { stdout } = await run(join(place, 'skep-agent', 'node'), ['--version'], { env: {} });
  expect(stdout.trim()).toBe(process.version);
  const packages = await readdir(join(place, 'skep-agent', 'node_modules'));
  for (const name of ['better-sqlite3', 'typescript', 'vitest', '@types']) expect(packages).not.toContain(name);
  for (const name of ['LICENSE', 'LICENSE.node']) expect(existsSync(join(place, 'skep-agent', name))).toBe(true);
});

it('runs from an empty directory where nothing else is installed', async () => {
  const bare = { env: { PATH: '' }, cwd: place };
  expect((await run(skep, ['--version'], bare)).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect((await run('./skep', ['agent', '--help'], { ...bare, cwd: join(place, 'skep-agent') })).stdout).toContain(
    '--cluster',
  );
});

it('starts the agent of an instance, and ends when it is told', async () => {
  const metadata = await startInstanceMetadata({
    instanceId: 'i-0a1b2c3d4e5f60718',
    zone: 'eu-west-3b',
    address: '10.0.1.7',
  });
  const env = {
    PATH: '',
    AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url,
    // Nobody listens there: neither a table nor an engine.
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    DOCKER_HOST: 'unix:///nonexistent.sock',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
  const agent = spawn(skep, ['agent', '--cluster', 'one', '--table', 'skep'], { env, cwd: place });
  try {
    let log = '';
    agent.stderr.on('data', (text) => {
      log += text;
    });
    const ended = new Promise<number | null>((resolve) => agent.once('exit', resolve));
    await expect.poll(() => log, { timeout: 30_000 }).toContain('SKP601');
    await expect.poll(() => metadata.log.join(), { timeout: 30_000 }).toContain('spot/instance-action');
    agent.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(log).toContain('i-0a1b2c3d4e5f60718');
  } finally {
    agent.kill('SIGKILL');
    await metadata.close();
  }
});
