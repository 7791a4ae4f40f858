import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import { fail, ok } from '../../base/result.ts';
import type { ClusterName, MachineId } from '../../model/ids.ts';
import type { Problem } from '../../model/problem.ts';
import type { Provider } from '../provider.ts';
import { createCloudFormation } from './cloudformation/client.ts';
import { createDynamoDb } from './dynamodb.ts';
import { createAwsInfrastructure } from './infrastructure.ts';
import { TAG } from './names.ts';
import { followViews } from './swarm/hints.ts';
import { createLooks } from './swarm/looks.ts';
import { TABLE_SWARM_TIMES } from './swarm/swarm-options.ts';
import { createTableSwarm } from './swarm/table-swarm.ts';
import { createSweeps, type Sweep } from './sweeps.ts';
import { createTableRecords } from './table/records.ts';
import { clearRemains } from './table/remains.ts';
import { createTable } from './table/table.ts';
import { createAutoScaling } from './termination-hook.ts';

export interface AwsProviderOptions {
  readonly owner: string;
  /** Name of the table of this account and region. */
  readonly table: string;
  /** Minor version of this skep, e.g. `0.4`. */
  readonly writer: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** Clusters in the account and region that the SDK's own rules name: files, environment, the instance's role. */
export function createAwsProvider({ owner, table: name, writer, clock, random }: AwsProviderOptions): Provider {
  const cloudformation = createCloudFormation();
  const autoscaling = createAutoScaling();
  const dynamodb = createDynamoDb();
  const table = createTable({ client: dynamodb, name, writer, clock, random });
  const sweeps = createSweeps({ cloudformation, autoscaling, clock });
  const records = createTableRecords(table, owner);
  /** `arn:aws:…:eu-west-3:123456789012`, of any stack: the partition, the region and the account are those of instances. */
  let place = '';

  const arnOf = (_: ClusterName, machine: MachineId): string => {
    if (place === '') throw new Error(`${machine} was not looked at before it is spoken to`);
    return `${place}:instance/${machine}`;
  };
  async function sweep(signal: AbortSignal) {
    const look = await sweeps.look(signal);
    if (look.ok) place = placeOf(look.value) || place;
    return look;
  }

  const swarmOptions = { table, arnOf, clock, random, times: TABLE_SWARM_TIMES };
  const looks = createLooks(swarmOptions);
  const swarm = createTableSwarm(swarmOptions, looks);
  const infrastructure = createAwsInfrastructure({
    ...{ owner, table: name, cloudformation, autoscaling, sweep, looks, clock },
    region: () => cloudformation.config.region(),
    leave: swarm.leave,
    clear: (ref, signal) => clearRemains({ table, arnOf }, ref, signal),
  });

  /** Whose views are followed: those that somebody looked at. Where there are none, nothing is asked of AWS. */
  const followed = new Set<ClusterName>();

  return {
    kind: 'aws',
    simulated: false,
    infrastructure: {
      ...infrastructure,
      observe(ref, signal) {
        followed.add(ref.cluster);
        return infrastructure.observe(ref, signal);
      },
      async destroy(ref, signal) {
        followed.delete(ref.cluster);
        return infrastructure.destroy(ref, signal);
      },
      hints: (onHint, signal) => {
        followViews({ table, clock }, async () => [...followed], onHint, signal).catch(() => {}); // it ends with `signal`
      },
    },
    swarm,
    records,
    async strangers(signal) {
      const [look, list] = [await sweep(signal), await records.list(signal)];
      if (!look.ok) return look;
      if (!list.ok) return list;
      const kept = new Set<string>(list.value.map(({ cluster }) => cluster));
      const ours = [...look.value.stacks.values()].filter(({ tags }) => tags[TAG.owner] === owner);
      const left = ours.filter(({ tags }) => !kept.has(tags[TAG.cluster] ?? ''));
      return ok(left.map((stack) => ({ what: `stack ${stack.name}`, why: 'its cluster has no record' })));
    },
    dial: async () =>
      fail<Problem>({
        kind: 'refused',
        field: null,
        detail: 'the engines of EC2 instances are not reached from outside',
      }),
    async close() {
      sweeps.close();
      for (const client of [cloudformation, autoscaling, dynamodb]) client.destroy();
    },
  };
}

function placeOf({ stacks }: Sweep): string {
  const [first] = stacks.values();
  const [, partition, , region, account] = first?.id.split(':') ?? [];
  return account ? `arn:${partition}:ec2:${region}:${account}` : '';
}
