import type { Desired } from '../../model/desired.ts';
import type { Hold } from '../../model/hold.ts';
import type { CarriersView, InfrastructureView, Observed, SwarmView } from '../../model/observed.ts';
import type { Drift, Plan, Wait } from '../../model/plan.ts';
import type { ClusterRecord } from '../../model/record.ts';
import type { Step } from '../../model/step.ts';
import { withAbsentUnreachable } from './dead-managers.ts';
import { durationsSeen } from './durations-seen.ts';
import type { PlanFacts } from './facts.ts';
import { withGoneDown } from './gone-members.ts';
import { planGrowth } from './grow.ts';
import { planStarts, triage } from './heal.ts';
import { intentOf, isAdmitted, isJoining, keptByLabel, type Node, nodesOf } from './nodes.ts';
import { planMembers } from './plan-members.ts';
import { progressOf } from './progress.ts';
import { isApplied, type Upkeep } from './put-right.ts';
import { raftOf } from './quorum.ts';
import { nextRecord, recordStep, whyWritten } from './record-step.ts';
import { planTurnover } from './rollout/turnover.ts';
import { labelHold } from './shrink.ts';
import { planSpreading } from './spreading.ts';

/** Nothing else says what is missing: our choice, as rarely as a failed look. */
const NOT_WHOLE: Wait = { what: 'not every machine is in the swarm yet', recheckMs: 1_000 };

/** A cluster that is to be: carriers, machines, swarm, nodes; what is too many goes. */
export function planLife(
  desired: Desired,
  record: ClusterRecord,
  observed: Observed,
  facts: PlanFacts,
  may: { readonly mayShrink: boolean; readonly documented: boolean },
): Omit<Plan, 'differences'> {
  if (!observed.infrastructure.ok) return { batch: [], holds: [], waits: [], asDeclared: false, drift: [] };
  const infrastructure = observed.infrastructure.value;
  const swarm = observed.swarm.ok ? observed.swarm.value : null;
  const nodes = nodesOf(infrastructure, swarm);
  const seen = { record, swarm, now: observed.now };
  const sick = triage(desired, nodes, seen, may.mayShrink);
  const counted = nodes.filter((n) => sick.condemned.every((c) => c.node !== n));
  const { now } = observed;
  const { mayShrink } = may;
  const turnover = swarm
    ? planTurnover({
        desired,
        record,
        nodes: counted,
        checked: sick.checked,
        swarm: withGoneDown(swarm, infrastructure),
        now,
        term: facts.term,
        mayShrink,
      })
    : null;
  const leavers = [...(turnover?.leavers ?? []), ...sick.condemned];
  const leaving = new Set(leavers.map((l) => l.node));
  const staying = nodes.filter((n) => !leaving.has(n));
  const replaced = new Set(leavers.filter((l) => l.replaced).map((l) => l.node));
  const surge = turnover?.surge ?? NO_SURGE;
  const healed = planStarts(sick, staying, seen);
  const built = [
    ...healed.steps,
    ...planMachines(
      desired,
      record,
      infrastructure,
      nodes,
      nodes.filter((n) => !replaced.has(n)),
      swarm,
      surge,
    ),
  ];
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
  const planned = unique([...joined.holds, ...sick.holds, ...(turnover?.holds ?? []), ...keptJoining(staying)]);
  const steps = [...built, ...joined.steps];
  const waits = [
    ...joined.waits,
    ...(turnover?.waits ?? []),
    ...sick.waits,
    ...healed.waits,
    ...progressOf(desired, record, infrastructure, nodes, swarm, now),
  ];
  const isWhole = swarm !== null && record.swarmId !== null && staying.every(isAdmitted);
  const isCalm = isWhole && steps.length === 0 && planned.length === 0 && waits.length === 0;
  const rollout = turnover ? turnover.rollout : record.rollout;
  const spread = planSpreading({ desired, record, swarm, rollout, now, isCalm: isCalm && mayShrink });
  const holds = [...planned, ...spread.holds];
  steps.push(...spread.steps);
  waits.push(...spread.waits);
  const isQuiet = steps.length === 0 && holds.length === 0 && waits.length === 0;
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
    samples: durationsSeen({ desired, nodes, steps, ready, record, now }),
  });
  if (next === null) return { batch: steps, holds, waits, asDeclared: ready, drift };
  const step = recordStep(next, whyWritten(record, next));
  // A changed spec is accepted before anything follows from it; machines' names are salted by the revision they were planned under.
  const alone = record.specHash !== next.specHash || record.founder !== next.founder;
  const rest = alone ? [] : steps.filter((s) => s.kind !== 'grow-pool');
  return { batch: [step, ...rest], holds, waits, asDeclared: ready, drift };
}

const NO_SURGE: ReadonlyMap<string, number> = new Map();

/** safety.md 5: a node with `skep.hold` is never touched, nor is one that joins with it, or whose drain is no longer wanted. */
const keptJoining = (staying: readonly Node[]): readonly Hold[] =>
  staying.flatMap(({ machine, member }) => {
    const kept = keptByLabel(member);
    if (member === null || kept === null || !(isJoining(member) || intentOf(member) !== null)) return [];
    return [labelHold(`change ${machine.id}`, machine.id, kept)];
  });

const unique = (holds: readonly Hold[]): readonly Hold[] =>
  holds.filter((h, i) => holds.findIndex((o) => o.reason === h.reason && o.what === h.what) === i);

const isDone = ({ steps, holds, waits }: Upkeep): boolean => steps.length + holds.length + waits.length === 0;

const carriersDrift = ({ differences }: CarriersView): readonly Drift[] =>
  differences.map((difference) => ({ what: 'carriers', difference, answer: 'put right', count: 0 }));

function planMachines(
  desired: Desired,
  record: ClusterRecord,
  infrastructure: InfrastructureView,
  nodes: readonly Node[],
  counted: readonly Node[],
  swarm: SwarmView | null,
  surge: ReadonlyMap<string, number>,
): readonly Step[] {
  const { carriers, machines } = infrastructure;
  const forwardTo = forwardTargets(nodes, swarm);
  const ensure = (why: string): Step => ({ kind: 'ensure-carriers', forwardTo, why });
  if (carriers.state === 'absent') return [ensure('nothing carries its machines yet')];
  const steps: Step[] = [];
  if (carriers.state === 'partial')
    steps.push(ensure(carriers.differences.join('; ') || 'some of what carries it is missing'));
  else if (desired.spec.spec.provider === 'local' && desired.spec.spec.local.publish.length > 0) {
    const same = carriers.forwardTo !== null && [...carriers.forwardTo].sort().join() === forwardTo.join();
    if (!same) steps.push(ensure('published ports follow the ready nodes'));
  }
  const taken = new Set([...machines.map((m) => m.id), ...(swarm?.members ?? []).map((m) => m.hostname)]);
  const founder = record.swarmId === null ? record.founder : null;
  const growth = planGrowth({
    desired,
    machines: counted.map((n) => n.machine),
    salt: record.revision,
    taken,
    surge,
    founder,
  });
  const mayGrow = record.firstReadyAt === null || hasQuorum(infrastructure, nodes, swarm);
  return mayGrow ? [...steps, ...growth] : steps;
}

/**
 * A living cluster grows only with its quorum: without it nothing new can join, and what stopped may come back. A swarm
 * whose managers were just lost answers with its old list for some seconds.
 */
const hasQuorum = (infrastructure: InfrastructureView, nodes: readonly Node[], swarm: SwarmView | null): boolean =>
  swarm !== null && raftOf(withAbsentUnreachable(swarm, infrastructure, nodes).members).margin >= 0;

function forwardTargets(nodes: readonly Node[], swarm: SwarmView | null): readonly string[] {
  if (swarm === null) return [];
  const ready = nodes.filter((n) => isAdmitted(n) && n.member?.state === 'ready' && n.member.availability !== 'drain');
  return ready.flatMap(({ machine }) => (machine.address ? [machine.address] : [])).sort();
}
