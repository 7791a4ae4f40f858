import type { Clock } from '../../base/clock.ts';
import type { Failpoint } from '../../base/failpoint.ts';
import type { Result } from '../../base/result.ts';
import type { Problem } from '../../model/problem.ts';
import type { ClusterRef } from '../provider.ts';
import type { Engine } from '../swarm/engine.ts';
import { answer, hasActiveEndpoints, isStatus } from '../swarm/problems.ts';
import { isOurs, labelsOf } from './names.ts';
import { listContainers, listNetworks, listVolumes } from './world.ts';

/** A network may keep endpoints of containers that went by force for a moment, none of them listed. Our choice. */
const NETWORK_TRIES = 20;
const NETWORK_RETRY_MS = 100;

/** Removes forwarder, network and disks that are left of a cluster; its machines are gone by then, its record stays. */
export function createDestroy(host: Engine, owner: string, clock: Clock, failpoint: Failpoint) {
  const remove = (path: string, query: Record<string, unknown>, signal: AbortSignal): Promise<void> =>
    host.call<void>({ method: 'DELETE', path, query, limitMs: 30_000 }, signal).catch((error: unknown) => {
      if (!isStatus(error, 404)) throw error;
    });

  async function removeNetwork(id: string, signal: AbortSignal): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await remove(`/networks/${id}`, {}, signal);
      } catch (error) {
        if (!hasActiveEndpoints(error) || tries === NETWORK_TRIES) throw error;
        await clock.sleep(NETWORK_RETRY_MS, signal);
      }
    }
  }

  return ({ cluster }: ClusterRef, signal: AbortSignal): Promise<Result<void, Problem>> =>
    answer(`what is left of ${cluster}`, signal, async () => {
      const labels = labelsOf(owner, cluster, 'disk');
      const [forwarders, networks, volumes] = await Promise.all([
        listContainers(host, labelsOf(owner, cluster, 'forwarder'), signal),
        listNetworks(host, labelsOf(owner, cluster, 'network'), signal),
        listVolumes(host, labels, signal),
      ]);
      for (const { Id } of forwarders) await remove(`/containers/${Id}`, { force: true, v: true }, signal);
      failpoint('destroy-carriers:during');
      for (const row of networks) if (isOurs(row.Labels, owner, cluster)) await removeNetwork(row.Id, signal);
      for (const { Name } of volumes) await remove(`/volumes/${Name}`, {}, signal);
    });
}
