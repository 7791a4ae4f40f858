import type { Result } from '../../base/result.ts';
import type { Problem } from '../../model/problem.ts';
import type { ClusterRef } from '../provider.ts';
import type { Engine } from '../swarm/engine.ts';
import { answer } from '../swarm/problems.ts';
import { isOurs, LABEL, labelsOf, networkName } from './names.ts';
import { type ContainerRow, listContainers, type NetworkRow } from './world.ts';

/** Connecting a container takes 0.1 s. Our choice for a busy machine. */
const LIMIT_MS = 15_000;

/**
 * Containers that are older than their cluster's network and not on it: somebody removed the network that they were made
 * on. One that was cut off from a network that still stands is sick, and is somebody else's care.
 */
export function cutOff(network: NetworkRow, containers: readonly ContainerRow[]): readonly ContainerRow[] {
  return containers.filter(({ Created, NetworkSettings }) => {
    const isOlder = (Created + 1) * 1_000 <= Date.parse(network.Created);
    return isOlder && NetworkSettings.Networks?.[network.Name]?.NetworkID !== network.Id;
  });
}

/**
 * Puts what was cut off back: machines at their own addresses, running or stopped, by which their swarm knows them. A
 * forwarder is removed instead: it has nothing to lose, and is made anew.
 */
export function reconnect(
  host: Engine,
  owner: string,
  { cluster }: ClusterRef,
  signal: AbortSignal,
): Promise<Result<void, Problem>> {
  const name = networkName(cluster);
  return answer(name, signal, async () => {
    const [network, machines, forwarders] = await Promise.all([
      host.call<NetworkRow>({ method: 'GET', path: `/networks/${name}` }, signal),
      listContainers(host, labelsOf(owner, cluster, 'machine'), signal),
      listContainers(host, labelsOf(owner, cluster, 'forwarder'), signal),
    ]);
    if (!isOurs(network.Labels, owner, cluster, 'network')) return;
    for (const { Id } of cutOff(network, forwarders)) {
      const query = { force: true, v: true };
      await host.call({ method: 'DELETE', path: `/containers/${Id}`, query, limitMs: LIMIT_MS }, signal);
    }
    for (const { Id, Labels } of cutOff(network, machines)) {
      const IPv4Address = Labels?.[LABEL.address];
      const body = { Container: Id, EndpointConfig: { IPAMConfig: { IPv4Address } } };
      await host.call({ method: 'POST', path: `/networks/${network.Id}/connect`, body, limitMs: LIMIT_MS }, signal);
    }
  });
}
