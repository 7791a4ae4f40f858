import type { Member, ServiceView, SwarmView } from '../../model/observed.ts';
import { drainManner } from './drain-labels.ts';
import { STRENGTH_LABEL } from './nodes.ts';
import { tasksOn } from './tasks-by-node.ts';

/** How much of a service serves, and what of it is still on a node that is to be left. */

/**
 * Services that a drain waits for with a running task on this node, by name: not global ones, which follow their nodes,
 * and none that says `skep.drain=skip`. Of a node that is down, tasks are listed as running for a day.
 */
export function awaitedOn(member: Member, swarm: SwarmView): readonly ServiceView[] {
  if (member.state === 'down') return [];
  const here = new Set(tasksOn(member.id, swarm).flatMap((t) => (t.state === 'running' ? t.serviceId : [])));
  return swarm.services
    .filter((service) => here.has(service.id) && service.mode !== 'global' && drainManner(service) !== 'skip')
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export const isJob = ({ mode }: ServiceView): boolean => mode === 'replicated-job' || mode === 'global-job';

/** Tasks wanted running and running, on Ready nodes that are not drained (`RunningTasks` counts Down nodes too). */
function strengthOf(serviceId: string, swarm: SwarmView): number {
  const serving = new Set(
    swarm.members.filter((m) => m.state === 'ready' && m.availability !== 'drain').map((m) => m.id),
  );
  return swarm.tasks.filter(
    (t) =>
      t.serviceId === serviceId &&
      t.desired === 'running' &&
      t.state === 'running' &&
      t.nodeId !== null &&
      serving.has(t.nodeId),
  ).length;
}

/** What is noted on a node before it is left: `<service id>:<running> …`. */
export function strengthNote(member: Member, swarm: SwarmView): string {
  return awaitedOn(member, swarm)
    .filter((service) => !isJob(service))
    .map(({ id }) => `${id}:${strengthOf(id, swarm)}`)
    .sort()
    .join(' ');
}

/** Services that run fewer tasks than were noted on this node, though they are still declared so strong. */
export function weakerThanNoted(
  member: Member,
  swarm: SwarmView,
): readonly { readonly service: ServiceView; readonly what: string }[] {
  return (member.labels[STRENGTH_LABEL] ?? '').split(' ').flatMap((entry) => {
    const [id = '', before = '0'] = entry.split(':');
    const service = swarm.services.find((s) => s.id === id);
    if (!service || drainManner(service) === 'skip') return [];
    const wanted = Math.min(Number(before), service.replicas ?? 0);
    const running = strengthOf(id, swarm);
    return running < wanted ? [{ service, what: `${service.name} runs ${running} of ${wanted} tasks elsewhere` }] : [];
  });
}
