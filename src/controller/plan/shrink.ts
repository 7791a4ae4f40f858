import { durationMs } from '../../model/cluster-spec/duration.ts';
import type { Desired } from '../../model/desired.ts';
import type { Hold } from '../../model/hold.ts';
import { MANAGERS } from '../../model/ids.ts';
import type { SwarmView } from '../../model/observed.ts';
import type { Wait } from '../../model/plan.ts';
import type { Step } from '../../model/step.ts';
import { type DrainPolicy, planDrain } from './drain.ts';
import {
  INTENT_LABEL,
  intentOf,
  isJoining,
  labelsFor,
  type Node,
  POOL_LABEL,
  SINCE_LABEL,
  STRENGTH_LABEL,
} from './nodes.ts';

export interface Shrinking {
  readonly steps: readonly Step[];
  readonly holds: readonly Hold[];
  readonly waits: readonly Wait[];
}

/** How often a drain is looked at while no hint comes, ms. Our choice: a task stops within its grace, 10 s by default. */
const DRAIN_RECHECK_MS = 500;

/**
 * Worker nodes that are too many, or whose pool is no longer declared: drained together, so that no task moves twice,
 * each removed when its own drain is over. Managers are not taken away here.
 */
export function planShrinking(
  desired: Desired,
  nodes: readonly Node[],
  swarm: SwarmView,
  at: { readonly now: number; readonly term: number },
): Shrinking {
  const steps: Step[] = [];
  const holds: Hold[] = [];
  const waits: Wait[] = [];
  for (const { node, why } of surplus(desired, nodes)) {
    const { machine, member } = node;
    if (machine.state === 'unknown') {
      waits.push({ what: `${machine.id} could not be looked at`, recheckMs: 1_000 });
      continue;
    }
    if (member === null || isJoining(member)) {
      if (machine.engine?.swarm === 'pending')
        waits.push({ what: `${machine.id} is still joining`, recheckMs: DRAIN_RECHECK_MS });
      else steps.push({ kind: 'remove-machine', machine: machine.id, why });
      continue;
    }
    if (member.manager !== null || member.role === 'manager') {
      holds.push(managerHold(machine.id));
      continue;
    }
    if (member.labels['skep.hold'] !== undefined) {
      waits.push({ what: `${machine.id} carries skep.hold=${member.labels['skep.hold']}`, recheckMs: 10_000 });
      continue;
    }
    const drain = planDrain({ member, swarm, pool: policyOf(desired, machine.pool), ...at, why });
    if (drain.kind === 'begin') steps.push(drain.step);
    else if (drain.kind === 'over')
      steps.push({ kind: 'remove-machine', machine: machine.id, why: `${why}; its drain is over` });
    else if (drain.kind === 'held') holds.push(drain.hold);
    else waits.push({ what: `${machine.id} drains: ${drain.waitsFor}`, recheckMs: DRAIN_RECHECK_MS });
  }
  return { steps, holds, waits };
}

/** Drains that we began and nobody wants any more (the count went back up): put back to active. */
export function planUndoneDrains(desired: Desired, nodes: readonly Node[]): readonly Step[] {
  const leaving = new Set(surplus(desired, nodes).map(({ node }) => node.machine.id));
  return nodes.flatMap(({ machine, member }): readonly Step[] => {
    const pool = desired.pools.find((p) => p.name === machine.pool);
    if (!pool || !member || leaving.has(machine.id) || intentOf(member) !== 'remove') return [];
    const { [INTENT_LABEL]: _i, [SINCE_LABEL]: _s, [STRENGTH_LABEL]: _t, ...labels } = member.labels;
    return [
      {
        kind: 'set-node',
        node: member.id,
        version: member.version,
        hostname: member.hostname,
        availability: 'active',
        labels: { ...labelsFor(pool, machine, member), ...labels },
        why: 'its drain is no longer wanted',
      },
    ];
  });
}

interface Surplus {
  readonly node: Node;
  readonly why: string;
}

/** Who has to go. Those already leaving first, then those that serve least, then the youngest. */
function surplus(desired: Desired, nodes: readonly Node[]): readonly Surplus[] {
  const pools = [...new Set(nodes.map((n) => n.machine.pool))].filter((name) => name !== MANAGERS).sort();
  return pools.flatMap((name) => {
    const pool = desired.pools.find((p) => p.name === name);
    const here = nodes.filter((n) => n.machine.pool === name);
    const excess = here.length - (pool?.count ?? 0);
    if (excess <= 0) return [];
    const why = pool ? `${name}: ${pool.count} declared, ${here.length} there` : `pool ${name} is not declared`;
    return [...here]
      .sort((a, b) => worth(a) - worth(b) || b.machine.createdAt - a.machine.createdAt)
      .slice(0, excess)
      .map((node) => ({ node, why }));
  });
}

/** Lower goes first. */
function worth({ machine, member }: Node): number {
  if (member !== null && intentOf(member) === 'remove') return 0;
  if (member === null || machine.state === 'stopped') return 1;
  if (isJoining(member)) return 2;
  if (member.state !== 'ready') return 3;
  return member.availability === 'active' ? 5 : 4;
}

/** The pool's own policy; of a pool that is no longer declared, the spec's rollout and the careful answer about data. */
function policyOf(desired: Desired, pool: string): DrainPolicy {
  const { drainTimeout, onDrainTimeout } = desired.spec.spec.rollout;
  return (
    desired.pools.find((p) => p.name === pool) ?? {
      localData: 'Protect',
      drainTimeoutMs: durationMs(drainTimeout),
      onDrainTimeout,
    }
  );
}

function managerHold(machine: string): Hold {
  return {
    reason: 'NotYet',
    what: `remove ${machine}`,
    why: `it is a manager, and this version does not take managers away`,
    release: 'demote it by hand, or a later version of skep',
  };
}

/** True for members that carry our mark that their machine was to go. */
export const wasLeaving = (labels: Readonly<Record<string, string>>): boolean =>
  labels[INTENT_LABEL]?.startsWith('remove:') === true || labels[POOL_LABEL] === undefined;
