import { ok, type Result } from '../../base/result.ts';
import type { NodeId } from '../../model/ids.ts';
import type { Problem } from '../../model/problem.ts';
import { withSurge } from '../../model/surge.ts';
import type { ServiceRef } from '../provider.ts';
import { conflict, gone } from './problems.ts';
import type { WorldService } from './workload.ts';
import type { WorldSwarm } from './world.ts';

/** Changes of a service at the version that was seen. They change the swarm that they are given. */

export function constrain(swarm: WorldSwarm, ref: ServiceRef, { node, on }: { node: NodeId; on: boolean }) {
  return update(swarm, ref, (service) => {
    const { constraints, labels } = withSurge(service, node, on);
    Object.assign(service, { constraints: [...constraints], labels: { ...labels } });
  });
}

export function rebalance(swarm: WorldSwarm, ref: ServiceRef) {
  return update(swarm, ref, (service) => {
    service.forceUpdate += 1;
  });
}

function update(swarm: WorldSwarm, ref: ServiceRef, act: (service: WorldService) => void): Result<void, Problem> {
  const service = swarm.services.find(({ id }) => id === ref.id);
  if (!service) return gone(`service ${ref.id}`);
  if (service.version !== ref.version) return conflict(`service ${service.name}`);
  act(service);
  swarm.index += 1;
  service.version = swarm.index;
  return ok(undefined);
}
