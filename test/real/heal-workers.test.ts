import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/docker-oracle.ts';
import { type KeptCluster, keptCluster, now, SHORT_HEALTH } from '../support/kept-cluster.ts';

/** What befalls a worker, and what becomes of it. Each case ends with a whole cluster and nothing left over. */
describe('a worker', () => {
  const wish = { managers: 1, workers: { web: 3 } } as const;
  let c: KeptCluster;
  let victim = '';
  let id = '';
  let swarm = '';
  let since = '';

  beforeAll(async () => {
    c = await keptCluster('hw', 1, wish);
    swarm = await c.swarmId();
  });
  afterAll(() => c?.down());
  beforeEach(async () => {
    await c.whole(4);
    victim = await c.node('web');
    id = await c.swarm('node', 'inspect', '-f', '{{.ID}}', victim);
    since = now();
  });
  afterEach(async () => {
    expect(await c.swarmId()).toBe(swarm);
  });

  const cameBack = async (): Promise<void> => {
    await eventually('it runs', 60_000, async () => (await c.nodes('web')).includes(victim));
    await c.whole(4);
    expect(await c.nodes('web')).toContain(victim);
    expect(await c.swarm('node', 'inspect', '-f', '{{.ID}}', victim)).toBe(id);
  };
  const wasReplaced = async (): Promise<void> => {
    await c.whole(4, since);
    expect(await c.nodes('web')).not.toContain(victim);
    expect(await c.engine.docker('ps', '-aq', '--filter', `name=${victim}`)).toBe('');
  };

  it('that was killed is started again as the same node', async () => {
    await c.engine.docker('kill', victim);
    await cameBack();
  });

  it('that was stopped is started again as the same node', async () => {
    await c.engine.docker('stop', '-t', '3', victim);
    await cameBack();
  });

  it('that was removed is replaced at once', async () => {
    await c.engine.docker('rm', '-f', '-v', victim);
    await wasReplaced();
  });

  it('that is frozen is replaced after unhealthyAfter', async () => {
    await c.engine.docker('pause', victim);
    await wasReplaced();
  });

  it('that was cut off from the network is replaced after unhealthyAfter', async () => {
    await c.engine.docker('network', 'disconnect', '-f', `skep-${c.name}`, victim);
    await wasReplaced();
  });

  it('that left the swarm by hand is a member again', async () => {
    await c.engine.inNode(victim, 'swarm', 'leave');
    await c.until('it is noticed', (file) => file.status.phase !== 'Ready');
    await c.whole(4, since);
  });

  it('that dies over and over is started three times and then replaced', async () => {
    for (let deaths = 0; deaths < 4; deaths++) {
      await eventually('it runs', 30_000, async () => (await c.nodes('web')).includes(victim));
      await c.engine.docker('kill', victim);
    }
    await wasReplaced();
  });

  it('whose zone and half of whose pool look bad is not replaced: Braked, until they come back', async () => {
    // Longer than the swarm takes from the first to the last of three to call them Down.
    await c.commit({ ...wish, spec: { health: { ...SHORT_HEALTH, unhealthyAfter: '20s' } } });
    const frozen = await c.nodes('web');
    for (const node of frozen) await c.engine.docker('pause', node);
    const held = await c.until('Braked', (file) => file.status.holds.some((hold) => hold.reason === 'Braked'));
    expect(held.status.because).toMatch(/Braked|look bad/);
    for (const node of frozen) await c.engine.docker('unpause', node);
    await c.whole(4);
    expect(await c.nodes('web')).toEqual(frozen);
  });
});
