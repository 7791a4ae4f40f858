import type { Desired } from '../../model/desired.ts';
import { isOutdated } from '../../model/machine-hash.ts';
import type { InfrastructureView, SwarmView } from '../../model/observed.ts';
import type { Difference } from '../../model/plan.ts';
import type { ClusterRecord } from '../../model/record.ts';
import { isSettled, nodeChanges } from './node-drift.ts';
import { nodesOf } from './nodes.ts';
import { optionChanges } from './swarm-options.ts';

/** What differs between declared and there, for the diff that people read. */
export function differencesOf(
  desired: Desired,
  record: ClusterRecord | null,
  infrastructure: InfrastructureView,
  swarm: SwarmView | null,
): readonly Difference[] {
  const list: Difference[] = [];
  if (record === null)
    list.push({ sign: '+', subject: `cluster ${desired.cluster}`, change: desired.spec.spec.provider });
  const names = new Set([...desired.pools.map((p) => p.name), ...infrastructure.machines.map((m) => m.pool)]);
  for (const name of names) {
    const pool = desired.pools.find((p) => p.name === name);
    const machines = infrastructure.machines.filter((m) => m.pool === name);
    const from = machines.length;
    const to = pool?.count ?? 0;
    if (from !== to) {
      const sign = from === 0 ? '+' : !pool || to === 0 ? '-' : '~';
      list.push({ sign, subject: `pool ${name}`, change: `${from} → ${to} nodes` });
    }
    const outdated = pool ? machines.filter((m) => isOutdated(m, pool, record)).length : 0;
    if (outdated > 0)
      list.push({
        sign: '~',
        subject: `pool ${name}`,
        change: `${outdated} of ${from} nodes made from another machine spec`,
      });
  }
  for (const text of infrastructure.carriers.differences) list.push({ sign: '~', subject: 'carriers', change: text });
  if (record && swarm) list.push(...liveDifferences(desired, record, infrastructure, swarm));
  return [...list, ...immutableDifferences(desired, record)];
}

/** What is changed without anything being made or taken away. */
function liveDifferences(
  desired: Desired,
  record: ClusterRecord,
  infrastructure: InfrastructureView,
  swarm: SwarmView,
): readonly Difference[] {
  const options = optionChanges(desired, swarm).map(
    ({ name, from, to }): Difference => ({ sign: '~', subject: `spec.swarm.${name}`, change: `${from} → ${to}` }),
  );
  const nodes = nodesOf(infrastructure, swarm).flatMap(({ machine, member }): readonly Difference[] => {
    const pool = desired.pools.find((p) => p.name === machine.pool);
    if (!pool || !member || !isSettled(pool, member)) return [];
    const changes = nodeChanges(pool, machine, member, record);
    return changes.map((change) => ({ sign: '~', subject: `node ${machine.id}`, change }));
  });
  return [...options, ...nodes];
}

/** Fields that a living cluster keeps: a difference is refused, with the reason. */
export function immutableDifferences(desired: Desired, record: ClusterRecord | null): readonly Difference[] {
  if (record === null) return [];
  const list: Difference[] = [];
  const refuse = (subject: string, from: unknown, to: unknown): void => {
    if (JSON.stringify(from) !== JSON.stringify(to)) {
      list.push({
        sign: '!',
        subject,
        change: `${JSON.stringify(from)} → ${JSON.stringify(to)} cannot be changed on a living cluster`,
      });
    }
  };
  const [was, is] = [record.spec.spec, desired.spec.spec];
  refuse('spec.provider', was.provider, is.provider);
  if (record.swarmId !== null) {
    for (const key of ['addressPools', 'subnetSize', 'dataPathPort'] as const) {
      refuse(`spec.swarm.${key}`, was.swarm[key], is.swarm[key]);
    }
  }
  if (is.provider === 'local') refuse('spec.local.subnet', was.local.subnet, is.local.subnet);
  if (is.provider === 'aws') {
    refuse('spec.aws.region', was.aws?.region, is.aws?.region);
    refuse('spec.aws.network.cidr', was.aws?.network.cidr, is.aws?.network.cidr);
  }
  return list;
}
