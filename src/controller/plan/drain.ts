import { describeDuration } from '../../model/cluster-spec/duration.ts';
import type { DesiredPool } from '../../model/desired.ts';
import type { Hold } from '../../model/hold.ts';
import type { Member, SwarmView } from '../../model/observed.ts';
import type { Step } from '../../model/step.ts';
import { INTENT_LABEL, intentOf, SINCE_LABEL, STRENGTH_LABEL } from './nodes.ts';

/** Drains of safety.md 5: begun with one update that carries the intent, over when nobody is worse off. */

export type Drain =
  | { readonly kind: 'begin'; readonly step: Step }
  | { readonly kind: 'running'; readonly waitsFor: string }
  | { readonly kind: 'over' }
  | { readonly kind: 'held'; readonly hold: Hold };

export interface DrainAsk {
  readonly member: Member;
  readonly swarm: SwarmView;
  readonly pool: DrainPolicy;
  readonly now: number;
  readonly term: number;
  readonly why: string;
  /** What its drain is marked with. */
  readonly intent: 'remove' | 'replace';
}
export type DrainPolicy = Pick<DesiredPool, 'localData' | 'rollout'>;

export function planDrain(ask: DrainAsk): Drain {
  const { member, swarm, pool, now } = ask;
  const ours = ['remove', 'replace'].includes(intentOf(member) ?? '');
  if (member.availability !== 'drain' || !ours) {
    const hold = pool.localData === 'Protect' ? localDataHold(member, swarm, 'remove') : null;
    return hold ? { kind: 'held', hold } : { kind: 'begin', step: beginDrain(ask) };
  }
  const waitsFor = stillMoving(member, swarm);
  if (waitsFor === null) return { kind: 'over' };
  const since = sinceOf(member, now);
  if (now - since <= pool.rollout.drainTimeoutMs) return { kind: 'running', waitsFor };
  if (pool.rollout.onDrainTimeout === 'Force') return { kind: 'over' };
  return {
    kind: 'held',
    hold: {
      reason: 'DrainTimedOut',
      what: `remove ${member.hostname}`,
      why: `its drain began ${describeDuration(now - since)} ago and ${waitsFor}`,
      release:
        'the tasks end or move; or set onDrainTimeout: Force, a longer drainTimeout, or the old count in the file',
    },
  };
}

/** A label that somebody spoilt does not end a drain: it is then taken as just begun. */
function sinceOf(member: Member, now: number): number {
  const since = Number(member.labels[SINCE_LABEL] || Number.NaN);
  return Number.isFinite(since) ? since : now;
}

function beginDrain({ member, swarm, now, term, why, intent }: DrainAsk): Step {
  const strength = servicesOn(member, swarm)
    .map((id) => `${id}:${strengthOf(id, swarm)}`)
    .join(' ');
  return {
    kind: 'set-node',
    node: member.id,
    version: member.version,
    hostname: member.hostname,
    availability: 'drain',
    labels: {
      ...member.labels,
      [INTENT_LABEL]: `${intent}:${term}`,
      [SINCE_LABEL]: String(now),
      [STRENGTH_LABEL]: strength,
    },
    why,
  };
}

/** Ids of replicated services with a running task on this node. */
function servicesOn(member: Member, swarm: SwarmView): readonly string[] {
  const replicated = new Set(swarm.services.filter((s) => s.mode === 'replicated').map((s) => s.id));
  const here = swarm.tasks.filter(
    (t) => t.nodeId === member.id && t.state === 'running' && replicated.has(t.serviceId),
  );
  return [...new Set(here.map((t) => t.serviceId))].sort();
}

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

/** What a drain still waits for; null when it is over. Of a node that is down, tasks are listed as running for a day. */
function stillMoving(member: Member, swarm: SwarmView): string | null {
  const left = member.state === 'down' ? [] : servicesOn(member, swarm);
  const name = (id: string): string => swarm.services.find((s) => s.id === id)?.name ?? id;
  if (left.length > 0) return `tasks of ${left.map(name).join(', ')} still run there`;
  for (const entry of (member.labels[STRENGTH_LABEL] ?? '').split(' ').filter(Boolean)) {
    const [id = '', before = '0'] = entry.split(':');
    const service = swarm.services.find((s) => s.id === id);
    if (!service) continue;
    const wanted = Math.min(Number(before), service.replicas ?? 0);
    const running = strengthOf(id, swarm);
    if (running < wanted) return `${service.name} runs ${running} of ${wanted} tasks elsewhere`;
  }
  return null;
}

/** A node that holds a service's local data is not taken away by itself. Global services and sockets are left out. */
export function localDataHold(member: Member, swarm: SwarmView, verb: 'remove' | 'replace'): Hold | null {
  for (const service of swarm.services) {
    if (service.localData.length === 0 || service.labels['skep.data'] === 'discard') continue;
    if (service.mode === 'global' || service.mode === 'global-job') continue;
    if (!swarm.tasks.some((t) => t.serviceId === service.id && t.nodeId === member.id)) continue;
    return {
      reason: 'LocalDataHeld',
      what: `${verb} ${member.hostname}`,
      why: `service ${service.name} keeps data in ${service.localData.join(', ')} on it`,
      release:
        verb === 'remove'
          ? 'set localData: Discard on the pool, or label the service skep.data=discard, or move it, or put the old count back'
          : 'it comes back; or set localData: Discard on the pool, label the service skep.data=discard, or remove the machine by hand',
    };
  }
  return null;
}
