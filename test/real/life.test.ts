import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ControllerProcess,
  createPlace,
  type Place,
  startController,
  startSkep,
} from '../support/controller-process.ts';
import { containersOf, eventually, membersOf, runningTasks } from '../support/docker-oracle.ts';
import { localSpec } from '../support/local-spec.ts';
import { type RealEngine, SERVICE_IMAGE, startEngine } from '../support/real-engine.ts';

const exec = promisify(execFile);

/** The main job, on real engines, in the order in which a person meets it. Everything is checked by asking Docker. */
describe('a file and its real swarm', () => {
  let engine: RealEngine;
  let place: Place;
  let controller: ControllerProcess;
  const dockerConfig = mkdtempSync(join(tmpdir(), 'skep-docker-'));
  const local = { preloadImages: [SERVICE_IMAGE] };
  const commit = (workers: Record<string, number | Record<string, unknown>>): Promise<void> =>
    place.commit(
      'demo.yaml',
      localSpec('demo', engine, 1, { workers, local, spec: { rollout: { drainTimeout: '2m' } } }),
    );
  const manager = async (): Promise<string> =>
    (await containersOf(engine, 'demo')).find((n) => n.includes('-managers-')) ?? '';

  beforeAll(async () => {
    engine = await startEngine('life');
    place = await createPlace();
    controller = startController(place, engine.dockerHost);
  });
  afterAll(async () => {
    await controller?.stop();
    await engine?.down();
    await place?.remove();
    rmSync(dockerConfig, { recursive: true, force: true });
  });

  it('makes 3 managers and 2 workers from a file', async () => {
    await commit({ web: { count: 2, nodeLabels: { tier: 'web' } } });
    await place.untilPhase('demo', 'Ready');
    const nodes = await containersOf(engine, 'demo');
    expect(nodes).toHaveLength(5);
    const members = await membersOf(engine, await manager());
    expect(members.map((m) => m.hostname)).toEqual(nodes);
    expect(members.every((m) => m.status === 'ready' && m.availability === 'active')).toBe(true);
    expect(members.filter((m) => m.manager === 'leader')).toHaveLength(1);
    expect(members.filter((m) => m.manager === 'reachable')).toHaveLength(2);
    expect(members.filter((m) => m.labels.tier === 'web' && m.labels['skep.pool'] === 'web')).toHaveLength(2);
    for (const m of members) {
      const ip = await engine.docker(
        'inspect',
        '-f',
        '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{.IPAMConfig.IPv4Address}}{{end}}',
        m.hostname,
      );
      expect(ip.split(' ')[0]).toBe(ip.split(' ')[1]);
      const command = await engine.docker('inspect', '-f', '{{json .Config.Cmd}}', m.hostname);
      expect(JSON.parse(command)).toEqual(['dockerd', '--host=unix:///var/run/docker.sock']);
    }
  });

  it('runs a service that somebody deploys through the context of skep connect', async () => {
    const connect = startSkep(place, ['connect', 'demo'], {
      DOCKER_HOST: engine.dockerHost,
      DOCKER_CONFIG: dockerConfig,
    });
    const env = { ...process.env, DOCKER_CONFIG: dockerConfig, DOCKER_HOST: undefined, DOCKER_CONTEXT: undefined };
    const docker = async (...args: string[]): Promise<string> =>
      (await exec('docker', ['--context', 'skep-demo', ...args], { env })).stdout;
    await eventually('the context is there', 15_000, async () => (await docker('node', 'ls')).includes('Leader'));
    await docker(
      'service',
      'create',
      '--detach',
      '--no-resolve-image',
      '--name',
      'hello',
      '--replicas',
      '4',
      '--constraint',
      'node.labels.tier==web',
      SERVICE_IMAGE,
      'sleep',
      '100000',
    );
    await eventually(
      'four tasks run',
      40_000,
      async () => (await runningTasks(engine, await manager(), 'hello')).length === 4,
    );
    expect(await connect.stop()).toBe(0);
    const contexts = (await exec('docker', ['context', 'ls', '-q'], { env })).stdout;
    expect(contexts).not.toContain('skep-demo');
  });

  it('answers skep docker NAME -- ARGS', async () => {
    const asked = startSkep(place, ['docker', 'demo', '--', 'node', 'ls', '-q'], {
      DOCKER_HOST: engine.dockerHost,
      DOCKER_CONFIG: dockerConfig,
    });
    expect(await asked.ended).toBe(0);
    expect(asked.log().trim().split('\n')).toHaveLength(5);
  });

  it('scales up under the service, with the preloaded image in the new nodes', async () => {
    await commit({ web: { count: 4, nodeLabels: { tier: 'web' } } });
    await place.until('demo', 'Ready with 7 nodes', (f) => f.status.phase === 'Ready' && f.status.nodes.length === 7);
    const nodes = await containersOf(engine, 'demo');
    expect(nodes).toHaveLength(7);
    for (const node of nodes) expect(await engine.inNode(node, 'images', '-q', SERVICE_IMAGE)).not.toBe('');
    expect(await runningTasks(engine, await manager(), 'hello')).toHaveLength(4);
  });

  it('scales down under the service: drained first, no member and no volume left', async () => {
    await commit({ web: { count: 2, nodeLabels: { tier: 'web' } } });
    await place.until(
      'demo',
      'Ready with 5 nodes',
      (f) => f.status.phase === 'Ready' && f.status.nodes.length === 5,
      120_000,
    );
    const nodes = await containersOf(engine, 'demo');
    expect(nodes).toHaveLength(5);
    expect((await membersOf(engine, await manager())).map((m) => m.hostname)).toEqual(nodes);
    expect(await runningTasks(engine, await manager(), 'hello')).toHaveLength(4);
    expect((await engine.labelled('skep.kind=disk')).filter((n) => n.startsWith('volume'))).toHaveLength(5);
  });

  it('adds a pool and removes it', async () => {
    const web = { count: 2, nodeLabels: { tier: 'web' } };
    await commit({ web, batch: 1 });
    await place.until(
      'demo',
      'Ready with a batch pool',
      (f) => f.status.phase === 'Ready' && f.status.pools.length === 3,
    );
    const members = await membersOf(engine, await manager());
    expect(members.filter((m) => m.labels['skep.pool'] === 'batch')).toHaveLength(1);
    await commit({ web });
    await place.until(
      'demo',
      'Ready without it',
      (f) => f.status.phase === 'Ready' && f.status.pools.length === 2,
      120_000,
    );
    expect(await membersOf(engine, await manager())).toHaveLength(5);
  });

  it('lets each bad file say its own trouble and disturb nobody', async () => {
    const id = await engine.inNode(await manager(), 'info', '-f', '{{.Swarm.Cluster.ID}}');
    await place.commit(
      'broken.yaml',
      'apiVersion: skep/v1alpha1\nkind: ClusterSpec\nmetadata: {name: broken}\nspec: {provider: local, managers: {count: 2}}\n',
    );
    await place.commit(
      'noimage.yaml',
      localSpec('noimage', engine, 2, { managers: 1, workers: {}, local: { image: 'skep-none:1' } }),
    );
    const broken = await place.until('broken', 'told invalid', (f) => f.status.complaints.length > 0);
    expect(broken.status.complaints[0]).toMatch(/^broken\.yaml:4:\d+: .*1, 3, 5, 7/);
    const noimage = await place.until('noimage', 'stalled', (f) =>
      f.status.conditions.some((c) => c.type === 'Stalled'),
    );
    expect(noimage.status.because).toContain('skep-none:1');
    await place.commit('noimage-again.yaml', localSpec('noimage', engine, 3, { managers: 1, workers: {} }));
    const twice = await place.until('noimage', 'in conflict', (f) =>
      f.status.holds.some((h) => h.reason === 'NameConflict'),
    );
    expect(twice.status.because).toContain('noimage-again.yaml');
    expect((await place.statusOf('demo'))?.status.phase).toBe('Ready');
    expect(await engine.inNode(await manager(), 'info', '-f', '{{.Swarm.Cluster.ID}}')).toBe(id);
    for (const file of ['broken.yaml', 'noimage.yaml', 'noimage-again.yaml']) await place.uncommit(file);
    await place.untilPhase('noimage', 'Deleted');
  });

  it('goes with its file: no container, volume or network of ours is left', async () => {
    await place.uncommit('demo.yaml');
    await place.untilPhase('demo', 'Deleted');
    expect(await engine.labelled('skep.owner')).toEqual([]);
  });

  it('ends within 5 s of a SIGTERM', async () => {
    const began = Date.now();
    expect(await controller.stop()).toBe(0);
    expect(Date.now() - began).toBeLessThan(5_000);
  });
});
