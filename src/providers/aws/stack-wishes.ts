import { readFileSync } from 'node:fs';
import { type DesiredPool, expand } from '../../model/desired.ts';
import type { ClusterRef } from '../provider.ts';
import type { StackWish } from './cloudformation/wish.ts';
import { baseStack, poolStack, TAG } from './names.ts';

/** What the stacks of a cluster are to be, by its spec. Values are passed as parameters; no stack reads another one's. */

const templateOf = (name: 'base' | 'pool'): string =>
  readFileSync(new URL(`../../../manifests/cloudformation/${name}.yaml`, import.meta.url), 'utf8');

/** Seven managers and as many in their place; a thousand workers and as many in theirs. */
const MAX_SIZE = { manager: '14', worker: '2000' } as const;

export interface WishOptions {
  readonly owner: string;
  readonly table: string;
}

export function wishBase({ cluster, spec }: ClusterRef, { owner, table }: WishOptions): StackWish {
  return {
    name: baseStack(cluster),
    template: templateOf('base'),
    parameters: {
      ClusterName: cluster,
      TableName: table,
      Cidr: spec.spec.aws?.network.cidr ?? '',
      DataPathPort: String(spec.spec.swarm.dataPathPort),
    },
    tags: tagsOf({ cluster, spec }, owner),
  };
}

/** @param base what the base stack tells */
export function wishPools(
  { cluster, spec }: ClusterRef,
  base: Readonly<Record<string, string>>,
  { owner, table }: WishOptions,
): readonly StackWish[] {
  const { aws, engine } = spec.spec;
  if (!aws) return [];
  const template = templateOf('pool');
  const config = Object.keys(engine.config).length > 0 ? JSON.stringify(engine.config) : '';
  return poolsOf(spec).map(({ name, role, machine, machineHash }) => ({
    name: poolStack(cluster, name),
    template,
    parameters: {
      ClusterName: cluster,
      PoolName: name,
      TableName: table,
      Subnets: base.Subnets ?? '',
      SecurityGroups: (role === 'manager' ? base.ManagerSecurityGroups : base.WorkerSecurityGroups) ?? '',
      InstanceProfile: (role === 'manager' ? base.ManagerProfile : base.WorkerProfile) ?? '',
      MaxSize: MAX_SIZE[role],
      MachineHash: machineHash,
      ImageId: aws.image.id,
      RootDevice: aws.image.rootDevice,
      InstanceType: machine.instanceType,
      DiskSize: String(machine.disk.sizeGiB),
      DiskType: machine.disk.type,
      Spot: String(machine.spot),
      KeyName: aws.keyName ?? '',
      EngineConfig: Buffer.from(config).toString('base64'),
      AgentSource: aws.agent.source,
      AgentSha256: aws.agent.sha256,
    },
    tags: tagsOf({ cluster, spec }, owner),
  }));
}

const tagsOf = ({ cluster, spec }: ClusterRef, owner: string): StackWish['tags'] => ({
  ...spec.metadata.labels,
  [TAG.owner]: owner,
  [TAG.cluster]: cluster,
});

const poolsOf = (spec: ClusterRef['spec']): readonly DesiredPool[] =>
  expand(spec, { path: '', line: 1, commit: null }).pools;
