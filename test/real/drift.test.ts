import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/docker-oracle.ts';
import { type KeptCluster, keptCluster, now, SHORT_HEALTH } from '../support/kept-cluster.ts';
import { NODE_FLAGS, NODE_IMAGES, SERVICE_IMAGE } from '../support/real-engine.ts';

/** What people and scripts change by hand: put right where it is ours, kept where it is theirs, told in any case. */
describe('drift', () => {
  let c: KeptCluster;
  let worker = '';
  const label = async (key: string): Promise<string> =>
    (await c.members()).find((m) => m.hostname === worker)?.labels[key] ?? '';
  const wish = (spec: Record<string, unknown> = {}) => ({
    managers: 1 as const,
    workers: { web: { count: 2, nodeLabels: { tier: 'web' } } },
    spec,
    local: { publish: ['127.0.0.1:18081:8080'] },
  });

  beforeAll(async () => {
    c = await keptCluster('dr', 4, wish());
  });
  afterAll(() => c?.down());
  beforeEach(async () => {
    await c.whole(3);
    worker = await c.node('web');
  });

  it('a changed and a removed label are put right; one of somebody else stays', async () => {
    await c.swarm(
      'node',
      'update',
      '--label-add',
      'tier=db',
      '--label-rm',
      'skep.zone',
      '--label-add',
      'rack=7',
      worker,
    );
    await eventually('tier', 30_000, async () => (await label('tier')) === 'web' && (await label('skep.zone')) !== '');
    expect(await label('rack')).toBe('7');
    expect(c.controller.log()).toMatch(/tier/);
    await c.swarm('node', 'update', '--label-rm', 'rack', worker);
  });

  it('a label of the file follows the file, and goes with it', async () => {
    const workers = { web: { count: 2, nodeLabels: { tier: 'web', disk: 'ssd' } } };
    await c.commit({ ...wish(), workers });
    await eventually('the new label', 30_000, async () => (await label('disk')) === 'ssd');
    await c.commit(wish());
    await eventually('the old set', 30_000, async () => (await label('disk')) === '');
  });

  it('a label war is fought with growing pauses, and told', async () => {
    const end = Date.now() + 15_000;
    let lost = 0;
    while (Date.now() < end) {
      if ((await label('tier')) === 'web') {
        await c.swarm('node', 'update', '--label-add', 'tier=db', worker).catch(() => '');
        lost++;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    // Without pauses it would be put right within 0.2 s each time.
    expect(lost).toBeGreaterThan(1);
    expect(lost).toBeLessThan(12);
    await eventually('peace', 120_000, async () => (await label('tier')) === 'web');
  });

  it('a swarm option changed by hand is put right; one changed in the file is applied', async () => {
    const limit = () => c.swarm('info', '-f', '{{.Swarm.Cluster.Spec.Orchestration.TaskHistoryRetentionLimit}}');
    await c.swarm('swarm', 'update', '--task-history-limit', '1');
    await eventually('the limit', 30_000, async () => (await limit()) === '5');
    await c.commit(wish({ swarm: { taskHistoryLimit: 3 } }));
    await eventually('the new limit', 30_000, async () => (await limit()) === '3');
    await c.commit(wish());
    await eventually('the old limit', 30_000, async () => (await limit()) === '5');
  });

  it("somebody's drain is kept and shown; undoManualDrain undoes it", async () => {
    const availability = async () => (await c.members()).find((m) => m.hostname === worker)?.availability;
    await c.swarm('node', 'update', '--availability', 'drain', worker);
    const shown = await c.until('drift', (file) => file.status.drift.length > 0);
    expect(JSON.stringify(shown.status.drift)).toContain(worker);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(await availability()).toBe('drain');
    await c.commit(wish({ health: { ...SHORT_HEALTH, undoManualDrain: true } }));
    await eventually('active again', 30_000, async () => (await availability()) === 'active');
    await c.commit(wish());
  });

  it('a node that carries skep.hold is left alone', async () => {
    await c.swarm('node', 'update', '--label-add', 'skep.hold=me', '--label-add', 'tier=db', worker);
    await c.until('held', (file) => JSON.stringify(file.status).includes('skep.hold'));
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(await label('tier')).toBe('db');
    await c.swarm('node', 'update', '--label-rm', 'skep.hold', worker);
    await eventually('put right', 30_000, async () => (await label('tier')) === 'web');
  });

  it('a removed forwarder is made again', async () => {
    const forwarder = `skep-${c.name}-forwarder`;
    await c.engine.docker('rm', '-f', forwarder);
    await eventually('it runs', 30_000, async () => {
      return (await c.engine.docker('inspect', '-f', '{{.State.Running}}', forwarder)) === 'true';
    });
  });

  it('a deleted network is made again, with every node back at its own address, and it is the same swarm', async () => {
    const network = `skep-${c.name}`;
    const before = { nodes: await c.nodes(), swarm: await c.swarmId() };
    const since = now();
    const all = await c.engine.docker('network', 'inspect', '-f', '{{range .Containers}}{{.Name}} {{end}}', network);
    for (const name of all.trim().split(' ')) await c.engine.docker('network', 'disconnect', '-f', network, name);
    await c.engine.docker('network', 'rm', network);
    await c.whole(3, since);
    expect({ nodes: await c.nodes(), swarm: await c.swarmId() }).toEqual(before);
  });

  it('a container of somebody else on the network is shown and left', async () => {
    await c.engine.docker(
      'run',
      '-d',
      '--name',
      'guest',
      '--network',
      `skep-${c.name}`,
      SERVICE_IMAGE,
      'sleep',
      '1000',
    );
    const names = await c.nodes();
    const shown = await c.until('a stranger', (file) => JSON.stringify(file.status.strangers).includes('guest'));
    expect(shown.status.nodes).toHaveLength(names.length);
    expect(await c.engine.docker('inspect', '-f', '{{.State.Running}}', 'guest')).toBe('true');
    await c.engine.docker('rm', '-f', 'guest');
  });

  it('a member that somebody joined by hand is shown and left', async () => {
    const { capAdd, securityOpt, binds } = NODE_FLAGS;
    const flags = [
      ...capAdd.flatMap((cap) => ['--cap-add', cap]),
      ...securityOpt.flatMap((option) => ['--security-opt', option]),
      ...binds.flatMap((bind) => ['-v', bind]),
      ...['--cgroupns', 'host', '-v', '/var/lib/docker', '--tmpfs', '/run', '--network', `skep-${c.name}`],
    ];
    const command = ['dockerd', '--host=unix:///var/run/docker.sock'];
    const named = ['--name', 'visitor', '--hostname', 'visitor'];
    await c.engine.docker('run', '-d', ...named, ...flags, NODE_IMAGES.newest, ...command);
    const token = await c.swarm('swarm', 'join-token', '-q', 'worker');
    const [manager] = (await c.members()).filter((m) => m.manager !== '');
    await eventually('its engine answers', 30_000, () => c.engine.inNode('visitor', 'version'));
    await c.engine.inNode('visitor', 'swarm', 'join', '--token', token, `${manager?.address}:2377`);
    await c.until('a stranger', (file) =>
      file.status.strangers.some(({ what }) => what.includes('member') && what.includes('visitor')),
    );
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    const guest = (await c.members()).find((m) => m.hostname === 'visitor');
    expect(guest).toMatchObject({ status: 'ready', availability: 'active' });
    expect(Object.keys(guest?.labels ?? {})).toEqual([]);
    await c.engine.inNode('visitor', 'swarm', 'leave');
    await c.engine.docker('rm', '-f', '-v', 'visitor');
    await eventually('it is taken out by its guest', 60_000, () => c.swarm('node', 'rm', 'visitor'));
  });
});
