import { describeComplaint } from '../../model/complaint.ts';
import type { Desired } from '../../model/desired.ts';
import { fromIsoTime, isoTime } from '../../model/iso-time.ts';
import type { Road } from '../../model/plan.ts';
import { describeProblem } from '../../model/problem.ts';
import type { ClusterStatus, Condition, StatusFile } from '../../model/status.ts';
import { describeStep, type Step } from '../../model/step.ts';
import { countNodes, strangeMembers } from './nodes-status.ts';
import { judge, type Told, type Verdict } from './verdict.ts';

export interface FoldAsk extends Told {
  readonly before: StatusFile | null;
  /** The spec in force; null when there is none. */
  readonly desired: Desired | null;
  readonly road: Road | null;
  /** When this cluster is looked at again without a hint, ms since the epoch; null: at the next resync. */
  readonly nextLookAt: number | null;
  readonly controller: { readonly owner: string; readonly id: string; readonly term: number };
}

/** The status after a pass: a function of what was declared, seen, planned and answered, and of the status before. */
export function foldStatus(ask: FoldAsk): StatusFile {
  const { declared, observed, record, desired, before } = ask;
  const verdict = judge(ask, before?.status.phase ?? null);
  const document = declared.kind === 'document' ? declared.desired : null;
  const specHash = document?.specHash ?? null;
  const known = observed.record.ok;
  const accepted = known ? (record?.generation ?? 0) : (before?.status.observedGeneration ?? 0);
  const pending = document !== null && record !== null && record.specHash !== document.specHash;
  const generation = known
    ? Math.max(1, pending ? accepted + 1 : accepted)
    : Math.max(accepted, before?.metadata.generation ?? 1);
  const infrastructure = observed.infrastructure.ok ? observed.infrastructure.value : null;
  const swarm = observed.swarm.ok ? observed.swarm.value : null;
  // Of a cluster without a document only its record tells where it is and came from.
  const last = known ? undefined : before?.status;
  const provider = desired?.spec.spec.provider ?? last?.provider ?? null;
  const source = document?.source ?? record?.source ?? last?.source ?? null;
  const deletedAt = record?.deletion?.markedAt;
  const deletion =
    deletedAt !== undefined
      ? isoTime(deletedAt)
      : verdict.phase === 'Deleted' || !known
        ? before?.metadata.deletionTimestamp
        : undefined;
  const counts = infrastructure
    ? countNodes(desired, infrastructure, swarm)
    : countNodes(desired, EMPTY_INFRASTRUCTURE, null);
  return {
    apiVersion: 'skep/v1alpha1',
    kind: 'ClusterStatus',
    metadata: {
      name: observed.cluster,
      generation,
      ...(deletion ? { deletionTimestamp: deletion } : {}),
      ...(desired ? { labels: desired.spec.metadata.labels, annotations: desired.spec.metadata.annotations } : {}),
    },
    status: {
      // A document that was judged and not accepted is observed: kstatus looks at the generation before Stalled.
      observedGeneration: verdict.stalled ? generation : Math.max(1, accepted),
      specHash,
      observedSpecHash: known ? (record?.specHash ?? null) : (before?.status.observedSpecHash ?? null),
      source,
      provider,
      ...(provider === 'simulated' ? { simulated: true as const } : {}),
      phase: verdict.phase,
      because: because(verdict, ask),
      conditions: conditions(verdict, ask),
      holds: holds(ask),
      warnings: [...(desired?.warnings ?? [])],
      complaints: declared.kind === 'broken' ? declared.complaints.map(describeComplaint) : [],
      ...counts,
      endpoints: provider === 'local' ? (desired?.spec.spec.local.publish ?? []).map(endpoint) : [],
      drift: [],
      strangers: [...(infrastructure?.strangers ?? []), ...strangeMembers(observed.cluster, infrastructure, swarm)],
      plan: planStatus(ask),
      infrastructure: {
        state: infrastructure?.carriers.state ?? 'unknown',
        differences: [...(infrastructure?.carriers.differences ?? [])],
      },
      history: history(verdict, ask),
      nextLookAt: ask.nextLookAt === null ? null : isoTime(ask.nextLookAt),
      lastProblem: lastProblem(ask),
      observation: { record: observed.record, infrastructure: observed.infrastructure, swarm: observed.swarm },
      controller: ask.controller,
    },
  };
}

const EMPTY_INFRASTRUCTURE = {
  machines: [],
  carriers: { state: 'absent', differences: [], forwardTo: null, leftovers: 0, images: {} },
  strangers: [],
} as const;

/** `8080:80` binds every address of the host, as Docker does; said as it is. */
function endpoint(publish: string): string {
  const parts = publish.split(':');
  const [host, from, to] = parts.length === 3 ? parts : ['0.0.0.0', ...parts];
  return `${host}:${from} -> ${to}`;
}

function because(verdict: Verdict, ask: FoldAsk): string {
  if (verdict.ready) return `${verdict.message}.`;
  const since = readyCondition(verdict, ask).lastTransitionTime;
  const next =
    ask.nextLookAt === null ? 'looks again at the next resync or hint' : `looks again at ${isoTime(ask.nextLookAt)}`;
  return `${verdict.message}; not ready since ${since}; ${next}.`;
}

function readyCondition(verdict: Verdict, ask: FoldAsk): Condition {
  return dated(
    { type: 'Ready', status: verdict.ready ? 'True' : 'False', reason: verdict.reason, message: verdict.message },
    ask,
  );
}

function conditions(verdict: Verdict, ask: FoldAsk): Condition[] {
  const list = [readyCondition(verdict, ask)];
  const add = (type: Condition['type'], status: Condition['status'] = 'True'): void => {
    list.push(dated({ type, status, reason: verdict.reason, message: verdict.message }, ask));
  };
  if (verdict.reconciling) add('Reconciling');
  if (verdict.stalled) add('Stalled');
  const invalid = verdict.reason === 'SpecInvalid' || verdict.reason === 'NameConflict';
  list.push(
    dated(
      {
        type: 'SpecValid',
        status: invalid ? 'False' : 'True',
        reason: invalid ? verdict.reason : 'Accepted',
        message: invalid ? verdict.message : 'its document is good',
      },
      ask,
    ),
  );
  return list;
}

/** A condition keeps the time of its last change of status. */
function dated(condition: Omit<Condition, 'lastTransitionTime'>, { before, observed }: FoldAsk): Condition {
  const last = before?.status.conditions.find((c) => c.type === condition.type);
  const lastTransitionTime = last && last.status === condition.status ? last.lastTransitionTime : isoTime(observed.now);
  return { ...condition, lastTransitionTime };
}

function holds({ plan, before, observed }: FoldAsk): ClusterStatus['holds'] {
  return plan.holds.map((hold) => {
    const last = before?.status.holds.find((h) => h.reason === hold.reason && h.what === hold.what);
    return { ...hold, since: last?.since ?? isoTime(observed.now) };
  });
}

function planStatus({ plan, road }: FoldAsk): ClusterStatus['plan'] {
  if (road === null || road.batches.length === 0) return null;
  const said = (step: Step) => ({ kind: step.kind, what: describeStep(step), why: step.why });
  return { digest: road.digest, nextBatch: plan.batch.map(said), road: road.batches.flat().slice(0, 200).map(said) };
}

function lastProblem({ failed, observed }: FoldAsk): string | null {
  const step = failed[0];
  if (step) return `${describeStep(step.step)}: ${describeProblem(step.problem)}`;
  const look = [observed.record, observed.infrastructure, observed.swarm].find((l) => !l.ok);
  return look && !look.ok ? describeProblem(look.problem) : null;
}

/** A change is over when Ready turns True (or the cluster is gone); it began when Ready turned False. */
function history(verdict: Verdict, { before, observed, record }: FoldAsk): ClusterStatus['history'] {
  const past = before?.status.history ?? [];
  const last = before?.status.conditions.find((c) => c.type === 'Ready');
  if (!verdict.ready || last?.status !== 'False' || !before) return past;
  const durationMs = Math.max(0, Math.round(observed.now - fromIsoTime(last.lastTransitionTime)));
  const isNew = past.length === 0 || past.at(-1)?.change === 'deleted';
  const first = isNew && record?.firstReadyAt !== null;
  const change =
    verdict.phase === 'Deleted'
      ? 'deleted'
      : first
        ? 'created'
        : `generation ${record?.generation ?? 0} (${last.reason})`;
  return [...past, { at: isoTime(observed.now), change, durationMs, result: verdict.reason }].slice(-10);
}
