import type { SwarmView } from '../../../model/observed.ts';

/**
 * Replicated services that run fewer tasks than declared: counted are tasks that are wanted and run, on Ready nodes that
 * are not drained. Services that do not restart are meant to end.
 */
export function weakServices(swarm: SwarmView): readonly { readonly id: string; readonly what: string }[] {
  const serving = new Set<string>(
    swarm.members.filter((m) => m.state === 'ready' && m.availability !== 'drain').map((m) => m.id),
  );
  const running = new Map<string, number>();
  for (const { serviceId, desired, state, nodeId } of swarm.tasks) {
    if (desired !== 'running' || state !== 'running' || nodeId === null || !serving.has(nodeId)) continue;
    running.set(serviceId, (running.get(serviceId) ?? 0) + 1);
  }
  return swarm.services.flatMap(({ id, name, mode, replicas, restart }) => {
    if (mode !== 'replicated' || restart !== 'any') return [];
    const runs = running.get(id) ?? 0;
    return runs < (replicas ?? 0) ? [{ id, what: `service ${name} runs ${runs} of ${replicas} tasks` }] : [];
  });
}
