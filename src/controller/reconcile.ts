import type { Clock } from '../base/clock.ts';
import type { EventSink } from '../base/events.ts';
import type { Failpoint } from '../base/failpoint.ts';
import type { Declared } from '../model/declared.ts';
import type { Desired } from '../model/desired.ts';
import type { ClusterName, ProviderKind } from '../model/ids.ts';
import type { Observed } from '../model/observed.ts';
import type { Plan } from '../model/plan.ts';
import type { ClusterRecord } from '../model/record.ts';
import type { StatusFile } from '../model/status.ts';
import type { Provider } from '../providers/provider.ts';
import type { DeletionLedger } from './deletion-ledger.ts';
import { execute, type StepResult } from './execute.ts';
import { foldStatus } from './fold-status/fold-status.ts';
import { delayOf, type Outcome } from './loop/workers.ts';
import { nextVisit } from './next-visit.ts';
import { findRecord, observe } from './observe.ts';
import type { PlanFacts } from './plan/facts.ts';
import { specInForce } from './plan/in-force.ts';
import { planCluster } from './plan/plan-cluster.ts';
import { planRoad } from './plan/plan-road.ts';
import { type IntentBox, takeUpIntents } from './take-up-intents.ts';
import { tellPass } from './tell-pass.ts';

export interface PassPorts {
  readonly providers: Readonly<Record<ProviderKind, Provider>>;
  /** What the directory says of a cluster, given what is on its record. */
  declared(cluster: ClusterName, record: ClusterRecord | null): Promise<Declared>;
  /** Wall time of the listing behind `declared`. */
  listedAt(): number;
  readonly statuses: {
    read(cluster: ClusterName): Promise<StatusFile | null>;
    write(cluster: ClusterName, file: StatusFile): Promise<unknown>;
  };
  readonly intents: IntentBox;
  readonly ledger: DeletionLedger;
  readonly maxDeletions: number;
  readonly owner: string;
  /** This controller's own id and the term under which it leads. */
  readonly id: string;
  readonly term: number;
  /** The back-off, should this pass fail, ms. */
  readonly retryMs: number;
  /** Asked right before each effect: whether the lease is still ours. */
  readonly mayBegin: () => boolean;
  /** Minor version of this skep. */
  readonly writer: string;
  readonly clock: Clock;
  /** With cluster, pass and term on every event. */
  readonly sink: EventSink;
  /** Told what the record is after this pass; null: there is none. */
  readonly noteRecord: (record: ClusterRecord | null) => void;
  readonly failpoint: Failpoint;
}

/** One pass over one cluster: look, plan, do the first safe batch, say so. Throws only when this program is wrong or stopped. */
export async function reconcile(cluster: ClusterName, ports: PassPorts, signal: AbortSignal): Promise<Outcome> {
  const { clock, sink } = ports;
  const before = await ports.statuses.read(cluster);
  const wanted = await ports.declared(cluster, null);
  const named = providersNamed(wanted, before, ports);
  const found = await findRecord(cluster, named, Object.values(ports.providers), signal);
  const { provider } = found;
  const taker = { ...ports, mayBeBorn: wanted.kind !== 'absent' || wanted.absence.suspicion !== null };
  const record = await takeUpIntents(cluster, provider, found.record, taker, signal);
  const declared = await ports.declared(cluster, record.ok ? record.value : null);
  const desired = desiredNow(declared, record.ok ? record.value : null);
  const observed: Observed =
    provider && desired
      ? await observe({ cluster, spec: desired.spec }, record, provider, clock, signal)
      : unseen(cluster, record, clock.now());

  const facts = factsFor(cluster, ports, observed.now);
  const plan = claimDeletion(planCluster(declared, observed, facts), declared, observed, facts, ports);
  const road = plan.batch.length > 0 ? planRoad(declared, observed, facts) : null;
  const results: readonly StepResult[] =
    provider && desired ? await execute(plan.batch, effectsOf(observed, desired, provider, ports, sink), signal) : [];

  const failed = results.flatMap(({ step, result }) => (result.ok ? [] : [{ step, problem: result.problem }]));
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
    await ports.statuses.write(cluster, after);
    ports.failpoint('write-status:after');
    tellPass(sink, before, after, plan, results);
  }
  return visit;
}

function providersNamed(declared: Declared, before: StatusFile | null, { providers }: PassPorts): readonly Provider[] {
  const wanted = declared.kind === 'document' ? declared.desired.spec.spec.provider : null;
  return [wanted, before?.status.provider ?? null].flatMap((kind) => (kind ? [providers[kind]] : []));
}

function desiredNow(declared: Declared, record: ClusterRecord | null): Desired | null {
  if (record) return specInForce(declared, record).desired;
  return declared.kind === 'document' ? declared.desired : null;
}

/** Nothing to look at: no good document, and no record or none that can be read. */
function unseen(cluster: ClusterName, record: Observed['record'], now: number): Observed {
  if (!record.ok) return { cluster, now, record, infrastructure: record, swarm: record };
  const carriers = { state: 'absent', differences: [], forwardTo: null, leftovers: 0, images: {} } as const;
  return {
    cluster,
    now,
    record,
    infrastructure: { ok: true, value: { machines: [], carriers, strangers: [] } },
    swarm: { ok: true, value: null },
  };
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
    ref: { cluster: observed.cluster, spec: desired.spec },
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
