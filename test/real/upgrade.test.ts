import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ControllerProcess, startController } from '../support/controller-process.ts';
import { followContainers } from '../support/docker-events.ts';
import { eventually, runningTasks } from '../support/docker-oracle.ts';
import { type KeptCluster, keptCluster, now } from '../support/kept-cluster.ts';
import { type QuorumSeen, sampleQuorum } from '../support/quorum-sampler.ts';
import { NODE_IMAGES } from '../support/real-engine.ts';
import { type LoadSeen, startLoad } from '../support/request-load.ts';
import { createSwarmApi, type SwarmApi } from '../support/swarm-api.ts';

/** A whole roll took 60–135 s on two cores, with others at work beside it; the longer ones die at every effect. */
const ROLL_MS = 400_000;
const wish = (image: string) => ({
  managers: 3 as const,
  workers: { web: 3 },
  spec: { rollout: { settle: '2s', drainTimeout: '2m' } },
  local: { image },
});
/** Failpoints of one roll, in their order: in a drain, before the promotion's answer, between demotion and termination. */
const THREE = ['drain:after', 'promote:during', 'demote:after'];
/** Every effect of an upgrade. Each comes again after the kills before it. */
const EFFECTS = [
  'write-record',
  'grow-pool',
  'load-image',
  'join',
  'set-node',
  'drain',
  'remove-machine',
  'write-status',
  'promote',
  'demote',
  'remove-member',
];
/** A drain is sent as any change of a node; a status file is replaced in one rename. */
const WITHOUT_BETWEEN = ['drain', 'write-status'];
/** `npm run test:upgrade:long`: every failpoint of an upgrade, in a roll for each of the three places. */
const ROLLS: readonly (readonly string[])[] =
  process.env.SKEP_TEST_UPGRADE_LONG === '1'
    ? ['before', 'during', 'after'].map((place) =>
        EFFECTS.filter((e) => place !== 'during' || !WITHOUT_BETWEEN.includes(e)).map((e) => `${e}:${place}`),
      )
    : [THREE];

/** From 20.10 to 28.5 and back again, under load: Docker says what became of the cluster, a client what it was answered. */
describe('3 managers and 3 workers replaced by another engine version', () => {
  let c: KeptCluster;
  let api: SwarmApi;
  let image: string = NODE_IMAGES.oldest;
  let swarm = '';
  let before: readonly string[] = [];
  let since = '';
  let load: { stop(): Promise<LoadSeen> };
  let quorum: { stop(): Promise<QuorumSeen> };

  beforeAll(async () => {
    c = await keptCluster('up', 1, wish(image), '20.10,28.5,service');
    api = createSwarmApi(c.engine, c.name);
    swarm = await c.swarmId();
  });
  afterAll(async () => {
    api?.close();
    await c?.down();
  });
  beforeEach(async () => {
    before = await c.nodes();
    load = await startLoad(c, api, { pool: 'web', nodes: 3 });
    quorum = sampleQuorum(api);
  });
  afterEach(async () => {
    await quorum.stop();
    await load.stop();
  });

  /** The other image is declared. */
  const begin = async (): Promise<void> => {
    image = image === NODE_IMAGES.oldest ? NODE_IMAGES.newest : NODE_IMAGES.oldest;
    since = now();
    await c.commit(wish(image));
    await c.until('rolling', (f) => f.status.phase !== 'Ready');
  };
  /** Another six machines, the same swarm, all engines of the new version, every service at strength, nothing left over. */
  const isDone = async (): Promise<{ asked: LoadSeen; said: QuorumSeen }> => {
    await c.until(
      'done',
      (f) => f.status.phase === 'Ready' && f.metadata.generation === f.status.observedGeneration,
      ROLL_MS,
    );
    await c.whole(6, since);
    const nodes = await c.nodes();
    expect(nodes.filter((name) => before.includes(name))).toEqual([]);
    const manager = await c.node('managers');
    for (const node of nodes) {
      const version = await c.engine.inNode(node, 'version', '-f', '{{.Server.Version}}');
      expect(version.startsWith(image.split(':')[1] ?? '')).toBe(true);
    }
    expect(await c.swarmId()).toBe(swarm);
    expect(await runningTasks(c.engine, manager, 'web')).toHaveLength(3);
    expect(await runningTasks(c.engine, manager, 'crowd')).toHaveLength(6);
    expect((await c.members()).filter((m) => m.availability !== 'active' || m.labels['skep.intent'])).toEqual([]);
    const said = await quorum.stop();
    const asked = await load.stop();
    const { samples, ...sums } = said;
    console.log(`${image}: requests ${JSON.stringify(asked)}; ${samples.length} samples ${JSON.stringify(sums)}`);
    expect(asked.failed).toBe(0);
    expect(asked.ok).toBeGreaterThan(300);
    return { asked, said };
  };
  const expectWholeQuorum = ({ settledMargin, leastMargin, samples }: QuorumSeen): void => {
    expect(samples.length).toBeGreaterThan(500);
    expect(settledMargin).toBeGreaterThanOrEqual(1);
    expect(leastMargin).toBeGreaterThanOrEqual(0);
  };
  const expectOneMove = ({ movesPerTask }: LoadSeen): void => {
    for (const moves of Object.values(movesPerTask)) expect(moves).toBeLessThanOrEqual(1.2);
  };

  it(
    'no request fails, the quorum has one to spare, each task moves once',
    async () => {
      await begin();
      const { asked, said } = await isDone();
      expect(asked.broken).toBe(0);
      expectWholeQuorum(said);
      expectOneMove(asked);
    },
    ROLL_MS,
  );

  it.each(ROLLS.map((points) => ({ points, at: points.join(', ') })))(
    'kill -9 of the controller at $at; nothing is done twice, also when a standby takes over',
    async ({ points }) => {
      const made = followContainers(`kept-${c.name}`, c.name, 'create');
      const gone = followContainers(`kept-${c.name}`, c.name, 'destroy');
      await begin();
      for (const point of points) {
        await c.controller.kill();
        c.restart({ SKEP_TEST_FAILPOINTS: `${point}@1` });
        await eventually(`it dies at ${point}`, ROLL_MS, async () => c.controller.child.signalCode === 'SIGKILL');
      }
      c.restart();
      const standby = points === THREE ? await takeOver() : null;
      try {
        const { asked, said } = await isDone();
        expect(asked.broken).toBe(0);
        expectWholeQuorum(said);
        expectOneMove(asked);
        expect([...(await made.stop())].sort()).toEqual(await c.nodes());
        expect([...(await gone.stop())].sort()).toEqual(before);
      } finally {
        await standby?.stop();
        if (standby) c.restart();
      }
    },
    ROLL_MS,
  );

  /** A second controller stands by; the first dies while machines are on their way. */
  async function takeOver(): Promise<ControllerProcess> {
    const standby = startController(c.place, c.engine.dockerHost, {}, ['--resync', '5s']);
    await eventually('it stands by', 10_000, async () => standby.log().includes('SKP402'));
    await c.until('a machine is on its way', (f) => /boots|joins|drains/.test(f.status.because));
    await c.controller.kill();
    return standby;
  }

  it(
    'a worker and the leader are killed on the way: it comes back without a human',
    async () => {
      await begin();
      await c.until('the canary lives', (f) =>
        f.status.nodes.some((n) => n.name.includes('-managers-') && !before.includes(n.name)),
      );
      const [worker] = (await c.nodes('web')).filter((name) => before.includes(name));
      await c.engine.docker('kill', worker ?? '');
      await c.until(
        'a second manager',
        (f) => f.status.nodes.filter((n) => n.name.includes('-managers-') && !before.includes(n.name)).length === 2,
      );
      const leader = (await c.members()).find((m) => m.manager === 'leader');
      await c.engine.docker('kill', leader?.hostname ?? '');
      const { said } = await isDone();
      expect(said.leastMargin).toBeGreaterThanOrEqual(-1);
      expect(said.samples.at(-1)?.margin).toBe(1);
    },
    ROLL_MS,
  );
});
