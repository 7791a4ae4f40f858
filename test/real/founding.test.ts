import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { noFailpoint } from '../../src/base/failpoint.ts';
import { systemRandom } from '../../src/base/random.ts';
import type { MachineId } from '../../src/model/ids.ts';
import { DOCKERS_OPTIONS } from '../../src/model/observed.ts';
import { createLooks } from '../../src/providers/aws/swarm/looks.ts';
import { createTableSwarm } from '../../src/providers/aws/swarm/table-swarm.ts';
import { readFounding } from '../../src/providers/aws/table/founding.ts';
import { createLocalProvider } from '../../src/providers/local/provider.ts';
import type { ClusterRef, Provider } from '../../src/providers/provider.ts';
import { must, signal } from '../conformance/subject.ts';
import { makeTableAt, type TestTable } from '../stores/tables.ts';
import { aRef } from '../support/builders.ts';
import { containersOf, eventually, membersOf } from '../support/docker-oracle.ts';
import { arnOf, followInstances } from '../support/instances.ts';
import { type Publications, watchPublications } from '../support/publications.ts';
import { NODE_FLAGS, NODE_IMAGES, type RealEngine, startEngine } from '../support/real-engine.ts';
import { type StandIn, startDynamoDbLocal } from '../support/stand-ins.ts';

/** `npm run test:founding:long` runs 10 rounds of 20 nodes. */
const [ROUNDS, NODES] = process.env.SKEP_TEST_FOUNDING_LONG ? [10, 20] : [2, 5];
/** Where the first founder of each controller is killed at its first try. */
const PLACES = [
  'publish-swarm:before',
  'found-swarm:after',
  'write-joining:before',
  'publish-swarm:after',
  'found-swarm:before',
];
/** Shorter than the shipped ones: others are named while a founder is still at work. All in ms. */
const WAITS = { pollMs: 100, lookMs: 10_000, beginMs: 3_000, doMs: 1_000 };
const OPTIONS = { ...DOCKERS_OPTIONS, addressPools: ['10.199.0.0/16'], subnetSize: 24, dataPathPort: 4789 };
/** The first controller's founder has begun by then, and has not ended. */
const AT_WORK_MS = 700;
const LIMIT_MS = NODES * 36_000;

/** Each node has a real engine and a process `skep agent` of its own; what became of them is asked of Docker in each node. */
describe(`${NODES} real nodes and two controllers of different terms that name different founders`, {
  timeout: LIMIT_MS,
}, () => {
  let engine: RealEngine;
  let store: StandIn;
  let publications: Publications;
  let made: TestTable;
  let local: Provider;

  beforeAll(async () => {
    [engine, store] = await Promise.all([startEngine('founding'), startDynamoDbLocal()]);
    publications = await watchPublications(store.url);
    made = await makeTableAt(publications.url);
    const needs = { clock: systemClock, random: systemRandom, failpoint: noFailpoint };
    local = createLocalProvider({ owner: 'me', dockerHost: engine.dockerHost, ...needs });
  });
  afterAll(async () => {
    await local?.close();
    made?.close();
    await publications?.close();
    await Promise.all([engine?.down(), store?.end()]);
  });

  const nodesOf = (name: string) => containersOf(engine, name) as Promise<readonly MachineId[]>;
  /** What a node's own engine says: its state, its member, and whether it is a manager. */
  async function sayOf(id: string) {
    const format = '{{.Swarm.LocalNodeState}} {{.Swarm.NodeID}} {{.Swarm.ControlAvailable}}';
    const [state, member, isManager] = (await engine.inNode(id, 'info', '-f', format)).split(' ');
    return { id, state, member, isManager: isManager === 'true' };
  }

  async function makeNodes(name: string, subnet: number): Promise<ClusterRef> {
    const how = { image: NODE_IMAGES.newest, ...NODE_FLAGS, subnet: engine.subnet(subnet) };
    const ref = aRef({ name, managers: 3, spec: { provider: 'local', local: how } });
    const machines = Array.from({ length: NODES }, (_, i) => {
      const id = `${name}-managers-m${String(i).padStart(3, '0')}` as MachineId;
      return { id, pool: 'managers', zone: 'a', hash: 'v1:one' };
    });
    must(await local.infrastructure.ensure(ref, { forwardTo: [] }, signal));
    must(await local.infrastructure.resize(ref, { pool: 'managers', count: NODES, machines }, signal));
    return ref;
  }

  function controllerOf(ref: ClusterRef, term: number) {
    const table = made.open();
    const options = { table, arnOf, clock: systemClock, random: systemRandom, times: WAITS };
    const swarm = createTableSwarm(options, createLooks(options));
    const at = { ...ref, term };
    return {
      /** Names one founder after the other, each controller from another end of the list, until there is a swarm. */
      async found(): Promise<void> {
        const isFounded = async () => must(await readFounding(table, ref.cluster, signal))?.swarm != null;
        for (let i = 0; !(await isFounded()); i += 1) {
          const there = await nodesOf(ref.cluster);
          const order = term === 1 ? there : [...there].reverse();
          await swarm.init(at, order[i % order.length] as MachineId, OPTIONS, signal);
          await systemClock.sleep(200);
        }
      },
      async joinRest(): Promise<boolean> {
        const said = await Promise.all((await nodesOf(ref.cluster)).map(sayOf));
        const out = said.filter(({ state }) => state !== 'active');
        const aloof = out.filter(({ state }) => state === 'inactive').map(({ id }) => id as MachineId);
        await Promise.all(aloof.map((id) => swarm.join(at, id, id, signal)));
        return out.length === 0;
      },
    };
  }

  it.each(Array.from({ length: ROUNDS }, (_, round) => [round, PLACES[round % PLACES.length] ?? '']))(
    'round %i: one swarm, with founders that die at %s',
    async (round, place) => {
      const name = `fr${round}`;
      const ref = await makeNodes(name, round);
      // Every other time the machine goes with its agent, as long as it had not published.
      const isGone = round % 2 === 1 && place !== 'publish-swarm:after';
      const gone: string[] = [];
      const onKilled = async (machine: string): Promise<void> => {
        if (!isGone) return;
        gone.push(machine);
        await engine.docker('rm', '-f', '-v', machine);
      };
      const there = await nodesOf(name);
      const failpoints = { [there.at(0) ?? '']: place, [there.at(-1) ?? '']: place };
      const at = { table: made.name, dynamodb: publications.url, failpoints, onKilled };
      const instances = await followInstances(engine, name, at);
      const count = (code: string): number => instances.log().split(`"code":"${code}"`).length - 1;
      try {
        await eventually('the agents run', LIMIT_MS, async () => count('SKP601') >= NODES);
        const controllers = [controllerOf(ref, 1), controllerOf(ref, 2)] as const;
        const first = controllers[0].found();
        await systemClock.sleep(AT_WORK_MS);
        await Promise.all([first, controllers[1].found()]);
        await eventually('all are in a swarm', LIMIT_MS, () => controllers[1].joinRest());

        const nodes = await nodesOf(name);
        const said = await Promise.all(nodes.map(sayOf));
        const managers = said.filter(({ isManager }) => isManager).map(({ id }) => id);
        expect(managers).toHaveLength(1);
        const [manager = ''] = managers;
        const swarm = await engine.inNode(manager, 'info', '-f', '{{.Swarm.Cluster.ID}}');
        expect(publications.of(name)).toEqual([swarm]);
        const listed = (await engine.inNode(manager, 'node', 'ls', '-q')).split('\n');
        expect(said.map(({ member }) => member).sort()).toEqual(listed.sort());
        await eventually('all are ready', 30_000, async () =>
          (await membersOf(engine, manager)).every(({ status }) => status === 'ready'),
        );
        expect(instances.killed().length).toBeGreaterThan(0);
        expect(nodes).toHaveLength(NODES - gone.length);
        expect(gone.length > 0).toBe(isGone);
      } finally {
        await instances.stop();
        await eventually('nothing is left', LIMIT_MS, async () => {
          const left = await nodesOf(name);
          await Promise.all(left.map((id) => local.infrastructure.removeMachine(ref, id, signal)));
          return (await local.infrastructure.destroy(ref, signal)).ok;
        });
      }
    },
  );
});
