import type { Desired } from '../../model/desired.ts';
import type { Hold } from '../../model/hold.ts';
import type { CarriersView, InfrastructureView, Observed, SwarmView } from '../../model/observed.ts';
import type { Drift, Plan, Wait } from '../../model/plan.ts';
import type { ClusterRecord } from '../../model/record.ts';
import type { Step } from '../../model/step.ts';
import { durationsSeen } from './durations-seen.ts';
import type { PlanFacts } from './facts.ts';
import { withGoneDown } from './gone-members.ts';
import { planStarts, triage } from './heal.ts';
import { labelHold } from './label-hold.ts';
import { intentOf, isAdmitted, isJoining, keptByLabel, type Node, nodesOf } from './nodes.ts';
import { isCarried, planMachines } from './plan-machines.ts';
import { planMembers } from './plan-members.ts';
import { progressOf } from './progress.ts';
import { isApplied, type Upkeep } from './put-right.ts';
import { nextRecord, recordStep, whyWritten } from './record-step.ts';
import { planTurnover } from './rollout/turnover.ts';
import { planSpreading } from './spreading.ts';

/** Nothing else says what is missing: our choice, as rarely as a failed look. */
const NOT_WHOLE: Wait = { what: 'not every machine is in the swarm yet', recheckMs: 1_000 };

/** A cluster that is to be: carriers, machines, swarm, nodes; what is too many goes. */
export function planLife(
  desired: Desired,
  record: ClusterRecord,
  observed: Observed,
  facts: PlanFacts,
  allowed: May,
): Omit<Plan, 'differences'> {
  if (!observed.infrastructure.ok) return { batch: [], holds: [], waits: [], asDeclared: false, drift: [] };
  const infrastructure = observed.infrastructure.value;
  const may = { ...allowed, mayShrink: allowed.mayShrink && isCarried(desired, infrastructure) };
  const swarm = observed.swarm.ok ? observed.swarm.value : null;
  const { now } = observed;
  const nodes = nodesOf(infrastructure, swarm);
  const { sick, turnover, leavers, staying, counted } = whoGoes(
    { desired, record, infrastructure, swarm, nodes, now, term: facts.term },
    may,
  );
  const healed = planStarts(sick, staying, { record, swarm, now });
  const surge = turnover?.surge ?? NO_SURGE;
  const built = planMachines({ desired, record, infrastructure, swarm, nodes, counted, surge });
  const { mayShrink } = may;
  const joined = planMembers({
    desired,
    record,
    observed,
    infrastructure,
    nodes,
    leavers,
    turnover,
    facts,
    mayShrink,
  });
  const steps = [...healed.steps, ...built.steps, ...joined.steps];
  const holds = unique([
    ...built.holds,
    ...joined.holds,
    ...sick.holds,
    ...(turnover?.holds ?? []),
    ...keptJoining(staying),
  ]);
  const waits = [
    ...built.waits,
    ...joined.waits,
    ...(turnover?.waits ?? []),
    ...sick.waits,
    ...healed.waits,
    ...progressOf(desired, record, infrastructure, nodes, swarm, now),
  ];
  const isWhole = swarm !== null && record.swarmId !== null && staying.every(isAdmitted);
  const rollout = turnover ? turnover.rollout : record.rollout;
  const isCalm = isWhole && mayShrink && steps.length + holds.length + waits.length === 0;
  const spread = planSpreading({ desired, record, swarm, rollout, now, isCalm });
  steps.push(...spread.steps);
  holds.push(...spread.holds);
  waits.push(...spread.waits);
  const isQuiet = steps.length + holds.length + waits.length === 0;
  if (isQuiet && !isWhole) waits.push(NOT_WHOLE);
  const ready = isQuiet && isWhole;
  const { upkeep } = joined;
  const { carriers } = infrastructure;
  const drift = [...(isApplied(record, desired) ? carriersDrift(carriers) : []), ...(upkeep?.drift ?? [])];
  const next = nextRecord(record, desired, observed, facts, {
    ready,
    documented: may.documented,
    // Until it was first Ready that is one note together with being Ready.
    applied: ready || (record.firstReadyAt !== null && upkeep !== null && isDone(upkeep) && carriers.state === 'ready'),
    corrected: upkeep?.corrected ?? [],
    health: healed.notes,
    rollout,
    rebalance: spread.next,
    isSpread: spread.isOver,
    samples: durationsSeen({ desired, nodes, steps, record, now }),
  });
  return { batch: noteFirst(steps, record, next), holds, waits, asDeclared: ready, drift };
}

interface May {
  /** False: nothing may begin that takes away. */
  readonly mayShrink: boolean;
  /** Its document is there. */
  readonly documented: boolean;
}

interface Seen {
  readonly desired: Desired;
  readonly record: ClusterRecord;
  readonly infrastructure: InfrastructureView;
  readonly swarm: SwarmView | null;
  readonly nodes: readonly Node[];
  readonly now: number;
  readonly term: number;
}

/** Who looks bad, who is outdated or too many, and who stays. */
function whoGoes({ desired, record, infrastructure, swarm, nodes, now, term }: Seen, { mayShrink }: May) {
  const sick = triage(desired, nodes, { record, swarm, now }, mayShrink);
  const condemned = new Set(sick.condemned.map((c) => c.node));
  const turnover = swarm
    ? planTurnover({
        desired,
        record,
        nodes: nodes.filter((n) => !condemned.has(n)),
        checked: sick.checked,
        swarm: withGoneDown(swarm, infrastructure),
        now,
        term,
        mayShrink,
      })
    : null;
  const leavers = [...(turnover?.leavers ?? []), ...sick.condemned];
  const leaving = new Set(leavers.map((l) => l.node));
  const replaced = new Set(leavers.filter((l) => l.replaced).map((l) => l.node));
  return {
    sick,
    turnover,
    leavers,
    staying: nodes.filter((n) => !leaving.has(n)),
    counted: nodes.filter((n) => !replaced.has(n)),
  };
}

/** A changed spec is accepted before anything follows from it; machines' names are salted by the revision they were planned under. */
function noteFirst(steps: readonly Step[], record: ClusterRecord, next: ClusterRecord | null): readonly Step[] {
  if (next === null) return steps;
  const isAlone = record.specHash !== next.specHash || record.founder !== next.founder;
  const rest = isAlone ? [] : steps.filter((s) => s.kind !== 'grow-pool');
  return [recordStep(next, whyWritten(record, next)), ...rest];
}

const NO_SURGE: ReadonlyMap<string, number> = new Map();

/** safety.md 5: a node with `skep.hold` is never touched, nor is one that joins with it, or whose drain is no longer wanted. */
const keptJoining = (staying: readonly Node[]): readonly Hold[] =>
  staying.flatMap(({ machine, member }) => {
    const kept = keptByLabel(member);
    if (member === null || kept === null || !(isJoining(member) || intentOf(member) !== null)) return [];
    return [labelHold(`change ${machine.id}`, machine.id, kept)];
  });

const unique = (holds: readonly Hold[]): Hold[] =>
  holds.filter((h, i) => holds.findIndex((o) => o.reason === h.reason && o.what === h.what) === i);

const isDone = ({ steps, holds, waits }: Upkeep): boolean => steps.length + holds.length + waits.length === 0;

const carriersDrift = ({ differences }: CarriersView): readonly Drift[] =>
  differences.map((difference) => ({ what: 'carriers', difference, answer: 'put right', count: 0 }));
