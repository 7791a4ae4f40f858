import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { containersOf, eventually } from '../support/docker-oracle.ts';
import { localSpec } from '../support/local-spec.ts';
import { type RealEngine, startEngine } from '../support/real-engine.ts';
import type { Write } from '../support/recording/ledger.ts';
import { type Host, startTwoControllers, type TwoControllers } from '../support/recording/two-controllers.ts';

const CLUSTER = 'fo';
const ROLLOUT_MS = 300_000;

/** What is done once to one thing: twice would be a mistake, or work for nothing. */
const ONCE = [
  'POST /containers/create',
  'POST /containers/*/start',
  'DELETE /containers/*',
  'POST /nodes/*/update',
  'DELETE /nodes/*',
];

const nameIn = ({ subject }: Write): string => /name=([^&]+)/.exec(subject)?.[1] ?? '';

/** The shipped numbers of the lease, on a table; a rollout of three nodes under way. */
describe('a controller that ends in the middle of an upgrade', { timeout: 2 * ROLLOUT_MS }, () => {
  let engine: RealEngine;
  let both: TwoControllers;

  beforeAll(async () => {
    engine = await startEngine('failover', ['--images', '28.5']);
    both = await startTwoControllers(engine, 'shipped');
    await commit(0);
    const [a, b] = both.hosts;
    a.start();
    await rolledOut(a);
    b.start();
    await standsBy(b);
  });
  afterAll(async () => {
    await both?.end();
    await engine?.down();
  });

  const commit = (n: number): Promise<void> => {
    const engineConfig = { config: { labels: [`n=${n}`] } };
    const spec = { engine: engineConfig, rollout: { settle: '0s', canary: false } };
    return both.place.commit(
      `${CLUSTER}.yaml`,
      localSpec(CLUSTER, engine, 0, { managers: 1, workers: { web: 2 }, spec }),
    );
  };
  const standsBy = (host: Host) =>
    eventually(`${host.id()} stands by`, 30_000, async () => host.process().log().includes('SKP402'));
  const rolledOut = (host: Host, generation = 1) =>
    eventually(`generation ${generation} is rolled out`, ROLLOUT_MS, async () => {
      const file = await host.statusOf(CLUSTER);
      return file?.status.phase === 'Ready' && file.status.observedGeneration === generation;
    });

  /** Ends the leader by `end` once the first new machine is made; answers how long the other took, s, after checks of the rest. */
  async function upgrade(generation: number, end: (leader: Host) => Promise<unknown>): Promise<number> {
    const { leader, other } = both.roles();
    const before = new Set(await containersOf(engine, CLUSTER));
    const from = both.ledger.writes.length;
    await commit(generation);
    await both.until('a machine is made', 60_000, ({ what }) => what === 'POST /containers/create', from);
    await end(leader);
    const endedMs = performance.now();
    const isTaking = ({ by, what, status }: Write) => by === other.id() && what === 'PutItem lease' && status === 200;
    const taken = await both.until('the other takes over', 60_000, isTaking, from);
    await rolledOut(other, generation);

    // What the one that was killed heard no answer to is carried out all the same.
    const writes = both.ledger.writes.slice(from).filter(({ status }) => status === null || status < 300);
    const done = writes.filter(({ what }) => ONCE.includes(what)).map(({ what, subject }) => `${what}: ${subject}`);
    expect(done.filter((each, i) => done.indexOf(each) !== i)).toEqual([]);
    const after = await containersOf(engine, CLUSTER);
    expect(after).toHaveLength(3);
    expect(after.filter((name) => before.has(name))).toEqual([]);
    const made = writes.filter(({ what }) => what === 'POST /containers/create').map(nameIn);
    expect(made.sort()).toEqual(after);
    return (taken.atMs - endedMs) / 1_000;
  }

  it('is followed within 17 s of kill -9, and nothing is done twice', async () => {
    const seconds = await upgrade(2, (leader) => leader.process().kill());
    console.info(`taken over ${seconds.toFixed(1)} s after kill -9`);
    expect(seconds).toBeLessThan(17);
  });

  it('is followed within 3 s of a clean exit, and nothing is done twice', async () => {
    const { other } = both.roles();
    other.start();
    await standsBy(other);
    const seconds = await upgrade(3, async (leader) => expect(await leader.process().stop()).toBe(0));
    console.info(`taken over ${seconds.toFixed(1)} s after a clean exit`);
    expect(seconds).toBeLessThan(3);
  });
});
