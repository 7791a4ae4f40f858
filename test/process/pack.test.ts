import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

it('packs, installs from the tarball in an empty place, and works there', async () => {
  const place = await mkdtemp(join(tmpdir(), 'skep-pack-'));
  try {
    await run('npm', ['pack', '--ignore-scripts', '--pack-destination', place], { cwd: root });
    const tarball = (await readdir(place)).find((name) => name.endsWith('.tgz')) ?? '';
    await writeFile(join(place, 'package.json'), '{"private": true, "allowScripts": {"better-sqlite3": true}}\n');
    await run('npm', ['install', '--no-audit', '--no-fund', `./${tarball}`], { cwd: place });
    const skep = join(place, 'node_modules', '.bin', 'skep');
    const env = { ...process.env, DOCKER_HOST: 'unix:///nonexistent.sock' };
    const create = ['create', 'one', '--provider', 'simulated', '--set', 'spec.simulated.bootTime=100ms'];
    await run(skep, create, { cwd: place, env });
    await run(skep, ['run', '--once', '--log-level', 'error'], { cwd: place, env });
    const { stdout } = await run(skep, ['status', 'one', '-o', 'json'], { cwd: place, env });
    expect(stdout).toContain('"phase": "Ready"');
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}, 400_000);
