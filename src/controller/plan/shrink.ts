import type { Desired } from '../../model/desired.ts';
import type { Hold } from '../../model/hold.ts';
import { MANAGERS } from '../../model/ids.ts';
import type { Member, SwarmView } from '../../model/observed.ts';
import type { Wait } from '../../model/plan.ts';
import { raftOf } from '../../model/quorum.ts';
import { rolloutPolicy } from '../../model/rollout-policy.ts';
import type { Step } from '../../model/step.ts';
import { type DrainPolicy, planDrain } from './drain.ts';
import { labelHold } from './label-hold.ts';
import type { Leaver } from './leavers.ts';
import { localDataHold } from './local-data.ts';
import { INTENT_LABEL, isJoining, keptByLabel, labelsFor, type Node, SINCE_LABEL, STRENGTH_LABEL } from './nodes.ts';
import { recheckAfter } from './progress.ts';
import { isLeaving } from './rollout/available.ts';
import { awaitedOn } from './strength.ts';
import { tasksOn } from './tasks-by-node.ts';

export interface Shrinking {
  readonly steps: readonly Step[];
  readonly holds: readonly Hold[];
  readonly waits: readonly Wait[];
}

/** How often it is looked at whether a drain may begin, ms. Our choice: what it waits for takes seconds. */
const DRAIN_RECHECK_MS = 500;
/** A look that failed, an engine that does not answer: our choice, as often as a swarm's own states change. */
const SILENCE_RECHECK_MS = 1_000;

interface At {
  readonly now: number;
  readonly term: number;
  /** False: other nodes are held back first. */
  readonly mayBegin: boolean;
}

/** Nodes that are too many: drained together, so that no task moves twice, each removed when its own drain is over. */
export function planShrinking(desired: Desired, leavers: readonly Leaver[], swarm: SwarmView, at: At): Shrinking {
  const leaving = leavers.flatMap(({ node }) => node.member ?? []);
  const all = leavers.map((leaver) => planLeaving(desired, leaver, swarm, { ...at, leaving }));
  return {
    steps: all.flatMap((a) => ('kind' in a ? [a] : [])),
    holds: all.flatMap((a) => ('reason' in a ? [a] : [])),
    waits: all.flatMap((a) => ('recheckMs' in a ? [a] : [])),
  };
}

/** The one thing to do now about a node that has to go, or why nothing is done. */
function planLeaving(
  desired: Desired,
  leaver: Leaver,
  swarm: SwarmView,
  at: At & { readonly leaving: readonly Member[] },
): Step | Hold | Wait {
  const { node, why, replaced, intent } = leaver;
  const { machine, member } = node;
  const remove = (because: string): Step => ({ kind: 'remove-machine', machine: machine.id, why: because });
  const silent: Wait = { what: `the engine of ${machine.id} does not answer`, recheckMs: SILENCE_RECHECK_MS };
  if (machine.state === 'unknown')
    return { what: `${machine.id} could not be looked at`, recheckMs: SILENCE_RECHECK_MS };
  const inRaft = member?.manager || member?.role === 'manager';
  if (inRaft || (replaced && lacksManagers(desired, node, swarm))) {
    const what = `${machine.id} is removed once ${inRaft ? 'it is out of raft' : 'another manager has taken its place'}`;
    return { what, recheckMs: SILENCE_RECHECK_MS };
  }
  // A manager that was cut off and put out of raft does not know it; the swarm's word about a member it lists is the later one.
  if (member === null && machine.engine?.isManager) return managerHold(machine.id);
  const kept = keptByLabel(member);
  if (kept !== null) return labelHold(`remove ${machine.id}`, machine.id, kept);
  if (replaced && member?.state === 'down') {
    const { localData } = policyOf(desired, machine.pool);
    return (localData === 'Protect' ? localDataHold(member, swarm, 'replace') : null) ?? remove(why);
  }
  if (replaced && machine.state === 'stopped' && member !== null)
    return { what: `the swarm does not call ${machine.id} down yet`, recheckMs: SILENCE_RECHECK_MS };
  if (member === null) {
    // A join that its manager did not live to finish is pending for ever: who is replaced for it is not waited for.
    const pending = machine.engine?.swarm === 'pending';
    if (pending && !replaced) return { what: `${machine.id} is still joining`, recheckMs: DRAIN_RECHECK_MS };
    // It cannot say which of several members of its name it is, or has just left: one of them may have tasks.
    const namesakes = swarm.members.filter((m) => m.hostname === machine.id);
    if (namesakes.some((m) => m.manager !== null)) return managerHold(machine.id);
    const isNamed = namesakes.some((m) => m.state !== 'down');
    const notDown: Wait = { what: `a member named ${machine.id} is not down yet`, recheckMs: SILENCE_RECHECK_MS };
    return !isNamed ? remove(why) : machine.engine === null ? silent : notDown;
  }
  if (isJoining(member) && member.availability === 'pause' && !hasTasks(node, swarm)) return remove(why);
  const drain = planDrain({ member, swarm, pool: policyOf(desired, machine.pool), ...at, why, intent });
  switch (drain.kind) {
    case 'begin': {
      // Right after a leader change nobody can say how strong a service is. Where none runs, none gets weaker.
      const isUnsure =
        swarm.members.some((m) => m.state === 'unknown' && !isJoining(m)) && awaitedOn(member, swarm).length > 0;
      const what = `the swarm does not know all its members yet; then ${machine.id} is drained`;
      if (isUnsure) return { what, recheckMs: DRAIN_RECHECK_MS };
      return at.mayBegin ? drain.step : { what: `${machine.id} is drained next`, recheckMs: DRAIN_RECHECK_MS };
    }
    case 'held':
      return drain.hold;
    case 'running':
      return { what: `${machine.id} drains: ${drain.waitsFor}`, recheckMs: recheckAfter(drain.lastedMs) };
    case 'over':
      if (machine.state === 'running' && machine.engine === null && member.state !== 'down') return silent;
      return remove(`${why}; its drain is over`);
  }
}

/** Drains that we began and nobody wants any more (the count went back up): put back to active. */
export function planUndoneDrains(desired: Desired, staying: readonly Node[]): readonly Step[] {
  return staying.flatMap(({ machine, member }): readonly Step[] => {
    const pool = desired.pools.find((p) => p.name === machine.pool);
    if (!pool || !member || !isLeaving({ machine, member }) || keptByLabel(member) !== null) return [];
    const { [INTENT_LABEL]: _i, [SINCE_LABEL]: _s, [STRENGTH_LABEL]: _t, ...labels } = member.labels;
    return [
      {
        kind: 'set-node',
        node: member.id,
        version: member.version,
        hostname: member.hostname,
        availability: pool.availability,
        labels: { ...labelsFor(pool, machine, member), ...labels },
        why: 'its drain is no longer wanted',
      },
    ];
  });
}

/** A manager that is replaced is taken away last. One that never was a member of the swarm's list has no place to fill. */
function lacksManagers(desired: Desired, { machine, member }: Node, swarm: SwarmView): boolean {
  if (machine.pool !== MANAGERS || member === null || isJoining(member)) return false;
  const { n, reachable } = raftOf(swarm.members);
  return reachable < n || n < (desired.pools.find((p) => p.name === MANAGERS)?.count ?? 0);
}

const hasTasks = ({ member }: Node, swarm: SwarmView): boolean =>
  member !== null && tasksOn(member.id, swarm).some((t) => t.state === 'running');

/** The pool's own policy; of a pool that is no longer declared, the spec's rollout and the careful answer about data. */
function policyOf(desired: Desired, pool: string): DrainPolicy {
  const declared = desired.pools.find((p) => p.name === pool);
  return declared ?? { localData: 'Protect', rollout: rolloutPolicy(desired.spec.spec.rollout, {}, 0) };
}

function managerHold(machine: string): Hold {
  return {
    reason: 'MembershipUnsettled',
    what: `remove ${machine}`,
    why: 'it takes itself for a manager, and the swarm does not list it as a worker',
    release: `it hears of its demotion; or docker swarm leave --force on it`,
  };
}
