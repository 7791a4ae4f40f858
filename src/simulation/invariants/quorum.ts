import { memberOn, removedBy, rolesChangedBy, type Sight, sightsOf } from '../sight.ts';
import {
  type Broken,
  type Change,
  changesOf,
  type Invariant,
  isBeingDeleted,
  isBeingRecovered,
  type Trace,
} from '../trace.ts';

/**
 * safety.md 2, row by row: for n/reachable the declared counts under which one may be promoted, promoted in a replacement,
 * demoted. Read off the page, not from the planner's arithmetic.
 */
const ROWS: Readonly<Record<string, { promote?: readonly number[]; replace?: number; demote?: readonly number[] }>> = {
  '1/1': { promote: [3, 5, 7], replace: 1 },
  '2/2': { promote: [3, 5, 7], demote: [1] },
  '3/3': { promote: [5, 7], replace: 3, demote: [1] },
  '4/4': { promote: [5, 7], demote: [1, 3] },
  '5/5': { promote: [7], replace: 5, demote: [1, 3] },
  '6/6': { promote: [7], demote: [1, 3, 5] },
  '7/7': { replace: 7, demote: [1, 3, 5] },
  '8/8': { demote: [1, 3, 5, 7] },
};
const DEAD_MAY_GO = ['3/2', '4/3', '5/4', '5/3', '6/5', '6/4', '7/6', '7/5', '7/4', '8/7', '8/6', '8/5'];

/** S1: a membership change is begun against the rules of section 2. */
export const S1: Invariant = (trace) =>
  membershipChanges(trace).flatMap((change) =>
    rolesChangedBy(change).flatMap(({ node, to }) => {
      const faults = sightsOf(change).map((sight) => wrongRole(sight, node, to));
      return faults.every((fault) => fault !== null) ? [broken('S1', change, faults[0] ?? '')] : [];
    }),
  );

function wrongRole(sight: Sight, node: string, to: string): string | null {
  const members = sight.swarm?.members ?? [];
  const peers = members.filter((m) => m.manager !== null);
  const isReachable = (id: string): boolean =>
    peers.some((m) => m.id === id && m.manager?.reachability === 'reachable') && !isAbsent(sight, id);
  const row = `${peers.length}/${peers.filter((m) => isReachable(m.id)).length}`;
  const name = members.find((m) => m.id === node)?.hostname ?? node;
  const declared = sight.record?.spec.spec.managers.count ?? 0;
  const { promote = [], replace, demote = [] } = ROWS[row] ?? {};
  if (to === 'manager') {
    return promote.includes(declared) || replace === declared
      ? null
      : `${name} promoted at ${row}, ${declared} declared`;
  }
  if (!isReachable(node)) return DEAD_MAY_GO.includes(row) ? null : `${name}, dead, taken out of raft at ${row}`;
  return demote.includes(declared) ? null : `${name} demoted at ${row}, ${declared} declared`;
}

/** Its machine is gone or stopped, whatever the swarm still says. */
function isAbsent(sight: Sight, id: string): boolean {
  const machine = sight.machines.find((m) => memberOn(sight, m)?.id === id);
  return machine === undefined || machine.state === 'stopped';
}

/** S2: two membership changes in flight; a manager terminated before it is out of raft; a raft peer left behind. */
export const S2: Invariant = (trace) => [
  ...membershipChanges(trace).flatMap((change) => {
    const moved = rolesChangedBy(change).map(({ node }) => node);
    const inFlight = sightsOf(change).map(({ swarm }) =>
      (swarm?.members ?? []).filter((m) => (m.role === 'manager') !== (m.manager !== null) && !moved.includes(m.id)),
    );
    const names = inFlight.at(-1)?.map((m) => m.hostname) ?? [];
    const isBroken = inFlight.every((some) => some.length > 0) && moved.length > 0;
    return isBroken ? [broken('S2', change, `a change is begun while ${names} is in flight`)] : [];
  }),
  ...changesOf(trace, 'remove-machine').flatMap((change) => {
    if (isBeingDeleted(change) || isBeingRecovered(change)) return [];
    return removedBy(change)
      .filter((id) => sightsOf(change).every((sight) => isInRaft(sight, id)))
      .map((id) => broken('S2', change, `${id} is terminated and still in raft`));
  }),
  ...leftBehind(trace),
];

function isInRaft(sight: Sight, id: string): boolean {
  const machine = sight.machines.find((m) => m.id === id);
  const member = machine && memberOn(sight, machine);
  return member !== undefined && member.manager !== null;
}

/** At rest as declared, every raft peer is a member that some machine carries. */
function leftBehind({ end }: Trace): readonly Broken[] {
  if (!end) return [];
  return end.worlds.flatMap((world) => {
    if (end.statuses.get(world.cluster)?.status.phase !== 'Ready') return [];
    const carried = new Set(world.machines.map((m) => m.membership?.node));
    const outside = new Set(world.swarms.flatMap((s) => s.members.filter((m) => m.outside).map((m) => m.id)));
    const left = world.swarms.flatMap((s) => s.peers.filter((p) => !carried.has(p.node) && !outside.has(p.node)));
    return left.map((peer) => ({
      invariant: 'S2',
      at: end.at,
      why: `raft peer ${peer.node} of ${world.cluster} is left behind`,
    }));
  });
}

/** Of clusters that were Ready once, are not being deleted nor recovered. Before that promotions may go together. */
function membershipChanges(trace: Trace): readonly Change[] {
  return changesOf(trace, 'promote', 'demote').filter(
    (c) => c.before?.record?.firstReadyAt != null && !isBeingDeleted(c) && !isBeingRecovered(c),
  );
}

const broken = (invariant: string, { at, cluster }: Change, why: string): Broken => ({
  invariant,
  at,
  why: `${cluster}: ${why}`,
});
