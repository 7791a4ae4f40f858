import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/docker-oracle.ts';
import { type KeptCluster, keptCluster, now } from '../support/kept-cluster.ts';
import { SERVICE_IMAGE } from '../support/real-engine.ts';

/** What befalls managers. The swarm stays the same one, its services and secrets with it, whatever happens. */
describe('a manager', () => {
  let c: KeptCluster;
  let swarm = '';
  let since = '';

  const manager = async (isLeader: boolean): Promise<string> => {
    const found = (await c.members()).find((m) => (isLeader ? m.manager === 'leader' : m.manager === 'reachable'));
    expect(found).toBeDefined();
    return found?.hostname ?? '';
  };
  const wasReplaced = async (victim: string): Promise<void> => {
    await c.whole(4, since);
    expect(await c.nodes('managers')).not.toContain(victim);
    expect(await c.engine.docker('ps', '-aq', '--filter', `name=${victim}`)).toBe('');
  };

  beforeAll(async () => {
    c = await keptCluster('hm', 2, { managers: 3, workers: { web: 1 } });
    swarm = await c.swarmId();
    await c.swarm('service', 'create', '--detach', '--no-resolve-image', '--name', 'kept', SERVICE_IMAGE);
    const node = await c.node('managers');
    await c.engine.docker('exec', node, 'sh', '-c', 'echo planted | docker secret create planted -');
  });
  afterAll(() => c?.down());
  beforeEach(async () => {
    await c.whole(4);
    since = now();
  });
  afterEach(async () => {
    expect(await c.swarmId()).toBe(swarm);
    expect(await c.swarm('service', 'ls', '--format', '{{.Name}}')).toBe('kept');
    expect(await c.swarm('secret', 'ls', '--format', '{{.Name}}')).toBe('planted');
  });

  it('that was killed is started again, the same peer', async () => {
    const victim = await manager(false);
    await c.engine.docker('kill', victim);
    await eventually('it runs', 60_000, async () => (await c.nodes()).includes(victim));
    await c.whole(4);
  });

  it('that was removed is replaced: the dead one out of raft first', async () => {
    const victim = await manager(false);
    await c.engine.docker('rm', '-f', '-v', victim);
    await wasReplaced(victim);
  });

  it('that led and was removed is replaced', async () => {
    const victim = await manager(true);
    await c.engine.docker('rm', '-f', '-v', victim);
    await wasReplaced(victim);
  });

  it('that is frozen is replaced after unhealthyAfter', async () => {
    const victim = await manager(false);
    await c.engine.docker('pause', victim);
    await wasReplaced(victim);
  });

  it('that was cut off from the network is replaced after unhealthyAfter', async () => {
    const victim = await manager(false);
    await c.engine.docker('network', 'disconnect', '-f', `skep-${c.name}`, victim);
    await wasReplaced(victim);
  });

  it('with another, frozen: held, nothing is touched; both back: released', async () => {
    const nodes = await c.nodes();
    const frozen = (await c.nodes('managers')).slice(0, 2);
    for (const node of frozen) await c.engine.docker('pause', node);
    try {
      const held = await c.until('held', (f) => f.status.holds.some((h) => h.reason === 'SwarmUnreachable'));
      expect(held.status.because).toContain('their engines do not answer');
      await new Promise((resolve) => setTimeout(resolve, 8_000));
      expect(await c.nodes()).toEqual(nodes);
    } finally {
      for (const node of frozen) await c.engine.docker('unpause', node);
    }
    await c.whole(4);
    expect(await c.nodes()).toEqual(nodes);
  });

  it('and every other node stopped at once: all are started, none is made anew', async () => {
    const nodes = await c.nodes();
    await c.engine.docker('kill', ...nodes);
    await eventually('all run', 60_000, async () => (await c.nodes()).length === nodes.length);
    await c.whole(4);
    expect(await c.nodes()).toEqual(nodes);
  });

  it('and all else on an engine that was restarted: the same nodes, the same swarm', async () => {
    const nodes = await c.nodes();
    await c.engine.restart();
    await eventually('all run', 90_000, async () => (await c.nodes()).length === nodes.length);
    await c.whole(4);
    expect(await c.nodes()).toEqual(nodes);
  });
});

describe('two of three managers', () => {
  let c: KeptCluster;
  beforeAll(async () => {
    c = await keptCluster('two', 3, { managers: 3, workers: { web: 1 } });
  });
  afterAll(() => c?.down());

  it('lost with their disks: QuorumLost, nothing is touched, in the words that a person needs', async () => {
    const [first, second, survivor] = await c.nodes('managers');
    // Both at once, as far as skep can see: of two lost one after the other the first is rightly replaced.
    await c.controller.stop();
    await c.engine.docker('rm', '-f', '-v', first ?? '', second ?? '');
    c.restart();
    // Its own engine takes 20 s to answer after it lost its leader; only then is it known as the survivor.
    const words = `skep recover two --survivor ${survivor}`;
    const lost = await c.until('QuorumLost, and the survivor named', (file) => file.status.because.includes(words));
    expect(lost.status.holds[0]?.reason).toBe('QuorumLost');
    const left = await c.nodes();
    expect(left).toEqual([survivor, await c.node('web')]);
    await new Promise((resolve) => setTimeout(resolve, 8_000));
    expect(await c.nodes()).toEqual(left);
  });
});

describe('the only manager', () => {
  let c: KeptCluster;
  beforeAll(async () => {
    c = await keptCluster('one', 4, { managers: 1, workers: { web: 1 } });
  });
  afterAll(() => c?.down());

  it('lost with its disk is no reason for a second swarm, nor is an empty machine in its place', async () => {
    const worker = await c.node('web');
    await c.engine.docker('rm', '-f', '-v', await c.node('managers'));
    const lost = await c.until('held', (file) => file.status.holds.length > 0);
    expect(lost.status.holds[0]?.reason).toMatch(/QuorumLost|SwarmUnreachable/);
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    for (const node of await c.nodes()) {
      expect(await c.engine.inNode(node, 'info', '-f', '{{.Swarm.ControlAvailable}}')).toBe('false');
    }
    expect(await c.nodes('web')).toEqual([worker]);
  });
});
