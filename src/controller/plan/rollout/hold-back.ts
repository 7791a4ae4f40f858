import type { Member, SwarmView } from '../../../model/observed.ts';
import type { Step } from '../../../model/step.ts';
import type { Leaver } from '../leavers.ts';
import { INTENT_LABEL, intentOf, isJoining, keptByLabel, type Node } from '../nodes.ts';
import { unplaceable } from '../placement.ts';
import { HOLD_BACK } from './available.ts';
import type { PoolNow } from './pools.ts';

interface HoldBackAsk {
  readonly pools: readonly PoolNow[];
  readonly nodes: readonly Node[];
  readonly leavers: readonly Leaver[];
  readonly swarm: SwarmView;
  readonly term: number;
  /** A rollout goes on: it is neither held nor aborted. */
  readonly isRolling: boolean;
}

/**
 * One move per task: while nodes are drained for newer ones, the outdated ones that stay take no new tasks, as long as
 * what is drained finds room elsewhere. Whoever finds one held back without need puts it back.
 */
export function planHoldBack(ask: HoldBackAsk): { readonly steps: readonly Step[] } {
  const { pools, nodes, leavers, swarm, term } = ask;
  const outdated = new Set(pools.flatMap((p) => [...p.outdated]));
  const leaving = new Set(leavers.map((l) => l.node));
  const drained = leavers.flatMap(({ node: { member }, intent }) => (member && intent === 'replace' ? [member] : []));
  const isRoomy = ask.isRolling && hasRoom(drained, outdated, swarm);
  const isWanted = isRoomy && drained.length > 0 && pools.some((p) => p.hasGood);
  const held = nodes.filter(({ member }) => member !== null && intentOf(member) === HOLD_BACK);
  const isDone = (node: Node): boolean => !outdated.has(node) || !isRoomy;
  const back = held.filter((n) => isDone(n) && !leaving.has(n) && keptByLabel(n.member) === null);
  const paused = !isWanted
    ? []
    : pools.flatMap(({ pool, outdated: old, available }) =>
        pool.availability === 'drain' ? [] : [...old].filter((n) => available.has(n) && !leaving.has(n) && mayPause(n)),
      );
  return {
    steps: [
      ...paused.flatMap(({ member }) => (member ? [setNode(member, 'pause', term)] : [])),
      ...back.flatMap(({ member }) => (member ? [setNode(member, 'active', term)] : [])),
    ],
  };
}

const mayPause = ({ member }: Node): boolean =>
  member !== null &&
  !isJoining(member) &&
  member.availability === 'active' &&
  intentOf(member) === null &&
  keptByLabel(member) === null;

/** A task that finds no place could run on a node that is held back. */
const isStarved = (swarm: SwarmView): boolean =>
  swarm.tasks.some((t) => t.desired === 'running' && t.state === 'pending' && t.nodeId === null);

/** Whether all that these have finds room while the other outdated ones take nothing. */
function hasRoom(leaving: readonly Member[], outdated: ReadonlySet<Node>, swarm: SwarmView): boolean {
  if (isStarved(swarm)) return false;
  const old = new Set([...outdated].map((n) => n.member?.id));
  const members = swarm.members.map((m): Member => (old.has(m.id) ? { ...m, availability: 'pause' } : m));
  return leaving.every((member) => unplaceable(member, { ...swarm, members }, leaving).length === 0);
}

function setNode(member: Member, availability: 'pause' | 'active', term: number): Step {
  const { [INTENT_LABEL]: _, ...labels } = member.labels;
  const isBack = availability === 'active';
  return {
    kind: 'set-node',
    node: member.id,
    version: member.version,
    hostname: member.hostname,
    availability,
    labels: isBack ? labels : { ...labels, [INTENT_LABEL]: `${HOLD_BACK}:${term}` },
    why: isBack ? 'it is held back no longer' : 'it is outdated: new tasks go to newer nodes',
  };
}
