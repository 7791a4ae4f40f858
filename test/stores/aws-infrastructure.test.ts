import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  ResumeProcessesCommand,
  SetDesiredCapacityCommand,
} from '@aws-sdk/client-auto-scaling';
import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { systemRandom } from '../../src/base/random.ts';
import { ok } from '../../src/base/result.ts';
import { clusterSpecSchema } from '../../src/model/cluster-spec/schema.ts';
import { expand } from '../../src/model/desired.ts';
import type { ClusterName, MachineId } from '../../src/model/ids.ts';
import { isOutdated } from '../../src/model/machine-hash.ts';
import type { InfrastructureView, Machine } from '../../src/model/observed.ts';
import { listGroups, SUSPENDED } from '../../src/providers/aws/autoscaling/groups.ts';
import { listStacks } from '../../src/providers/aws/cloudformation/stacks.ts';
import { createAwsInfrastructure } from '../../src/providers/aws/infrastructure.ts';
import { isPoolStack } from '../../src/providers/aws/names.ts';
import { createLooks } from '../../src/providers/aws/swarm/looks.ts';
import type { ClusterRef } from '../../src/providers/provider.ts';
import { templateText } from '../support/cloudformation-template.ts';
import { createMemoryTable } from '../support/memory-table.ts';
import { type StandIn, startMoto } from '../support/stand-ins.ts';

/** The shipped templates on moto: groups that launch, hooks that hold, versions of launch templates. */
const { signal } = new AbortController();
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
let moto: StandIn;
let cloudformation: CloudFormationClient;
let autoscaling: AutoScalingClient;
let count = 0;
let cluster: ClusterName;

beforeAll(async () => {
  moto = await startMoto();
  const at = { region: 'us-east-1', endpoint: moto.url, credentials };
  cloudformation = new CloudFormationClient(at);
  autoscaling = new AutoScalingClient(at);
  const Capabilities = ['CAPABILITY_NAMED_IAM' as const];
  await cloudformation.send(
    new CreateStackCommand({ StackName: 'skep-account', TemplateBody: templateText('account'), Capabilities }),
  );
}, 300_000);
afterAll(async () => {
  cloudformation?.destroy();
  autoscaling?.destroy();
  await moto?.end();
});
beforeEach(() => {
  cluster = `c${++count}` as ClusterName;
});

interface Wish {
  readonly type?: string;
  readonly web?: number | null;
  readonly aws?: object;
}
function ref({ type = 't3.medium', web = 2, aws = {} }: Wish = {}): ClusterRef {
  const spec = clusterSpecSchema.parse({
    apiVersion: 'skep/v1alpha1',
    kind: 'ClusterSpec',
    metadata: { name: cluster, labels: { env: 'test' } },
    spec: {
      provider: 'aws',
      managers: { count: 3 },
      workers: web === null ? [] : [{ name: 'web', count: web, machine: { instanceType: type } }],
      aws: {
        region: 'us-east-1',
        image: { id: 'ami-12c6146b' },
        agent: { source: 'https://example.com/agent.tgz', sha256: '0'.repeat(64) },
        ...aws,
      },
    },
  });
  return { cluster, spec, term: 1 };
}
function provider(owner = 'me') {
  const table = createMemoryTable();
  const left: string[] = [];
  const times = { pollMs: 10, lookMs: 30, beginMs: 30, doMs: 30 };
  const arnOf = (_: string, machine: MachineId) => `arn:aws:ec2:us-east-1:123456789012:instance/${machine}`;
  const looks = createLooks({ table, arnOf, clock: systemClock, random: systemRandom, times });
  // Without the pauses of the shipped sweeps.
  const sweep = async (stop: AbortSignal) => {
    const stacks = await listStacks(cloudformation, stop);
    return ok({ stacks, groups: await listGroups(autoscaling, [...stacks.keys()].filter(isPoolStack), stop) });
  };
  const infrastructure = createAwsInfrastructure({
    ...{ owner, table: 'skep', cloudformation, autoscaling, sweep, looks, clock: systemClock },
    region: () => cloudformation.config.region(),
    leave: async (_, machine) => {
      left.push(machine);
      return { ok: true, value: undefined };
    },
    clear: async () => ({ ok: true, value: undefined }),
  });
  return { infrastructure, table, left };
}
type Subject = ReturnType<typeof provider>;

async function see({ infrastructure }: Subject, at: ClusterRef): Promise<InfrastructureView> {
  const look = await infrastructure.observe(at, signal);
  if (!look.ok) throw new Error(JSON.stringify(look.problem));
  return look.value;
}
/** As the loop does it: until nothing differs. */
async function settle(subject: Subject, at: ClusterRef): Promise<InfrastructureView> {
  for (let pass = 0; pass < 8; pass++) {
    const view = await see(subject, at);
    if (view.carriers.state === 'ready') return view;
    expect(await subject.infrastructure.ensure(at, { forwardTo: [] }, signal)).toEqual({ ok: true });
  }
  throw new Error(JSON.stringify((await see(subject, at)).carriers));
}
const group = async (pool: string) => {
  const name = `skep-${cluster}-Pool-${pool}`;
  const found = await autoscaling.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }));
  return found.AutoScalingGroups?.[0];
};
const grow = (subject: Subject, at: ClusterRef, pool: string, to: number) =>
  subject.infrastructure.resize(at, { pool, count: to, machines: [] }, signal);
const inPool = (machines: readonly Machine[], pool: string) => machines.filter((m) => m.pool === pool);
const ours = async () =>
  ((await cloudformation.send(new DescribeStacksCommand({}))).Stacks ?? [])
    .map(({ StackName }) => StackName)
    .filter((name) => name?.startsWith(`skep-${cluster}-`))
    .sort();

describe('a cluster on AWS', () => {
  it('is carried by stacks without a machine, whose groups nobody but skep changes', async () => {
    const subject = provider();
    expect((await see(subject, ref())).carriers).toMatchObject({ state: 'absent', leftovers: 0 });
    const view = await settle(subject, ref());
    expect(view.machines).toEqual([]);
    expect(await ours()).toEqual([`skep-${cluster}-Base`, `skep-${cluster}-Pool-managers`, `skep-${cluster}-Pool-web`]);
    const web = await group('web');
    expect(web).toMatchObject({ MinSize: 0, DesiredCapacity: 0, NewInstancesProtectedFromScaleIn: true });
    expect(web?.SuspendedProcesses?.map((p) => p.ProcessName).sort()).toEqual([...SUSPENDED].sort());
    expect(web?.VPCZoneIdentifier?.split(',')).toHaveLength(3);
    expect(await subject.infrastructure.ensure(ref(), { forwardTo: [] }, signal)).toEqual({ ok: true });
  });

  it('grows to absolute numbers; a number that comes late or too small takes nothing away', async () => {
    const subject = provider();
    await settle(subject, ref());
    expect(await grow(subject, ref(), 'web', 3)).toEqual({ ok: true });
    expect(await grow(subject, ref(), 'web', 3)).toEqual({ ok: true });
    const { machines } = await see(subject, ref());
    const pool = expand(ref().spec, { path: '', line: 1, commit: null }).pools[1];
    expect(machines).toHaveLength(3);
    for (const machine of machines)
      expect(machine).toMatchObject({ pool: 'web', state: 'booting', engine: null, hash: pool?.machineHash });
    expect(new Set(machines.map(({ zone }) => zone)).size).toBe(3);
    const small = { AutoScalingGroupName: `skep-${cluster}-Pool-web`, DesiredCapacity: 1 };
    await autoscaling.send(new SetDesiredCapacityCommand(small));
    const shrunk = await see(subject, ref());
    expect(shrunk.machines.map(({ id }) => id)).toEqual(machines.map(({ id }) => id));
    expect(shrunk.carriers.differences).toEqual([`skep-${cluster}-Pool-web: its desired capacity is 1, 3 are there`]);
    await settle(subject, ref());
    expect((await group('web'))?.DesiredCapacity).toBe(3);
  });

  it('has what somebody resumed suspended again, before anything grows', async () => {
    const subject = provider();
    await settle(subject, ref());
    const resume = { AutoScalingGroupName: `skep-${cluster}-Pool-web`, ScalingProcesses: ['AZRebalance'] };
    await autoscaling.send(new ResumeProcessesCommand(resume));
    expect((await see(subject, ref())).carriers).toMatchObject({
      state: 'partial',
      differences: [`skep-${cluster}-Pool-web: AZRebalance not suspended`],
    });
    await grow(subject, ref(), 'web', 1);
    expect((await group('web'))?.SuspendedProcesses).toHaveLength(SUSPENDED.length);
  });

  it('has outdated machines once its machines are made of something else, and makes the next ones of that', async () => {
    const subject = provider();
    await settle(subject, ref());
    await grow(subject, ref(), 'web', 2);
    const other = ref({ type: 't3.large' });
    expect((await see(subject, other)).carriers.state).toBe('partial');
    const view = await settle(subject, other);
    const pool = expand(other.spec, { path: '', line: 1, commit: null }).pools[1];
    if (!pool) throw new Error('no pool');
    expect(view.machines.map((machine) => isOutdated(machine, pool, null))).toEqual([true, true]);
    await grow(subject, other, 'web', 3);
    const after = inPool((await see(subject, other)).machines, 'web');
    expect(after.filter((machine) => isOutdated(machine, pool, null))).toHaveLength(2);
    const types = (await group('web'))?.Instances?.map(({ InstanceType }) => InstanceType);
    expect(types?.sort()).toEqual(['t3.large', 't3.medium', 't3.medium']);
  });

  it('has a machine taken away after it left its swarm, and none comes in its place', async () => {
    const subject = provider();
    await settle(subject, ref());
    await grow(subject, ref(), 'web', 2);
    const [first, second] = (await see(subject, ref())).machines;
    if (!first || !second) throw new Error('no machines');
    expect(await subject.infrastructure.removeMachine(ref(), first.id, signal)).toEqual({ ok: true });
    const { machines } = await see(subject, ref());
    expect(machines.map(({ id }) => id)).toEqual([second.id]);
    expect(await group('web')).toMatchObject({ DesiredCapacity: 1 });
    const held = (await group('web'))?.Instances?.find(({ InstanceId }) => InstanceId === first.id);
    expect(held?.LifecycleState).toBe('Terminating:Wait');
    expect(await subject.infrastructure.removeMachine(ref(), first.id, signal)).toEqual({ ok: true });
    expect((await group('web'))?.DesiredCapacity).toBe(1);
  });

  it('gets a pool, and loses one that is declared no more once it is empty', async () => {
    const subject = provider();
    await settle(subject, ref({ web: null }));
    expect(await ours()).toHaveLength(2);
    await settle(subject, ref());
    await grow(subject, ref(), 'web', 1);
    const without = await see(subject, ref({ web: null }));
    expect([without.carriers.state, without.machines.length]).toEqual(['ready', 1]);
    await subject.infrastructure.removeMachine(ref(), without.machines[0]?.id as MachineId, signal);
    await settle(subject, ref({ web: null }));
    expect(await ours()).toHaveLength(2);
  });

  it('is protected from deletion, and deleted whole by skep', async () => {
    const subject = provider();
    await settle(subject, ref());
    const protectedNow = async () =>
      (await cloudformation.send(new DescribeStacksCommand({}))).Stacks?.filter(
        (stack) => stack.StackName?.startsWith(`skep-${cluster}-`) && stack.EnableTerminationProtection,
      ).length;
    expect(await protectedNow()).toBe(3);
    for (let pass = 0; pass < 5 && (await see(subject, ref())).carriers.leftovers > 0; pass++)
      expect(await subject.infrastructure.destroy(ref(), signal)).toEqual({ ok: true });
    expect(await ours()).toEqual([]);
  });

  it("does not touch another owner's stacks of the same name", async () => {
    const mine = provider('somebody');
    await settle(mine, ref());
    const other = provider('me');
    const view = await see(other, ref());
    expect(view.carriers).toMatchObject({ state: 'absent', leftovers: 0 });
    expect(view.strangers).toHaveLength(3);
    expect(await other.infrastructure.ensure(ref(), { forwardTo: [] }, signal)).toMatchObject({ ok: false });
    expect(await other.infrastructure.destroy(ref(), signal)).toEqual({ ok: true });
    expect(await grow(other, ref(), 'web', 1)).toMatchObject({ ok: false });
    expect(await ours()).toHaveLength(3);
    expect((await group('web'))?.DesiredCapacity).toBe(0);
  });

  it('of another region is refused', async () => {
    const look = await provider().infrastructure.observe(ref({ aws: { region: 'eu-west-3' } }), signal);
    expect(look).toMatchObject({ ok: false, problem: { kind: 'refused', field: 'spec.aws.region' } });
  });
});
