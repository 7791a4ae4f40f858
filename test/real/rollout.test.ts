import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startSkep } from '../support/controller-process.ts';
import { eventually, runningTasks } from '../support/docker-oracle.ts';
import { type KeptCluster, keptCluster, SHORT_HEALTH } from '../support/kept-cluster.ts';
import type { LocalWish } from '../support/local-spec.ts';
import { NODE_IMAGES, SERVICE_IMAGE } from '../support/real-engine.ts';
import { createSwarmApi, type SwarmApi } from '../support/swarm-api.ts';

/** What goes wrong on the way of a rollout, and what is asked of it there. Every case begins and ends with a whole cluster. */
describe('a rollout on real engines', () => {
  let c: KeptCluster;
  let api: SwarmApi;
  let swarm = '';
  let generation = 0;

  /** Each value of `config` makes other machines: a daemon.json that does nothing else. */
  const wish = (managers: 1 | 3 | 5, config: number, more: LocalWish['local'] = {}): LocalWish => ({
    managers,
    workers: { web: 2 },
    spec: {
      engine: { config: { 'max-concurrent-downloads': 3 + config } },
      rollout: { settle: '1s', drainTimeout: '4s' },
      health: { ...SHORT_HEALTH, startupRetries: 0 },
    },
    local: more,
  });
  const service = (name: string, ...args: readonly string[]): Promise<string> =>
    c.swarm('service', 'create', '--detach', '--no-resolve-image', '--name', name, ...ON_WEB, ...args);
  const ON_WEB = ['--constraint', 'node.labels.skep.pool==web'];
  const running = (name: string, count: number): Promise<true> =>
    eventually(`${count} tasks of ${name}`, 60_000, async () => {
      const tasks = await runningTasks(c.engine, await c.node('managers'), name);
      return tasks.length === count;
    });
  const declare = async (next: LocalWish): Promise<void> => {
    await c.commit(next);
    generation += 1;
    await c.until('accepted', (f) => f.status.observedGeneration > generation);
  };
  const whole = (nodes: number): Promise<unknown> => c.whole(nodes);

  beforeAll(async () => {
    c = await keptCluster('ro', 1, wish(1, 0));
    api = createSwarmApi(c.engine, c.name);
    swarm = await c.swarmId();
  });
  afterAll(async () => {
    api?.close();
    await c?.down();
  });
  afterEach(async () => {
    expect(await c.swarmId()).toBe(swarm);
  });

  it('replaces the only manager, which is said before, and moves a surge service start-first', async () => {
    await service('surge', '--replicas', '2', '--label', 'skep.drain=surge', '--update-order', 'start-first', ...SLEEP);
    await running('surge', 2);
    const before = await c.nodes();
    const least = countLeast(api, 'surge');
    await declare(wish(1, 1));
    const planned = startSkep(c.place, ['plan'], { DOCKER_HOST: c.engine.dockerHost });
    await planned.ended;
    expect(planned.log()).toContain('1 manager tolerates no loss');
    await whole(3);
    expect((await c.nodes()).filter((name) => before.includes(name))).toEqual([]);
    expect(await least.stop()).toBe(2);
    await running('surge', 2);
    const left = await c.swarm(
      'service',
      'inspect',
      '-f',
      '{{json .Spec.TaskTemplate.Placement.Constraints}}',
      'surge',
    );
    expect(JSON.parse(left)).toEqual([ON_WEB[1]]);
    await c.swarm('service', 'rm', 'surge');
  });

  it('goes from 1 to 3 to 5 to 3 managers', async () => {
    for (const managers of [3, 5, 3] as const) {
      await declare(wish(managers, 1));
      await whole(managers + 2);
    }
  });

  it('goes on when a manager dies in the middle', async () => {
    const before = await c.nodes();
    await declare(wish(3, 2));
    await c.until('a new manager', (f) =>
      f.status.nodes.some(({ name, pool }) => pool === 'managers' && !before.includes(name)),
    );
    const victim = (await c.members()).find((m) => m.manager === 'reachable' && before.includes(m.hostname));
    await c.engine.docker('rm', '-f', '-v', victim?.hostname ?? '');
    await whole(5);
    expect((await c.nodes()).filter((name) => before.includes(name))).toEqual([]);
  });

  it('goes from 3 managers to 1', async () => {
    await declare(wish(1, 2));
    await whole(3);
  });

  it('stops at a canary that never starts; a mended document goes on, and back', async () => {
    const before = await c.nodes();
    // It ends at once however often it is started.
    await declare(wish(1, 2, { image: SERVICE_IMAGE }));
    const held = await c.until('held', (f) => f.status.holds.some((h) => /CanaryFailed|StartupFailed/.test(h.reason)));
    expect(held.status.because).toMatch(/CanaryFailed|StartupFailed|never answered|is stopped/);
    expect((await c.members()).filter((m) => m.availability === 'active').map((m) => m.hostname)).toEqual(before);
    await declare(wish(1, 3));
    const anew = (f: { status: { nodes: readonly { name: string; state: string }[] } }): number =>
      f.status.nodes.filter(({ name, state }) => state === 'ready' && !before.includes(name)).length;
    await c.until('it goes on', (f) => anew(f) > 0);
    await declare(wish(1, 2, { image: NODE_IMAGES.newest }));
    await whole(3);
    const kept = (await c.nodes()).filter((name) => before.includes(name));
    expect(kept.length).toBeGreaterThanOrEqual(2);
  });

  it('keeps what has local data, and what does not stop; both go when somebody says so', async () => {
    const [one] = await c.nodes('web');
    const at = (node = '') => ['--constraint', `node.hostname==${node}`];
    await service(
      'data',
      ...at(one),
      '--mount',
      'type=volume,source=data,target=/data',
      SERVICE_IMAGE,
      'sh',
      '-c',
      'echo kept >>/data/file; sleep 100000',
    );
    const stubborn = ['--label', 'skep.drain=wait', '--stop-grace-period', '1h', '--entrypoint', '/bin/sh'];
    const elsewhere = ['--constraint', `node.hostname!=${one}`];
    await service('stuck', ...elsewhere, ...stubborn, SERVICE_IMAGE, '-c', 'trap "" TERM; while :; do sleep 1; done');
    await running('data', 1);
    await running('stuck', 1);
    await declare(wish(1, 4));
    const held = await c.until('held', (f) => f.status.holds.some((h) => h.reason === 'LocalDataHeld'));
    expect(JSON.stringify(held.status.holds)).toContain('data');
    await c.until('timed out', (f) => f.status.holds.some((h) => h.reason === 'DrainTimedOut'));
    expect(await c.nodes('web')).toContain(one);
    const volume = await c.engine.inNode(one ?? '', 'volume', 'inspect', '-f', '{{.Mountpoint}}', 'data');
    expect(await c.engine.docker('exec', one ?? '', 'cat', `${volume}/file`)).toBe('kept');
    await c.swarm('service', 'update', '--detach', '--label-add', 'skep.data=discard', 'data');
    await c.swarm('service', 'update', '--detach', '--label-add', 'skep.drain=force', 'stuck');
    await c.swarm('service', 'update', '--detach', '--constraint-rm', at(one)[1] ?? '', 'data');
    await whole(3);
    expect(await c.nodes('web')).not.toContain(one);
  });

  it('spreads services again when somebody asks for it, and only then', async () => {
    const [one, other] = await c.nodes('web');
    await c.swarm('node', 'update', '--availability', 'drain', one ?? '');
    await service('crowd', '--replicas', '4', ...SLEEP);
    await running('crowd', 4);
    await c.swarm('node', 'update', '--availability', 'active', one ?? '');
    const on = async (): Promise<readonly string[]> =>
      [...(await runningTasks(c.engine, await c.node('managers'), 'crowd'))].sort();
    await whole(3);
    expect(await on()).toEqual([other, other, other, other]);
    const asked = startSkep(c.place, ['rebalance', c.name, '--reason', 'a node is empty']);
    expect(await asked.ended).toBe(0);
    const even = [one, one, other, other].sort();
    await eventually('its tasks are spread', 60_000, async () => `${await on()}` === `${even}`);
    await whole(3);
    await c.swarm('service', 'rm', 'crowd');
  });
});

const SLEEP = [SERVICE_IMAGE, 'sleep', '100000'];

/** Fewest running tasks of a service, asked five times a second. */
function countLeast(api: SwarmApi, name: string): { stop(): Promise<number> } {
  let [least, isOver] = [Infinity, false];
  const counting = (async () => {
    while (!isOver) {
      const filters = encodeURIComponent(JSON.stringify({ service: [name] }));
      const tasks = await api
        .ask<readonly { Status: { State: string } }[]>(`/tasks?filters=${filters}`)
        .catch(() => null); // nobody answers during an election
      if (tasks) least = Math.min(least, tasks.filter((t) => t.Status.State === 'running').length);
      await sleep(200);
    }
  })();
  return {
    async stop() {
      isOver = true;
      await counting;
      return least;
    },
  };
}
