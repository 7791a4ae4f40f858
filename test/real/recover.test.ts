import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSkep } from '../support/controller-process.ts';
import { type KeptCluster, keptCluster, now, SHORT_HEALTH } from '../support/kept-cluster.ts';
import { SERVICE_IMAGE } from '../support/real-engine.ts';

/**
 * Managers are lost for good, and a person brings the swarm back. The tests follow each other on one cluster: three
 * managers and a worker, on which a service runs all the while.
 */
describe('a swarm whose managers are lost', () => {
  let c: KeptCluster;
  let dir = '';
  let swarm = '';
  let worker = '';
  /** Containers of the service on the worker, by id: the same ones mean that nobody touched them. */
  let running = '';

  const key = () => join(dir, 'key');
  const file = () => join(dir, 'rec.skepbackup');
  const skep = async (...args: string[]): Promise<{ code: number | string; said: string }> => {
    const run = startSkep(c.place, args, { DOCKER_HOST: c.engine.dockerHost });
    const code = await run.ended;
    expect(run.log()).not.toMatch(/SWMTKN|SWMKEY|PRIVATE KEY/);
    return { code, said: run.log() };
  };
  const tasks = () => c.engine.inNode(worker, 'ps', '-q', '--no-trunc', '--filter', 'name=kept');
  /** All at once, as far as skep can see: of managers lost one after the other the first are rightly replaced. */
  const lose = async (...managers: readonly string[]): Promise<void> => {
    await c.controller.stop();
    await c.engine.docker('rm', '-f', '-v', ...managers);
    c.restart();
  };
  const quorumLost = () => c.until('QuorumLost', (f) => f.status.holds.some((h) => h.reason === 'QuorumLost'));
  const sameSwarm = async (): Promise<void> => {
    expect(await c.swarmId()).toBe(swarm);
    expect(await c.swarm('service', 'ls', '--format', '{{.Name}} {{.Replicas}}')).toBe('kept 2/2');
    expect(await c.swarm('secret', 'ls', '--format', '{{.Name}}')).toBe('planted');
    expect(await c.nodes('web')).toEqual([worker]);
    expect(await tasks()).toBe(running);
  };

  beforeAll(async () => {
    // A worker that lost all managers tries them one after the other: it is back within half a minute.
    const health = { ...SHORT_HEALTH, unhealthyAfter: '90s' };
    const workers = { web: { count: 1, nodeLabels: { tier: 'web' } } };
    c = await keptCluster('rec', 5, { managers: 3, workers, spec: { health } });
    dir = await mkdtemp(join(tmpdir(), 'skep-key-'));
    await writeFile(key(), 'c0ffee00'.repeat(8));
    swarm = await c.swarmId();
    worker = await c.node('web');
    const onWorker = ['--constraint', 'node.labels.tier==web', '--replicas', '2'];
    await c.swarm('service', 'create', '--no-resolve-image', '--quiet', '--name', 'kept', ...onWorker, SERVICE_IMAGE);
    const manager = await c.node('managers');
    await c.engine.docker('exec', manager, 'sh', '-c', 'echo planted | docker secret create planted -');
    running = await tasks();
    expect(running.split('\n')).toHaveLength(2);
  });
  afterAll(async () => {
    await c?.down();
    if (dir) await rm(dir, { recursive: true, force: true });
  });

  it('is left alone while it answers', async () => {
    const { code, said } = await skep('recover', 'rec', '--yes-i-know', 'rec');
    expect([code, said]).toEqual([1, expect.stringContaining('there is nothing to recover')]);
  });

  it('is not recovered while an old manager may come back', async () => {
    const [first, second] = await c.nodes('managers');
    await c.controller.stop();
    await c.engine.docker('rm', '-f', '-v', first ?? '');
    await c.engine.docker('pause', second ?? '');
    c.restart();
    await c.until('held', (f) => f.status.holds.length > 0);
    const nodes = await c.nodes();
    const { code, said } = await skep('recover', 'rec', '--yes-i-know', 'rec');
    expect([code, said]).toEqual([1, expect.stringContaining(`${second} runs and its engine does not answer`)]);
    expect(await c.nodes()).toEqual(nodes);
    expect(c.controller.log()).not.toContain('force-new-cluster');
  });

  it('goes on with the third of three managers, and heals; nothing else is touched', async () => {
    const [second = '', survivor = ''] = await c.nodes('managers');
    await c.engine.docker('rm', '-f', '-v', second);
    await quorumLost();
    const untold = await skep('recover', 'rec');
    expect([untold.code, untold.said]).toEqual([1, expect.stringContaining('nothing was done')]);
    const since = now();
    const { code, said } = await skep('recover', 'rec', '--yes-i-know', 'rec');
    expect(said).toContain(`${survivor} becomes the only manager of swarm ${swarm}`);
    expect(code).toBe(0);
    await c.whole(4, since);
    expect(await c.nodes('managers')).toContain(survivor);
    await sameSwarm();
  });

  it('is archived from a manager that does not lead, which is the same one afterwards', async () => {
    const nodes = await c.nodes();
    const leader = (await c.members()).find((m) => m.manager === 'leader')?.hostname;
    const { code, said } = await skep('backup', 'rec', '--key-file', key(), '-o', file());
    expect(said).toContain(file());
    expect(code).toBe(0);
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    await c.whole(4);
    expect(await c.nodes()).toEqual(nodes);
    expect((await c.members()).find((m) => m.manager === 'leader')?.hostname).toBe(leader);
    await sameSwarm();
  });

  it('is restored from the backup after all of them are lost', async () => {
    await lose(...(await c.nodes('managers')));
    await quorumLost();
    const without = await skep('recover', 'rec', '--yes-i-know', 'rec');
    expect([without.code, without.said]).toEqual([1, expect.stringContaining('--from FILE')]);
    const since = now();
    const from = ['--from', file(), '--key-file', key()];
    const { code, said } = await skep('recover', 'rec', ...from, '--yes-i-know', 'rec');
    expect(said).toContain('its swarm is back');
    expect(code).toBe(0);
    await c.whole(4, since);
    await sameSwarm();
  });

  it('is given up for a new one after all of them are lost, around the worker that is there', async () => {
    await lose(...(await c.nodes('managers')));
    await quorumLost();
    const since = now();
    const { code, said } = await skep('recover', 'rec', '--start-over', '--yes-i-know', 'rec');
    expect(said).toContain('its swarm is back');
    expect(code).toBe(0);
    await c.whole(4, since);
    expect(await c.swarmId()).not.toBe(swarm);
    expect(await c.nodes('web')).toEqual([worker]);
    expect(await c.swarm('service', 'ls', '-q')).toBe('');
    expect(await tasks()).toBe('');
  });
});
