import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { noFailpoint } from '../../src/base/failpoint.ts';
import { systemRandom } from '../../src/base/random.ts';
import type { RunOptions } from '../../src/cli/context.ts';
import { LEASE_TIMES } from '../../src/controller/loop/lease-times.ts';
import { createLogSink } from '../../src/controller/store/log-sink.ts';
import { openState } from '../../src/main/open-state.ts';
import type { ClusterName } from '../../src/model/ids.ts';
import type { StatusFile } from '../../src/model/status.ts';
import { readFounding } from '../../src/providers/aws/table/founding.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { createSimulatedProvider } from '../../src/providers/simulated/provider.ts';
import { must, signal } from '../conformance/subject.ts';
import { makeTableAt, type TestTable } from '../stores/tables.ts';
import { createContainerGroup } from '../support/container-group.ts';
import { createPlace, type Place } from '../support/controller-process.ts';
import { expectNoDebris } from '../support/debris.ts';
import { followExecs } from '../support/docker-events.ts';
import { containersOf, eventually, membersOf, runningTasks } from '../support/docker-oracle.ts';
import { followInstances, type Instances } from '../support/instances.ts';
import { localSpec } from '../support/local-spec.ts';
import { type RealEngine, SERVICE_IMAGE, startEngine } from '../support/real-engine.ts';
import { type StandIn, startDynamoDbLocal } from '../support/stand-ins.ts';

const NAME = 'ag';
const CLUSTER = NAME as ClusterName;
const OWNER = 'me';
/** A busy machine needs its time for each renewal. */
const LEASE = { ...LEASE_TIMES, leaseMs: 4_500, renewMs: 750, giveUpMs: 3_000, lookMs: 750 };
const LIMIT_MS = 420_000;

/**
 * A cluster whose controller has no connection to any engine: an agent on each node, a table, and an instance metadata
 * service for each. State and lease of the controller are in the same table.
 */
describe('a real cluster kept through agents and a table', { timeout: LIMIT_MS }, () => {
  let engine: RealEngine;
  let store: StandIn;
  let table: TestTable;
  let place: Place;
  let instances: Instances;
  let execs: ReturnType<typeof followExecs>;
  let provider: Provider;
  let ended: Promise<unknown>;
  let swarm = '';
  let log = '';
  const stop = new AbortController();

  const nodes = async (pool = ''): Promise<readonly string[]> =>
    (await containersOf(engine, NAME)).filter((id) => id.startsWith(`${NAME}-${pool}`));
  const manager = async (): Promise<string> => {
    for (const id of await nodes('managers')) {
      const control = await engine.inNode(id, 'info', '-f', '{{.Swarm.ControlAvailable}}').catch(() => '');
      if (control === 'true') return id;
    }
    throw new Error('no manager answers');
  };
  const commit = (workers: number, config: number): Promise<void> =>
    place.commit(
      'ag.yaml',
      localSpec(NAME, engine, 1, {
        managers: 3,
        workers: { web: workers },
        spec: {
          engine: { config: { 'max-concurrent-downloads': 3 + config } },
          rollout: { settle: '1s', drainTimeout: '10s' },
          health: { unhealthyAfter: '5s', startupTimeout: '120s', maxUnhealthy: '50%' },
        },
      }),
    );
  const whole = async (count: number, since = ''): Promise<StatusFile> => {
    const isWhole = ({ status }: StatusFile): boolean => {
      const ready = status.conditions.find((c) => c.type === 'Ready');
      const isSince = Date.parse(ready?.lastTransitionTime ?? '') >= (since === '' ? 0 : Date.parse(since));
      return status.phase === 'Ready' && status.nodes.length === count && isSince;
    };
    const file = await place.until(NAME, `whole with ${count} nodes`, isWhole, LIMIT_MS);
    await eventually('nothing is left over', 30_000, () => expectNoDebris(engine, NAME, 3).then(() => true));
    return file;
  };
  const now = (): string => new Date().toISOString();

  beforeAll(async () => {
    [engine, store, place] = await Promise.all([
      startEngine('agents', ['--images', '28.5,service']),
      startDynamoDbLocal(),
      createPlace(),
    ]);
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_DYNAMODB: store.url,
      AWS_REGION: 'eu-west-3',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    });
    execs = followExecs('agents', NAME);
    table = await makeTableAt(store.url);
    instances = await followInstances(engine, NAME, { table: table.name, dynamodb: store.url });
    provider = createContainerGroup(engine.dockerHost, OWNER, table.table);
    const options: RunOptions = {
      paths: { ...place, table: table.name },
      owner: OWNER,
      once: false,
      resyncMs: 5_000,
      deletionGraceMs: 1_000,
      maxDeletions: 10,
      workers: 2,
      logLevel: 'info',
      logFormat: 'json',
      logToFile: false,
    };
    for (const path of [place.status, place.state]) await mkdir(path, { recursive: true });
    const needs = { clock: systemClock, random: systemRandom };
    const write = (line: string): void => {
      log += line;
    };
    const sink = createLogSink({ level: 'info', format: 'json', clock: systemClock, write, color: false });
    const kept = await openState(options, { ...needs, version: '0.4.0' }, sink);
    const simulated = createSimulatedProvider({ owner: OWNER, clock: systemClock, worlds: 'memory' });
    // As it was built: its parser runs in a thread, which sources cannot be.
    const built = new URL('../../dist/main/keep-clusters.js', import.meta.url).href;
    const { keepClusters } = (await import(built)) as typeof import('../../src/main/keep-clusters.ts');
    const more = { version: '0.4.0', pid: process.pid, lease: LEASE, failpoint: noFailpoint };
    ended = keepClusters(
      options,
      { ...needs, ...more, providers: { aws: provider, local: provider, simulated }, kept, log: sink },
      stop.signal,
    ).finally(() => kept.close());
  });
  afterAll(async () => {
    stop.abort();
    await ended?.catch(() => {});
    const at = process.env.SKEP_TEST_LOGS;
    if (at) await writeFile(join(at, 'agents.log'), `${log}\n---\n${instances?.log()}`);
    await instances?.stop();
    await provider?.close();
    table?.close();
    await Promise.all([engine?.down(), store?.end(), place?.remove()]);
  });

  it('is made: three managers and two workers in the one swarm that was published', async () => {
    await commit(2, 0);
    await whole(5);
    swarm = await engine.inNode(await manager(), 'info', '-f', '{{.Swarm.Cluster.ID}}');
    expect(must(await readFounding(table.table, CLUSTER, signal))).toMatchObject({ swarm });
    const members = await membersOf(engine, await manager());
    expect(members.map(({ hostname }) => hostname)).toEqual(await nodes());
    expect(members.every(({ availability, labels }) => availability === 'active' && labels['skep.pool'])).toBe(true);
  });

  it('grows and shrinks', async () => {
    await commit(3, 0);
    await whole(6);
    await commit(2, 0);
    await whole(5);
  });

  it('is healed of a worker and of a manager that are gone', async () => {
    for (const pool of ['web', 'managers']) {
      const since = now();
      const [victim = ''] = await nodes(pool);
      await engine.docker('rm', '-f', '-v', victim);
      await eventually('another one', LIMIT_MS, async () => (await nodes(pool)).length === (pool === 'web' ? 2 : 3));
      await whole(5, since);
      expect(await nodes()).not.toContain(victim);
    }
  });

  it('is replaced node by node under a service that runs on', async () => {
    const web = ['--constraint', 'node.labels.skep.pool==web', '--update-order', 'start-first'];
    const surge = ['--label', 'skep.drain=surge', '--replicas', '2', '--no-resolve-image', '--detach'];
    await engine.inNode(await manager(), 'service', 'create', '--name', 'app', ...web, ...surge, ...SLEEP);
    await eventually('it runs', 60_000, async () => (await runningTasks(engine, await manager(), 'app')).length === 2);
    const before = await nodes();
    const since = now();
    await commit(2, 1);
    await whole(5, since);
    expect((await nodes()).filter((id) => before.includes(id))).toEqual([]);
    expect(await engine.inNode(await manager(), 'info', '-f', '{{.Swarm.Cluster.ID}}')).toBe(swarm);
    expect(await runningTasks(engine, await manager(), 'app')).toHaveLength(2);
  });

  it('had no connection to an engine but the agents, and no token of managers in the table', async () => {
    const streams = (await execs.stop()).filter((line) => line.includes('dial-stdio'));
    expect(streams.length).toBeGreaterThan(0);
    expect(streams.length).toBeLessThanOrEqual(instances.dials());
    const token = await engine.inNode(await manager(), 'swarm', 'join-token', '-q', 'manager');
    const worker = await engine.inNode(await manager(), 'swarm', 'join-token', '-q', 'worker');
    const partitions = ['founding', 'order', 'ask', 'view', 'bell', 'join'].map((name) => `${name}/${NAME}`);
    const rows = (await Promise.all(partitions.map((pk) => table.table.list(pk, '', signal)))).flat();
    const text = JSON.stringify(rows) + log + instances.log();
    expect(rows.length).toBeGreaterThan(5);
    expect(text).not.toContain(token);
    expect(JSON.stringify(rows)).toContain(worker);
    expect(log + instances.log()).not.toContain('SWMTKN');
  });
});

const SLEEP = [SERVICE_IMAGE, 'sleep', '100000'];
