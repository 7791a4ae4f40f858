import { describeDuration } from '../../model/cluster-spec/duration.ts';
import type { DesiredPool } from '../../model/desired.ts';
import type { Hold } from '../../model/hold.ts';
import type { Member, ServiceView, SwarmView } from '../../model/observed.ts';
import type { Step } from '../../model/step.ts';
import { drainManner } from './drain-labels.ts';
import { localDataHold } from './local-data.ts';
import { INTENT_LABEL, intentOf, SINCE_LABEL, STRENGTH_LABEL } from './nodes.ts';
import { unplaceable } from './placement.ts';
import { awaitedOn, isJob, strengthNote, weakerThanNoted } from './strength.ts';
import { planSurge } from './surge.ts';

/**
 * Drains of safety.md 5. What would be lost is named before. Where a job runs, or a service wants to be moved start-first,
 * the node is paused with our intent and they go first; then it is drained. It is over when nobody is worse off.
 */

export type Drain =
  /** The next step: of the drain, or of what goes before it. */
  | { readonly kind: 'begin'; readonly step: Step }
  | { readonly kind: 'running'; readonly waitsFor: string; readonly lastedMs: number }
  | { readonly kind: 'over' }
  | { readonly kind: 'held'; readonly hold: Hold };

export interface DrainAsk {
  readonly member: Member;
  readonly swarm: SwarmView;
  readonly pool: DrainPolicy;
  readonly now: number;
  readonly term: number;
  readonly why: string;
  /** What becomes of the node: marked on it, for whoever goes on with the drain. */
  readonly intent: 'remove' | 'replace';
  /** Others that leave with it: its tasks find no place there. */
  readonly leaving?: readonly Member[];
}
export type DrainPolicy = Pick<DesiredPool, 'localData' | 'rollout'>;

export function planDrain(ask: DrainAsk): Drain {
  const { member, swarm } = ask;
  const intent = intentOf(member);
  const isOurs = intent === 'remove' || intent === 'replace';
  if (isOurs && member.availability === 'drain') {
    const here = awaitedOn(member, swarm).map((service) => ({ service, what: stillThere(service) }));
    return inTime(ask, here.length > 0 ? here : weakerThanNoted(member, swarm), { kind: 'over' });
  }
  const hold = drainObjection(ask);
  if (hold) return { kind: 'held', hold };
  const first = awaitedOn(member, swarm).filter((service) => isJob(service) || drainManner(service) === 'surge');
  if (isOurs && member.availability === 'pause') {
    const surge = planSurge(member, swarm);
    if (surge) return { kind: 'begin', step: surge };
    const drain: Drain = { kind: 'begin', step: setNode(ask, 'drain', member.labels[STRENGTH_LABEL]) };
    return inTime(ask, stillFirst(ask, first), drain);
  }
  const names = first.map(({ name }) => name).join(', ');
  const step = first.length > 0 ? setNode(ask, 'pause', undefined, `${names} first`) : setNode(ask, 'drain');
  return { kind: 'begin', step };
}

interface Awaited {
  readonly service: ServiceView;
  readonly what: string;
}

const stillThere = ({ name }: ServiceView): string => `tasks of ${name} still run there`;

/** Before the drain itself: jobs that have not ended, services that are not moved yet or not well elsewhere. */
function stillFirst({ member, swarm }: DrainAsk, first: readonly ServiceView[]): readonly Awaited[] {
  const weaker = weakerThanNoted(member, swarm).filter(({ service }) => drainManner(service) === 'surge');
  return [...first.map((service) => ({ service, what: stillThere(service) })), ...weaker];
}

/** Waits for these as long as the pool's policy and each service's own label say; then goes on with `next`. */
function inTime({ member, pool, now }: DrainAsk, awaited: readonly Awaited[], next: Drain): Drain {
  if (awaited.length === 0) return next;
  const say = (some: readonly Awaited[]): string => some.map(({ what }) => what).join(', ');
  const since = sinceOf(member, now);
  if (now - since <= pool.rollout.drainTimeoutMs)
    return { kind: 'running', waitsFor: say(awaited), lastedMs: now - since };
  const kept = awaited.filter(({ service }) => !mayForce(service, pool));
  if (kept.length === 0) return next;
  return {
    kind: 'held',
    hold: {
      reason: 'DrainTimedOut',
      what: `remove ${member.hostname}`,
      why: `its drain began ${describeDuration(now - since)} ago and ${say(kept)}`,
      release:
        'the tasks end or move; or set onDrainTimeout: Force, a longer drainTimeout, or the old count in the file, or label the service skep.drain=force',
    },
  };
}

function mayForce(service: ServiceView, pool: DrainPolicy): boolean {
  const manner = drainManner(service);
  return manner === 'force' || (manner !== 'wait' && pool.rollout.onDrainTimeout === 'Force');
}

/** A label that somebody spoilt does not end a drain: it is then taken as just begun. */
function sinceOf(member: Member, now: number): number {
  const since = Number(member.labels[SINCE_LABEL] || Number.NaN);
  return Number.isFinite(since) ? since : now;
}

/** Why the node may not be drained at all. */
export function drainObjection({
  member,
  swarm,
  pool,
  intent,
  leaving,
}: Pick<DrainAsk, 'member' | 'swarm' | 'pool' | 'intent' | 'leaving'>): Hold | null {
  const data = pool.localData === 'Protect' ? localDataHold(member, swarm, intent) : null;
  if (data) return data;
  const lost = unplaceable(member, withHeldBack(swarm), leaving).filter((u) => drainManner(u.service) !== 'force');
  if (lost.length === 0) return null;
  return {
    reason: 'Unplaceable',
    what: `${intent} ${member.hostname}`,
    why: lost.map(({ service, why }) => `service ${service.name} would run nowhere: ${why}`).join('; '),
    release:
      'make room for it elsewhere or change the service; or label it skep.drain=force (stop it all the same) or skep.drain=skip (never ask)',
  };
}

/** Nodes that are held back in a rollout are put back when tasks find no other place: they are room, too. */
function withHeldBack(swarm: SwarmView): SwarmView {
  const members = swarm.members.map(
    (m): Member => (intentOf(m) === 'hold-back' ? { ...m, availability: 'active' } : m),
  );
  return { ...swarm, members };
}

function setNode(ask: DrainAsk, availability: 'pause' | 'drain', strength?: string, first?: string): Step {
  const { member, swarm, now, term, why, intent } = ask;
  return {
    kind: 'set-node',
    node: member.id,
    version: member.version,
    hostname: member.hostname,
    availability,
    labels: {
      ...member.labels,
      [INTENT_LABEL]: `${intent}:${term}`,
      [SINCE_LABEL]: String(now),
      [STRENGTH_LABEL]: strength ?? strengthNote(member, swarm),
    },
    why: first === undefined ? why : `${why}; ${first}`,
  };
}
