import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { fail, ok } from '../../../src/base/result.ts';
import { type Dial, openDoor } from '../../../src/cli/swarm/door.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { createBench } from '../support/cli-context.ts';
import { aStatus, putStatus } from '../support/status-builder.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** An engine that answers in capitals and closes when the caller has said all. */
async function shouting(dir: string, prefix = ''): Promise<Dial> {
  const path = join(dir, `engine${servers.length}.sock`);
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let heard = '';
    socket.setEncoding('utf8').on('data', (text) => {
      heard += text;
    });
    socket.on('end', () => socket.end(prefix + heard.toUpperCase()));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return () =>
    new Promise((resolve) => {
      const stream = connect({ path, allowHalfOpen: true }, () => resolve(ok(stream)));
    });
}

const ask = (path: string, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let heard = '';
    const socket = connect({ path, allowHalfOpen: true }, () => socket.end(text));
    socket.setEncoding('utf8').on('data', (more) => {
      heard += more;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(heard));
  });

describe('the door to a cluster', () => {
  it('is reachable by its owner only, and gone after close', async () => {
    const { dir, stop } = await createBench();
    const door = await openDoor(await shouting(dir), stop.signal);
    expect((await stat(door.path)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(door.path))).mode & 0o777).toBe(0o700);
    await door.close();
    await door.close();
    await expect(stat(dirname(door.path))).rejects.toThrow('ENOENT');
  });

  it('carries both ways, past the caller having said all, however much it is', async () => {
    const { dir, stop } = await createBench();
    const door = await openDoor(await shouting(dir), stop.signal);
    const much = 'abc'.repeat(500_000);
    expect(await Promise.all([ask(door.path, 'hello'), ask(door.path, much)])).toEqual(['HELLO', much.toUpperCase()]);
    await door.close();
  });

  it('dials for every connection anew, so that it fails over', async () => {
    const { dir, stop } = await createBench();
    const managers = [await shouting(dir, '1'), await shouting(dir, '2')];
    let dialled = 0;
    const door = await openDoor((signal) => managers[dialled++ % 2]?.(signal) ?? Promise.reject(), stop.signal);
    expect([await ask(door.path, 'a'), await ask(door.path, 'a')]).toEqual(['1A', '2A']);
    await door.close();
  });

  it('tells the docker client why when no manager answers', async () => {
    const { stop } = await createBench();
    const door = await openDoor(
      async () => fail({ kind: 'unreachable', what: 'demo', detail: 'all down' }),
      stop.signal,
    );
    const answer = await ask(door.path, 'GET /_ping HTTP/1.1\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 503 /);
    expect(answer).toContain('{"message":"skep: no manager can be reached: demo does not answer: all down"}');
    await door.close();
  });
});

/** A docker client of sh: notes what it was asked, keeps contexts as files. */
const CLIENT = `#!/bin/sh
echo "$@ host=\${DOCKER_HOST:-none} context=\${DOCKER_CONTEXT:-none}" >> "$NOTES/calls"
case "$1 $2" in
  "context inspect") cat "$NOTES/$3" 2>/dev/null || exit 1 ;;
  "context create") printf '[{"Metadata":{"Description":"%s"},"Endpoints":{"docker":{"Host":"%s"}}}]' "$5" "\${7#host=}" > "$NOTES/$3" ;;
  "context rm") rm -f "$NOTES/$4" ;;
  "exit 7") exit 7 ;;
esac
`;

async function benchWithDocker(dial: Dial) {
  const bench = await createBench();
  const bin = join(bench.dir, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'docker'), CLIENT, { mode: 0o755 });
  await putStatus(bench.dir, aStatus());
  const closed: string[] = [];
  const provider = async (kind: string, owner: string) =>
    ({
      dial: (_: string, signal: AbortSignal) => dial(signal),
      close: async () => void closed.push(`${kind} ${owner}`),
    }) as unknown as Provider;
  const env = { PATH: `${bin}:${process.env.PATH}`, NOTES: bench.dir, DOCKER_CONTEXT: 'elsewhere' };
  Object.assign(bench.context, { provider, env });
  const { readFile } = await import('node:fs/promises');
  return { ...bench, closed, calls: () => readFile(join(bench.dir, 'calls'), 'utf8') };
}

describe('skep docker', () => {
  const nobody: Dial = async () => fail({ kind: 'gone', what: 'demo' });

  it("runs the client against the cluster's socket and exits with its code", async () => {
    const bench = await benchWithDocker(nobody);
    expect(await bench.run('docker', 'demo', '--', 'exit', '7', '--format', 'x')).toBe(7);
    expect(await bench.calls()).toMatch(/^exit 7 --format x host=unix:\/\/\/.*docker\.sock context=none\n$/);
    expect(bench.closed).toEqual(['local owner']);
  });

  it('refuses a simulated cluster and one that nobody knows', async () => {
    const bench = await benchWithDocker(nobody);
    await putStatus(bench.dir, aStatus('sim', { provider: 'simulated', simulated: true }));
    expect(await bench.run('docker', 'sim', '--', 'ps')).toBe(1);
    expect(await bench.run('docker', 'nobody', '--', 'ps')).toBe(2);
    expect(bench.stderr.text()).toContain('sim is simulated: there is no engine to talk to.');
  });

  it('says when there is no docker client', async () => {
    const bench = await benchWithDocker(nobody);
    Object.assign(bench.context, { env: { PATH: bench.dir } });
    expect(await bench.run('docker', 'demo', '--', 'ps')).toBe(1);
    expect(bench.stderr.text()).toContain('There is no docker client on the PATH');
  });
});

describe('skep connect', () => {
  const nobody: Dial = async () => fail({ kind: 'gone', what: 'demo' });
  const isOpen = (bench: { stderr: { text(): string } }) =>
    expect.poll(() => bench.stderr.text()).toContain('Open until');

  it('makes a context and takes it away at the end, replacing what an earlier one left', async () => {
    const bench = await benchWithDocker(nobody);
    const left =
      '[{"Metadata":{"Description":"Made by skep connect; gone when it ends"},"Endpoints":{"docker":{"Host":"unix:///gone.sock"}}}]';
    await writeFile(join(bench.dir, 'skep-demo'), left);
    const running = bench.run('connect', 'demo');
    await isOpen(bench);
    expect(bench.stdout.text()).toMatch(/^docker --context skep-demo node ls\nor: export DOCKER_HOST=unix:\/\/\/.*\n$/);
    expect(await readdir(bench.dir)).toContain('skep-demo');
    const [, socket = ''] = /DOCKER_HOST=unix:\/\/(\S+)/.exec(bench.stdout.text()) ?? [];
    expect(await ask(socket, 'x')).toContain('503');
    bench.stop.abort();
    expect(await running).toBe(0);
    expect(await readdir(bench.dir)).not.toContain('skep-demo');
    await expect(stat(socket)).rejects.toThrow('ENOENT');
  });

  it('ends by itself with its cluster, and takes the context along', async () => {
    const bench = await benchWithDocker(nobody);
    const running = bench.run('connect', 'demo');
    await isOpen(bench);
    await putStatus(bench.dir, aStatus('demo', { phase: 'Deleted' }));
    expect(await running).toBe(0);
    expect(bench.stderr.text()).toContain('demo was deleted.');
    expect(await readdir(bench.dir)).not.toContain('skep-demo');
  });

  it("leaves alone a context that is somebody else's, and one that is in use", async () => {
    const bench = await benchWithDocker(nobody);
    await writeFile(join(bench.dir, 'skep-demo'), '[{"Metadata":{"Description":"mine"},"Endpoints":{}}]');
    expect(await bench.run('connect', 'demo')).toBe(1);
    expect(bench.stderr.text()).toContain('exists and is not ours');
    await writeFile(join(bench.dir, 'skep-demo'), '');
    const { rm } = await import('node:fs/promises');
    await rm(join(bench.dir, 'skep-demo'));
    const first = bench.run('connect', 'demo');
    await isOpen(bench);
    expect(await bench.run('connect', 'demo')).toBe(1);
    expect(bench.stderr.text()).toContain('Another skep connect demo is running');
    bench.stop.abort();
    expect(await first).toBe(0);
  });
});
