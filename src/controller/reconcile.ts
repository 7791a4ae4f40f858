import type { EventSink } from '../base/events.ts';
import type { Declared } from '../model/declared.ts';
import type { Desired } from '../model/desired.ts';
import type { ClusterName } from '../model/ids.ts';
import type { Observed } from '../model/observed.ts';
import type { Plan, Road } from '../model/plan.ts';
import type { ClusterRecord } from '../model/record.ts';
import type { Provider } from '../providers/provider.ts';
import { execute, type StepResult } from './execute.ts';
import { foldStatus } from './fold-status/fold-status.ts';
import { look } from './look.ts';
import { delayOf, type Outcome } from './loop/workers.ts';
import { nextVisit } from './next-visit.ts';
import type { PassPorts } from './pass-ports.ts';
import type { PlanFacts } from './plan/facts.ts';
import { planCluster } from './plan/plan-cluster.ts';
import { planRoad, ROAD_WORK } from './plan/plan-road.ts';
import { tellPass } from './tell-pass.ts';

/** What decides. */
export interface Mind {
  readonly plan: typeof planCluster;
  /** Null: nobody is to be told. */
  readonly road: (...ask: Parameters<typeof planRoad>) => Road | null;
}
const PLANNER: Mind = { plan: planCluster, road: planRoad };

/**
 * One pass over one cluster: look, plan, do the first safe batch, say so. Throws only when this program is wrong or stopped.
 * `mind`: a simulation watches what is planned, plants mistakes there, and mostly does without the road.
 */
export async function reconcile(
  cluster: ClusterName,
  ports: PassPorts,
  signal: AbortSignal,
  mind: Mind = PLANNER,
): Promise<Outcome> {
  const { clock, sink } = ports;
  const before = await ports.statuses.read(cluster);
  const { provider, record, declared, desired, observed } = await look(cluster, before, ports, signal);
  const facts = factsFor(cluster, ports, observed.now);
  const plan = claimDeletion(mind.plan(declared, observed, facts), declared, observed, facts, ports);
  const results: readonly StepResult[] =
    provider && desired ? await execute(plan.batch, effectsOf(observed, desired, provider, ports, sink), signal) : [];

  const failed = results.flatMap(({ step, result }) => (result.ok ? [] : [{ step, problem: result.problem }]));
  // For people only, so it does not keep the batch waiting. A rollout that settles has a road and no batch.
  const rolls = observed.record.ok && observed.record.value?.rollout;
  const road = plan.batch.length > 0 || rolls ? mind.road(declared, observed, facts, ROAD_WORK.glance) : null;
  const visit = nextVisit(plan, observed, failed, before);
  const delayMs = delayOf(visit, ports.retryMs);
  const left = recordAfter(observed, results);
  if (record.ok) ports.noteRecord(left);
  const after = foldStatus({
    before,
    declared,
    observed,
    plan,
    road,
    desired,
    failed,
    record: left,
    nextLookAt: delayMs === null ? null : clock.now() + delayMs,
    controller: { owner: ports.owner, id: ports.id, term: ports.term },
  });
  const forgotten = declared.kind === 'absent' && before === null && !(record.ok && record.value);
  if (!forgotten) {
    ports.failpoint('write-status:before');
    await ports.statuses.write(cluster, after, before);
    ports.failpoint('write-status:after');
    tellPass(sink, before, after, plan, results);
  }
  return visit;
}

function factsFor(cluster: ClusterName, ports: PassPorts, now: number): PlanFacts {
  return {
    owner: ports.owner,
    term: ports.term,
    writer: ports.writer,
    listedAt: ports.listedAt(),
    deletionsLastHour: ports.ledger.countOthers(cluster, now),
    maxDeletions: ports.maxDeletions,
  };
}

/** Two passes may both find room for one more deletion: whoever enters the ledger first has it, the other plans again. */
function claimDeletion(plan: Plan, declared: Declared, observed: Observed, facts: PlanFacts, ports: PassPorts): Plan {
  const marks = plan.batch.some(
    (s) =>
      s.kind === 'write-record' && s.next.deletion !== null && observed.record.ok && !observed.record.value?.deletion,
  );
  if (!marks) return plan;
  const confirmed = observed.record.ok && observed.record.value?.intents.some((i) => i.kind === 'confirm');
  const max = confirmed ? Number.POSITIVE_INFINITY : facts.maxDeletions;
  if (ports.ledger.claim(observed.cluster, observed.now, max)) return plan;
  return planCluster(declared, observed, { ...facts, deletionsLastHour: facts.maxDeletions });
}

function effectsOf(
  observed: Observed,
  desired: Desired,
  provider: Provider,
  ports: PassPorts,
  sink: EventSink,
): Parameters<typeof execute>[1] {
  return {
    ref: { cluster: observed.cluster, spec: desired.spec, term: ports.term },
    provider,
    via: observed.swarm.ok ? (observed.swarm.value?.through ?? null) : null,
    clock: ports.clock,
    failpoint: ports.failpoint,
    mayBegin: ports.mayBegin,
    onBegin: (step) => sink.emit('SKP301', { what: step.kind }),
  };
}

/** The record as the pass left it: what was written, else what was read. */
function recordAfter(observed: Observed, results: readonly StepResult[]): ClusterRecord | null {
  for (const { step, result } of results) {
    if (step.kind === 'write-record' && result.ok) return step.next;
    if (step.kind === 'forget-record' && result.ok) return null;
  }
  return observed.record.ok ? observed.record.value : null;
}
