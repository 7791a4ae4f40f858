import type { InfrastructureView, SwarmView } from '../../model/observed.ts';
import { membersWithoutMachine } from './nodes.ts';

/**
 * After a leader change the swarm calls every member unknown until it is heard of again. Where no machine is left nothing
 * will be heard, and it is called down 30 s later: it is taken for that at once, and keeps nothing waiting.
 */
export function withGoneDown(swarm: SwarmView, infrastructure: InfrastructureView): SwarmView {
  if (swarm.members.every((m) => m.state !== 'unknown')) return swarm;
  const gone = new Set(
    membersWithoutMachine(infrastructure, swarm).filter((m) => m.manager === null && m.role === 'worker'),
  );
  const members = swarm.members.map((m) =>
    m.state === 'unknown' && gone.has(m) ? { ...m, state: 'down' as const } : m,
  );
  return { ...swarm, members };
}
