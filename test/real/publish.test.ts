import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControllerProcess, createPlace, type Place, startController } from '../support/controller-process.ts';
import { containersOf, eventually, membersOf } from '../support/docker-oracle.ts';
import { localSpec } from '../support/local-spec.ts';
import { type RealEngine, SERVICE_IMAGE, startEngine } from '../support/real-engine.ts';

/** What people reach of a cluster, and what nobody may: published ports, and the tokens that would let anybody join. */
describe('published ports and planted secrets', () => {
  let engine: RealEngine;
  let place: Place;
  let controller: ControllerProcess;
  const HOST_PORT = 18_080;
  const commit = (web: number): Promise<void> =>
    place.commit(
      'shop.yaml',
      localSpec('shop', engine, 2, {
        managers: 1,
        workers: { web },
        local: { preloadImages: [SERVICE_IMAGE], publish: [`127.0.0.1:${HOST_PORT}:8080`] },
      }),
    );
  const ready = (nodes: number) =>
    place.until('shop', `${nodes} nodes`, (f) => f.status.phase === 'Ready' && f.status.nodes.length === nodes);
  const manager = async (): Promise<string> =>
    (await containersOf(engine, 'shop')).find((name) => name.includes('-managers-')) ?? '';
  const ask = async (): Promise<string> =>
    (await (await fetch(`http://127.0.0.1:${HOST_PORT}/`, { signal: AbortSignal.timeout(2_000) })).text()).trim();

  beforeAll(async () => {
    engine = await startEngine('publish');
    place = await createPlace();
    controller = startController(place, engine.dockerHost);
  });
  afterAll(async () => {
    await controller?.stop();
    await engine?.down();
    await place?.remove();
  });

  it('carries a port of the host to the nodes, and says where in status', async () => {
    await commit(2);
    await ready(3);
    const service = ['service', 'create', '--detach', '--no-resolve-image', '--name', 'web', '--mode', 'global'];
    const publish = ['--publish', 'mode=host,target=8080,published=8080'];
    await engine.inNode(await manager(), ...service, ...publish, SERVICE_IMAGE, 'serve');
    expect(await eventually('it answers', 30_000, ask)).not.toBe('');
    const { endpoints } = (await place.statusOf('shop'))?.status ?? {};
    expect(JSON.stringify(endpoints)).toContain(String(HOST_PORT));
  });

  it('follows the nodes: after one went and another came, no request is sent to where nothing is', async () => {
    await commit(1);
    await ready(2);
    await commit(3);
    await ready(4);
    const hosts = (await membersOf(engine, await manager())).map((m) => m.hostname);
    expect(hosts).toHaveLength(4);
    await eventually('all four serve', 30_000, async () => {
      const text = await engine.inNode(await manager(), 'service', 'ps', 'web', '--format', '{{.CurrentState}}');
      return text.split('\n').filter((state) => state.startsWith('Running')).length === 4;
    });
    for (let i = 0; i < 20; i++) {
      expect(await ask()).not.toBe('');
      await sleep(50);
    }
  });

  it('lets no token out: not into a file, a log, a label or a process argument', async () => {
    const token = async (role: string) => engine.inNode(await manager(), 'swarm', 'join-token', '-q', role);
    const secrets = [await token('worker'), await token('manager')];
    for (const secret of secrets) expect(secret).toMatch(/^SWMTKN-1-/);
    const outputs = [controller.log()];
    for (const folder of [place.status, place.state]) {
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        if (entry.isFile()) outputs.push(await readFile(join(entry.parentPath, entry.name), 'latin1'));
      }
    }
    const names = await containersOf(engine, 'shop');
    outputs.push(await engine.docker('inspect', ...names), await engine.docker('volume', 'ls', '--format', 'json'));
    for (const name of names) outputs.push(await engine.docker('logs', name));
    outputs.push(await processArguments());
    expect(outputs.join('\n').length).toBeGreaterThan(10_000);
    for (const secret of secrets) for (const text of outputs) expect(text.includes(secret)).toBe(false);
  });

  it('frees the port with the cluster', async () => {
    await place.uncommit('shop.yaml');
    await place.untilPhase('shop', 'Deleted');
    await expect(ask()).rejects.toThrow();
    expect(await engine.labelled('skep.cluster=shop')).toEqual([]);
  });
});

/** Command lines of all processes of this machine, nodes' among them. */
async function processArguments(): Promise<string> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'latin1').catch(() => '')));
  return lines.join('\n');
}
