import type { Desired } from '../../../model/desired.ts';
import type { Hold } from '../../../model/hold.ts';
import { MANAGERS } from '../../../model/ids.ts';
import type { SwarmView } from '../../../model/observed.ts';
import type { Wait } from '../../../model/plan.ts';
import type { ClusterRecord, Rollout } from '../../../model/record.ts';
import type { Step } from '../../../model/step.ts';
import type { Checked } from '../brake.ts';
import type { Leaver } from '../leavers.ts';
import { isAdmitted, type Node } from '../nodes.ts';
import { isAborted } from '../rollout-words.ts';
import { type Gate, gateOf, outsideWindow } from './gate.ts';
import { planHoldBack } from './hold-back.ts';
import { planManagersTurn } from './managers.ts';
import { type PoolNow, poolsNow } from './pools.ts';
import { type Bearing, bearingOf, nextRollout } from './settle.ts';
import { isCanaryNewest, isInHand, sparesIn } from './spares.ts';
import { type Stage, stageOf } from './stage.ts';
import { planWorkers, type WorkersMay } from './workers.ts';

export interface TurnoverAsk {
  readonly desired: Desired;
  readonly record: ClusterRecord;
  /** Without those that healing takes away. */
  readonly nodes: readonly Node[];
  readonly checked: readonly Checked[];
  readonly swarm: SwarmView;
  readonly now: number;
  readonly term: number;
  /** False while its document is missing: then nothing that takes away is begun. */
  readonly mayShrink: boolean;
}

/** Who goes because there are too many or because it is outdated, and what is made above the declared count for it. */
export interface Turnover {
  readonly leavers: readonly Leaver[];
  /** Managers in raft, in the order in which they are to leave it. */
  readonly retiring: readonly Node[];
  /** Why none of `retiring` is begun with now. */
  readonly retiringHold: Hold | null;
  readonly surge: ReadonlyMap<string, number>;
  /** Made for outdated nodes, and admitted when the next of those may be begun with. */
  readonly waiting: ReadonlySet<Node>;
  /** Outdated nodes that take no new tasks meanwhile, and such as may again. */
  readonly steps: readonly Step[];
  readonly holds: readonly Hold[];
  readonly waits: readonly Wait[];
  readonly rollout: Rollout | null;
}

export function planTurnover(ask: TurnoverAsk): Turnover {
  const { desired, record, nodes, swarm, now, mayShrink } = ask;
  const pools = poolsNow(desired, record, nodes, swarm);
  const isOutdated = pools.some((p) => p.outdated.size > 0);
  const seen = bearingOf(pools, swarm, record);
  const isAnew = record.specHash !== desired.specHash;
  const rollout = isOutdated ? nextRollout(record.rollout, seen, { isAnew, now }) : null;
  const stage = stageOf(pools);
  const gate = stage && mayShrink ? gateFor(ask, stage, pools, seen) : CLOSED;
  const closed = outsideWindow(desired, record, now, 'take healthy nodes away');
  const turns = pools.map((pool) => turnOf(ask, pool, { stage, gate, isWindowOpen: closed === null }));
  const undeclared = planUndeclared(ask, pools, closed === null);
  const keeps = turns.some((t) => t.kept > 0) || undeclared.kept > 0;
  const leavers = [...turns.flatMap((t) => t.leavers), ...undeclared.leavers];
  const isRolling = mayShrink && isOutdated && !(gate.open === false && gate.hold);
  const back = planHoldBack({ ...ask, pools, leavers, isRolling });
  return {
    leavers,
    retiring: turns.flatMap((t) => t.retiring),
    retiringHold: pools.some(isFinishing) ? null : closed,
    surge: new Map(turns.map((t) => [t.pool, t.surge])),
    waiting: new Set(turns.flatMap((t) => t.waiting)),
    steps: back.steps,
    holds: [
      ...pools.flatMap((p) => p.holds),
      ...(gate.open || !gate.hold ? [] : [gate.hold]),
      ...(keeps && closed ? [closed] : []),
    ],
    waits: [...(gate.open || !gate.wait ? [] : [gate.wait]), ...undeclared.waits],
    rollout,
  };
}

/** A new manager came for an outdated one, which is in hand. */
const isFinishing = (now: PoolNow): boolean =>
  now.pool.name === MANAGERS && now.outdated.size > 0 && now.here.length - sparesIn(now).length === now.pool.count + 1;

const CLOSED: Gate = { open: false };
/** Of a pool that nobody declares any more, active is what serves. */
const isServing = (node: Node): boolean => node.member?.state === 'ready' && node.member.availability === 'active';

function gateFor({ desired, record, now }: TurnoverAsk, stage: Stage, pools: readonly PoolNow[], seen: Bearing): Gate {
  const { isCanary } = stage;
  const { pool } = stage.now;
  const { rollout } = record;
  return gateOf({ desired, record, rollout, seen, pool, isCanary, isCanaryNewest: isCanaryNewest(pools), now });
}

interface Turn {
  readonly pool: string;
  readonly leavers: readonly Leaver[];
  readonly retiring: readonly Node[];
  readonly surge: number;
  readonly waiting: readonly Node[];
  readonly kept: number;
}

function turnOf(
  { record, swarm, checked, mayShrink }: TurnoverAsk,
  now: PoolNow,
  { stage, gate, isWindowOpen }: { stage: Stage | null; gate: Gate; isWindowOpen: boolean },
): Turn {
  const { name } = now.pool;
  const isNext = stage?.now === now;
  const mayBegin = isNext && gate.open;
  const mayPrepare = isNext && (gate.open || gate.mayPrepare === true);
  const aborted = isAborted(record) !== null;
  const waiting = mayBegin || isInHand(now) ? [] : sparesIn(now);
  if (name === MANAGERS)
    return {
      pool: name,
      waiting,
      kept: 0,
      ...planManagersTurn(now, swarm, record, { mayPrepare, isAborted: aborted }),
    };
  const may: WorkersMay = {
    // What was begun within a window is finished: one goes for each that came.
    shrink: isWindowOpen || (record.rollout !== null && now.hasGood && now.outdated.size > 0),
    begin: mayBegin ? stage.most : 0,
    prepare: mayPrepare ? stage.most : 0,
    clear: mayShrink && !aborted,
    keepSpares: !aborted,
  };
  return { pool: name, waiting, retiring: [], ...planWorkers(now, may, checked) };
}

/** Pools that are declared no more go once the declared ones are whole: a renamed pool is never missed. */
function planUndeclared(
  { nodes }: TurnoverAsk,
  pools: readonly PoolNow[],
  isWindowOpen: boolean,
): { leavers: readonly Leaver[]; kept: number; waits: readonly Wait[] } {
  const here = nodes.filter((n) => pools.every((p) => p.pool.name !== n.machine.pool));
  if (here.length === 0) return { leavers: [], kept: 0, waits: [] };
  const lacking = pools.find((p) => p.here.filter(isAdmitted).length < p.pool.count);
  const leavers: Leaver[] = [];
  let [kept, waiting] = [0, 0];
  for (const node of here) {
    const why = `pool ${node.machine.pool} is not declared`;
    const serves = isServing(node);
    if (serves && !isWindowOpen) kept += 1;
    else if (serves && lacking) waiting += 1;
    else leavers.push({ node, why, intent: 'remove' });
  }
  const what = `nodes of pools that are not declared go once ${lacking?.pool.name} is whole`;
  return { leavers, kept, waits: waiting > 0 ? [{ what, recheckMs: 1_000 }] : [] };
}
