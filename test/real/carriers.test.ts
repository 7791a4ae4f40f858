import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startController } from '../support/controller-process.ts';
import { type KeptCluster, keptCluster, now } from '../support/kept-cluster.ts';

const NAMES = '{{range .Containers}}{{.Name}} {{end}}';
const CONFIG = { 'log-opts': { 'max-size': '7m' }, labels: ['rack=7'], 'shutdown-timeout': 3 };

/** What carries the machines and what their engines are told, asked of Docker. */
describe('a cluster whose carriers are taken from under it', () => {
  let c: KeptCluster;
  const wish = {
    workers: { web: 1 },
    managers: 1,
    spec: { engine: { config: CONFIG } },
    local: { publish: ['127.0.0.1:18093:8080'] },
  } as const;
  const network = () => `skep-${c.name}`;
  const onNetwork = async () =>
    (await c.engine.docker('network', 'inspect', '-f', NAMES, network())).split(' ').filter(Boolean);
  const addresses = async () =>
    (await c.members()).map(({ hostname, address, status }) => ({ hostname, address, status }));

  beforeAll(async () => {
    c = await keptCluster('ca', 7, wish);
    await c.whole(2);
  });
  afterAll(() => c?.down());

  it('has engines that go by engine.config', async () => {
    for (const node of await c.nodes()) {
      expect(await c.engine.inNode(node, 'info', '-f', '{{json .Labels}}')).toBe('["rack=7"]');
      expect(JSON.parse(await c.engine.docker('exec', node, 'cat', '/etc/docker/daemon.json'))).toEqual(CONFIG);
    }
  });

  it('gets its network back under stopped machines: same addresses, same swarm, same nodes', async () => {
    const before = { swarm: await c.swarmId(), nodes: await c.nodes(), addresses: await addresses() };
    await c.controller.stop();
    for (const name of await onNetwork()) await c.engine.docker('kill', name);
    await c.engine.docker('network', 'rm', network());
    const since = now();
    c.controller = startController(c.place, c.engine.dockerHost, {}, ['--resync', '5s']);
    await c.whole(2, since);
    expect({ swarm: await c.swarmId(), nodes: await c.nodes(), addresses: await addresses() }).toEqual(before);
    expect(await onNetwork()).toEqual(expect.arrayContaining([...before.nodes, `${network()}-forwarder`]));
    expect(c.controller.log()).toMatch(/SKP208/);
  });
});
