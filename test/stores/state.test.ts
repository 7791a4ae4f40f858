import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { stringify } from 'yaml';
import type { StatusFile } from '../../src/model/status.ts';
import { makeTable, STORES, type TestTable } from './tables.ts';

const launcher = fileURLToPath(new URL('../support/launch.mjs', import.meta.url));
const document = stringify({
  apiVersion: 'skep/v1alpha1',
  kind: 'ClusterSpec',
  metadata: { name: 'sim' },
  spec: {
    provider: 'simulated',
    managers: { count: 1 },
    workers: [{ name: 'web', count: 2 }],
    simulated: { bootTime: '200ms' },
  },
});

interface Running {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly ended: Promise<number | string>;
}

/** Two hosts that share a table, and one simulated world; each has status files of its own. Leases of 4.5 s. */
describe.each(STORES)('state in a table on %s', (store) => {
  let made: TestTable;
  let root: string;
  let running: Running[];

  beforeEach(async () => {
    made = await makeTable(store);
    root = await mkdtemp(join(tmpdir(), 'skep-state-'));
    running = [];
    await mkdir(join(root, 'clusters'));
    await writeFile(join(root, 'clusters', 'sim.yaml'), document);
  });
  afterEach(async () => {
    await Promise.all(running.map((one) => one.child.kill('SIGKILL') && one.ended));
    made.close();
    await rm(root, { recursive: true, force: true });
  });

  function skep(host: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    const child = spawn(process.execPath, [launcher, ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOME: root,
        DOCKER_HOST: 'unix:///nonexistent.sock',
        AWS_REGION: 'eu-west-3',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_ENDPOINT_URL_DYNAMODB: inject('endpoints')[store],
        SKEP_STATE: `dynamodb://${made.name}`,
        SKEP_STATUS: `./status-${host}`,
        SKEP_OWNER: 'ops',
        SKEP_TEST_LEASE_TIMES: '3',
        NO_COLOR: '1',
        ...env,
      },
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (more) => {
        text += more;
      });
    }
    const ended = new Promise<number | string>((go) => child.once('close', (code, signal) => go(code ?? `${signal}`)));
    const one = { child, said: () => text, ended };
    running.push(one);
    return one;
  }
  const controller = (host: string): Running => skep(host, ['run', '--log-format', 'json', '--log-level', 'debug']);
  const command = async (host: string, ...args: string[]): Promise<string> => {
    const one = skep(host, args);
    if ((await one.ended) !== 0) throw new Error(`skep ${args.join(' ')}: ${one.said()}`);
    return one.said();
  };

  async function until<T>(what: string, limitMs: number, check: () => Promise<T | null> | T | null): Promise<T> {
    for (const end = Date.now() + limitMs; ; await new Promise((go) => setTimeout(go, 50))) {
      const found = await check();
      if (found) return found;
      if (Date.now() > end)
        throw new Error(`not within ${limitMs} ms: ${what}\n${running.map((r) => r.said()).join('\n--\n')}`);
    }
  }
  const statusOf = (host: string) =>
    readFile(join(root, `status-${host}`, 'sim.json'), 'utf8').then(
      (text) => JSON.parse(text) as StatusFile,
      () => null,
    );
  const inPhase = (host: string, phase: string, limitMs = 20_000) =>
    until(`${host} says ${phase}`, limitMs, async () => {
      const file = await statusOf(host);
      return file?.status.phase === phase ? file : null;
    });

  it('lets each host tell the whole picture, take intents, and go on where the other died', async () => {
    const first = controller('a');
    await inPhase('a', 'Ready');
    const second = controller('b');
    // A standby shows what the leader wrote, file by file.
    const shown = await inPhase('b', 'Ready');
    expect(shown).toEqual(await statusOf('a'));
    const names = async (host: string) =>
      (await readdir(join(root, `status-${host}`))).filter((name) => name.endsWith('.json')).sort();
    await until('all files are there', 10_000, async () => `${await names('b')}` === `${await names('a')}`);
    expect(await names('b')).toEqual(['_controller.json', '_source.json', 'index.json', 'sim.json']);
    expect(second.said()).not.toContain('SKP401');
    expect(await command('b', 'events', 'sim')).toMatch(/sim {2}.*SKP\d/);

    // An intent that was left on one host is taken up by the leader on the other.
    await command('b', 'pause', 'sim', '--reason', 'from b');
    await inPhase('a', 'Paused');
    await command('a', 'resume', 'sim');
    await inPhase('a', 'Ready');

    first.child.kill('SIGKILL');
    await until('b leads', 15_000, () => second.said().includes('SKP401') || null);
    const file = await until('b writes', 10_000, async () => {
      const status = await statusOf('b');
      return status?.status.controller?.term === 2 ? status : null;
    });
    expect(file.status.history.length).toBeGreaterThan(0);
    await inPhase('b', 'Ready');

    // A clean exit releases the lease: whoever comes next leads at once, from a directory that knows nothing yet.
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
    const third = controller('c');
    await until('c leads', 5_000, () => third.said().includes('SKP401') || null);
    await inPhase('c', 'Ready');
    expect(await names('c')).toEqual(['_controller.json', '_source.json', 'index.json', 'sim.json']);
  });

  it('wants to be told whose clusters these are', async () => {
    const one = skep('a', ['run', '--once'], { SKEP_OWNER: '' });
    expect(await one.ended).toBe(2);
    expect(one.said()).toContain('--owner');
    const other = skep('a', ['run', '--once'], { SKEP_STATE: 'dynamodb://no/table' });
    expect(await other.ended).toBe(2);
    expect(other.said()).toContain('the name of a table');
  });
});
