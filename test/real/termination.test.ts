import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { noFailpoint } from '../../src/base/failpoint.ts';
import { systemRandom } from '../../src/base/random.ts';
import type { MachineId } from '../../src/model/ids.ts';
import { DOCKERS_OPTIONS, type Member } from '../../src/model/observed.ts';
import { createLooks } from '../../src/providers/aws/swarm/looks.ts';
import { TABLE_SWARM_TIMES } from '../../src/providers/aws/swarm/swarm-options.ts';
import { createTableSwarm } from '../../src/providers/aws/swarm/table-swarm.ts';
import { readOrder } from '../../src/providers/aws/table/order.ts';
import { readReports } from '../../src/providers/aws/table/report.ts';
import { createLocalProvider } from '../../src/providers/local/provider.ts';
import type { Provider, Swarm } from '../../src/providers/provider.ts';
import { kindOf, must, signal } from '../conformance/subject.ts';
import { makeTableAt, type TestTable } from '../stores/tables.ts';
import { type AutoScalingStandIn, startAutoScaling } from '../support/auto-scaling.ts';
import { aMachine, aRef } from '../support/builders.ts';
import { eventually, membersOf, runningTasks } from '../support/docker-oracle.ts';
import { arnOf, followInstances, type Instances } from '../support/instances.ts';
import { NODE_FLAGS, NODE_IMAGES, type RealEngine, SERVICE_IMAGE, startEngine } from '../support/real-engine.ts';
import { type StandIn, startDynamoDbLocal } from '../support/stand-ins.ts';

const NAME = 'te';
const IDS = [0, 1, 2, 3].map((i) => `${NAME}-managers-m00${i}` as MachineId);
/** The founder leads, and is to go. */
const [GOING, ...OTHERS] = IDS as [MachineId, MachineId, MachineId, MachineId];
const [HERE, , NEXT] = OTHERS as [MachineId, MachineId, MachineId];
const GROUP = 'te-managers';
const OPTIONS = { ...DOCKERS_OPTIONS, addressPools: ['10.198.0.0/16'], subnetSize: 24, dataPathPort: 4789 };
const LIMIT_MS = 90_000;

/**
 * Auto Scaling takes the leader of three managers away. The agents are processes of their own; what a controller does is
 * done here through its port, step by step, and what came of it is asked of Docker.
 */
describe('a manager that Auto Scaling terminates', { timeout: LIMIT_MS }, () => {
  let engine: RealEngine;
  let store: StandIn;
  let scaling: AutoScalingStandIn;
  let made: TestTable;
  let local: Provider;
  let instances: Instances;
  let swarm: Swarm;
  let looks: ReturnType<typeof createLooks>;
  const how = { image: NODE_IMAGES.newest, ...NODE_FLAGS };
  let ref = { ...aRef({ name: NAME, managers: 3 }), term: 1 };

  /** As the controller looks, which says how many managers are declared. */
  async function memberOf(machine: MachineId): Promise<Member> {
    const reports = must(await looks.reports(ref, IDS, signal));
    const machines = IDS.map((id, i) => aMachine(id, { engine: reports[i]?.report.engine ?? null }));
    const view = must(await swarm.observe(ref, machines, signal));
    const member = view?.members.find(({ hostname }) => hostname === machine);
    if (!member) throw new Error(`${machine} is no member`);
    return member;
  }
  const seen = async (machine: MachineId) => (await membersOf(engine, HERE)).find((m) => m.hostname === machine);
  const promote = async (machine: MachineId): Promise<void> => {
    must(await swarm.promote(ref, HERE, await memberOf(machine), signal));
    await eventually('it is in raft', 60_000, async () => {
      const listed = await membersOf(engine, GOING);
      return listed.find(({ hostname }) => hostname === machine)?.manager === 'reachable';
    });
  };
  const actions = (): readonly string[] => scaling.asked.map(({ Action = '' }) => Action);

  beforeAll(async () => {
    [engine, store, scaling] = await Promise.all([startEngine('terminate'), startDynamoDbLocal(), startAutoScaling()]);
    made = await makeTableAt(store.url);
    const needs = { clock: systemClock, random: systemRandom };
    local = createLocalProvider({ owner: 'me', dockerHost: engine.dockerHost, failpoint: noFailpoint, ...needs });
    const spec = { provider: 'local', local: { ...how, subnet: engine.subnet(0) } };
    ref = { ...aRef({ name: NAME, managers: 3, spec }), term: 1 };
    const machines = IDS.map((id) => ({ id, pool: 'managers', zone: 'a', hash: 'v1:one' }));
    must(await local.infrastructure.ensure(ref, { forwardTo: [] }, signal));
    must(await local.infrastructure.resize(ref, { pool: 'managers', count: 4, machines }, signal));
    const group = { name: GROUP, url: scaling.url };
    instances = await followInstances(engine, NAME, { table: made.name, dynamodb: store.url, group });
    const options = { table: made.table, arnOf, ...needs, times: TABLE_SWARM_TIMES };
    looks = createLooks(options);
    swarm = createTableSwarm(options, looks);
    await eventually('the founder reports', 60_000, async () => {
      const [report] = must(await readReports(made.table, ref.cluster, [arnOf('', GOING)], signal));
      return report?.ok === true && report.value?.engine != null;
    });
    must(await swarm.init(ref, GOING, OPTIONS, signal));
    for (const id of OTHERS) {
      await eventually(`${id} joins`, 60_000, async () => (await swarm.join(ref, id, GOING, signal)).ok);
      const member = await eventually('it is a member', 30_000, () => memberOf(id));
      must(await swarm.setNode(ref, GOING, member, { availability: 'active', labels: {} }, signal));
    }
    for (const id of OTHERS.slice(0, 2)) await promote(id);
    const founder = await memberOf(GOING);
    must(await swarm.setNode(ref, GOING, founder, { availability: 'active', labels: {} }, signal));
  });
  afterAll(async () => {
    await instances?.stop();
    await local?.close();
    made?.close();
    await Promise.all([engine?.down(), store?.end(), scaling?.close()]);
  });

  it('says so and keeps the hook, and stays in raft while nobody could take its place', async () => {
    const service = ['--replicas', '4', '--no-resolve-image', '--detach', SERVICE_IMAGE, 'sleep', '100000'];
    await engine.inNode(HERE, 'service', 'create', '--name', 'app', '--stop-grace-period', '1s', ...service);
    await eventually('it runs there', 60_000, async () => (await runningTasks(engine, HERE, 'app')).includes(GOING));
    (await instances.metadataOf(GOING)).announced.target = 'Terminated';
    await eventually('the hook is kept', 30_000, async () => actions().includes('RecordLifecycleActionHeartbeat'));
    await systemClock.sleep(11_000); // it watches every 5 s
    expect(await seen(GOING)).toMatchObject({ manager: 'leader' });
    expect(must(await readOrder(made.table, ref.cluster, signal))?.by).toBeUndefined();
    const [report] = must(await readReports(made.table, ref.cluster, [arnOf('', GOING)], signal)).map(must);
    expect(report?.leaving).toEqual({ cause: 'terminating', at: null });
  });

  it('orders its own demotion once there is one manager more than declared', async () => {
    await promote(NEXT);
    await eventually('it is out of raft', 60_000, async () => (await seen(GOING))?.manager === '');
    const order = async () => must(await readOrder(made.table, ref.cluster, signal));
    // The swarm knows it a moment before the table.
    await eventually('its order is answered', 30_000, async () => (await order())?.state === 'done');
    expect(await order()).toMatchObject({ by: GOING, act: { verb: 'demote' }, answer: { problem: null } });
    expect((await membersOf(engine, HERE)).filter(({ manager }) => manager !== '')).toHaveLength(3);
    expect(actions()).not.toContain('CompleteLifecycleAction');
  });

  it('is drained, leaves, and only then lets itself be terminated, by its own instance alone', async () => {
    const drain = { availability: 'drain', labels: {} } as const;
    const drained = async () => swarm.setNode(ref, HERE, await memberOf(GOING), drain, signal);
    // Who planned before the manager went by itself plans again.
    expect(kindOf(await drained())).toBe('conflict');
    must(await drained());
    await eventually('its tasks run elsewhere', 60_000, async () => {
      const tasks = await runningTasks(engine, HERE, 'app');
      return tasks.length === 4 && !tasks.includes(GOING);
    });
    expect(actions()).not.toContain('CompleteLifecycleAction');
    must(await swarm.leave(ref, GOING, signal));
    await eventually('the hook is ended', 30_000, async () => actions().at(-1) === 'CompleteLifecycleAction');
    await systemClock.sleep(6_000);
    const which = { AutoScalingGroupName: GROUP, LifecycleHookName: 'skep-terminate', InstanceId: GOING };
    expect(actions().filter((action) => action === 'CompleteLifecycleAction')).toHaveLength(1);
    for (const each of scaling.asked) expect(each).toMatchObject(which);
    const codes = instances.log().match(/SKP60[78]/g);
    expect(codes).toEqual(['SKP607', 'SKP608']);
  });
});
