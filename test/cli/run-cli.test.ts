import { describe, expect, it } from 'vitest';
import { createBench } from './support/cli-context.ts';
import { aStatus, putController, putStatus } from './support/status-builder.ts';

const COMMANDS = [
  'run',
  'validate',
  'schema',
  'plan',
  'status',
  'explain',
  'events',
  'wait',
  'ls',
  'create',
  'up',
  'scale',
  'update',
  'rm',
  'confirm',
  'pause',
  'resume',
  'retry',
  'abort',
  'rollout',
  'rebalance',
  'docker',
  'connect',
  'doctor',
];

describe('the command line', () => {
  it('lists every command and the exit codes in --help', async () => {
    const bench = await createBench();
    expect(await bench.run('--help')).toBe(0);
    for (const command of COMMANDS) expect(bench.stdout.text()).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    expect(bench.stdout.text()).toContain('3 changes pending');
    expect(bench.stdout.text()).toContain('terraform uses 2 there');
    expect(bench.stderr.text()).toBe('');
  });

  it.each(COMMANDS)('%s says what it does in its own --help', async (command) => {
    const bench = await createBench();
    expect(await bench.run(command, '--help')).toBe(0);
    expect(bench.stdout.text()).toContain(`Usage: skep ${command}`);
    expect(bench.stdout.text()).toContain('Exit codes: 0 as wanted, 1 trouble, 2 bad input');
  });

  it.each([
    [['nonsense']],
    [['status', '--nonsense']],
    [['status', '-o', 'xml']],
    [['scale', 'demo']],
    [['rollout', 'demo']],
    [['run', '--resync', 'soon']],
    [['wait']],
    [[]],
  ])('exits 2 on bad input, with the reason on stderr: %j', async (argv) => {
    const bench = await createBench();
    expect(await bench.run(...argv)).toBe(2);
    expect(bench.stdout.text()).toBe('');
    expect(bench.stderr.text()).not.toBe('');
  });

  it('prints its version', async () => {
    const bench = await createBench();
    expect(await bench.run('--version')).toBe(0);
    expect(bench.stdout.text()).toBe('0.1.0\n');
  });

  it('escapes what it repeats from its arguments', async () => {
    const bench = await createBench();
    expect(await bench.run('explain', '\u001b[2Jx')).toBe(2);
    expect(bench.stderr.text()).not.toContain('\u001b');
  });
});

describe('run', () => {
  it('hands over flags before variables before defaults', async () => {
    const seen: unknown[] = [];
    const bench = await createBench({
      env: { SKEP_STATUS: 'st', SKEP_RESYNC: '5s', SKEP_MAX_DELETIONS: '4' },
      runController: async (options) => Number(seen.push(options)) - 1,
    });
    expect(await bench.run('run', '--once', '--resync', '1m30s', '--state', '/s')).toBe(0);
    expect(seen).toEqual([
      {
        paths: { specs: `${bench.dir}/clusters`, status: `${bench.dir}/st`, state: '/s' },
        owner: 'owner',
        once: true,
        resyncMs: 90_000,
        deletionGraceMs: 30_000,
        maxDeletions: 4,
        workers: 8,
        logLevel: 'info',
        logFormat: 'json',
        logToFile: false,
      },
    ]);
  });

  it('refuses variables that are wrong', async () => {
    const bench = await createBench({ env: { SKEP_LOG_LEVEL: 'loud' } });
    expect(await bench.run('run')).toBe(2);
    expect(bench.stderr.text()).toBe('SKEP_LOG_LEVEL=loud: allowed are debug, info, warn, error, silent\n');
  });
});

describe('status', () => {
  it('prints one file as it is with -o json, and no byte that steers a terminal', async () => {
    const bench = await createBench();
    const file = aStatus('demo', { because: 'a\u009b31m\u001b[2J' });
    await putStatus(bench.dir, file);
    await putController(bench.dir);
    expect(await bench.run('status', 'demo', '-o', 'json')).toBe(0);
    expect(JSON.parse(bench.stdout.text())).toEqual(file);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(bench.stdout.text().replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  });

  it('prints the same as YAML', async () => {
    const bench = await createBench();
    const file = aStatus('demo', { because: 'a\u009b31m: "b"\u001b[2J\nsecond' });
    await putStatus(bench.dir, file);
    expect(await bench.run('status', 'demo', '-o', 'yaml')).toBe(0);
    const { parse } = await import('yaml');
    expect(parse(bench.stdout.text())).toEqual(file);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(bench.stdout.text().replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  });

  it('prints tables with -o wide', async () => {
    const bench = await createBench();
    await putStatus(bench.dir, aStatus('demo', { provider: 'simulated', simulated: true }));
    expect(await bench.run('status', '-o', 'wide')).toBe(0);
    expect(bench.stdout.text()).toMatchInlineSnapshot(`
      "demo  Ready  3 of 3 nodes ready  (simulated)
      everything is as declared.
      NODE                POOL      ZONE  ROLE     STATE   ADDRESS     ENGINE  TASKS  MESSAGE
      demo-managers-m1m1  managers  a     manager  leader  172.30.0.9  28.5.2  1
      demo-web-a1a1       web       a     worker   ready   172.30.0.9  28.5.2  1
      demo-web-b2b2       web       a     worker   ready   172.30.0.9  28.5.2  1
      "
    `);
  });

  it('names what is known when the cluster is not', async () => {
    const bench = await createBench();
    await putStatus(bench.dir, aStatus());
    expect(await bench.run('status', 'dmeo')).toBe(2);
    expect(bench.stderr.text()).toBe(`no status of dmeo in ${bench.dir}/status (there: demo)\n`);
  });

  it('uses no colour where there is no terminal', async () => {
    const bench = await createBench();
    await putStatus(bench.dir, aStatus('demo', { phase: 'Degraded' }));
    await bench.run('status');
    expect(bench.stdout.text()).not.toContain('\u001b');
    expect(bench.stdout.text()).toContain('! no controller is running  never seen here');
  });
});

describe('explain', () => {
  it('names notices with what prevents the trouble', async () => {
    const bench = await createBench();
    const notices = [{ kind: 'DiskLow' as const, what: 'little is left', cure: 'make room' }];
    await putStatus(bench.dir, aStatus('demo', { notices }));
    await putController(bench.dir);
    expect(await bench.run('explain', 'demo')).toBe(0);
    expect(bench.stdout.text()).toContain('Worth knowing:\n  * little is left\n');
    expect(bench.stdout.text()).toContain('What you can do:\n  * make room\n');
  });

  it('says how it is, why, and what can be done', async () => {
    const bench = await createBench();
    const hold = {
      reason: 'LocalDataHeld',
      what: 'remove a',
      why: 'data',
      since: '2026-11-21T14:00:00Z',
      release: 'scale up',
    } as const;
    await putStatus(
      bench.dir,
      aStatus('demo', { phase: 'Held', because: 'held: remove a.', holds: [hold], provider: 'simulated' }),
    );
    await putController(bench.dir);
    expect(await bench.run('explain', 'demo')).toBe(0);
    expect(bench.stdout.text()).toMatchInlineSnapshot(`
      "demo (simulated) is Held, 3 of 3 nodes ready.
      held: remove a.

      What is held:
        * remove a (LocalDataHeld): data; for 2m11s

      What you can do:
        * scale up
      "
    `);
  });
});
