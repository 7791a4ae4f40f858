import { describeComplaint } from '../../model/complaint.ts';
import { isoTime } from '../../model/iso-time.ts';
import { describeProblem } from '../../model/problem.ts';
import type { ClusterStatus, StatusFile } from '../../model/status.ts';
import { describeStep, type Step } from '../../model/step.ts';
import { becauseOf, conditionsOf } from './conditions.ts';
import type { FoldAsk } from './fold-ask.ts';
import { generationsOf } from './generation.ts';
import { historyOf } from './history.ts';
import { seenOf } from './last-known.ts';
import { noticesOf } from './notices.ts';
import { judge } from './verdict.ts';
import { withoutSecrets } from './without-secrets.ts';

/** Longest part of a road that a status shows, steps. */
const SHOWN_STEPS = 200;

/** The status after a pass: a function of what was declared, seen, planned and answered, and of the status before. */
export function foldStatus(ask: FoldAsk): StatusFile {
  const { declared, observed, record, desired, before } = ask;
  const verdict = judge(ask, before?.status ?? null);
  const notices = noticesOf(observed, desired, record);
  const document = declared.kind === 'document' ? declared.desired : null;
  const infrastructure = observed.infrastructure.ok ? observed.infrastructure.value : null;
  // Of a cluster without a document only its record tells where it is and came from.
  const last = observed.record.ok ? null : (before?.status ?? null);
  const provider = desired?.spec.spec.provider ?? last?.provider ?? null;
  const { generation, observedGeneration } = generationsOf(ask, verdict.stalled);
  const deletedAt = deletionTime(ask, verdict.phase === 'Deleted');
  return {
    apiVersion: 'skep/v1alpha1',
    kind: 'ClusterStatus',
    metadata: {
      name: observed.cluster,
      generation,
      ...(deletedAt ? { deletionTimestamp: deletedAt } : {}),
      ...(desired ? { labels: desired.spec.metadata.labels, annotations: desired.spec.metadata.annotations } : {}),
    },
    status: {
      observedGeneration,
      specHash: document?.specHash ?? null,
      observedSpecHash: record?.specHash ?? last?.observedSpecHash ?? null,
      source: document?.source ?? record?.source ?? last?.source ?? null,
      provider,
      ...(provider === 'simulated' ? { simulated: true as const } : {}),
      phase: verdict.phase,
      because: becauseOf(verdict, ask),
      conditions: conditionsOf(verdict, ask),
      holds: holdsOf(ask),
      warnings: [...(desired?.warnings ?? [])],
      ...(notices.length > 0 ? { notices } : {}),
      complaints: declared.kind === 'broken' ? declared.complaints.map(describeComplaint) : [],
      ...seenOf(desired, observed, before?.status ?? null),
      endpoints: provider === 'local' ? (desired?.spec.spec.local.publish ?? []).map(endpoint) : [],
      drift: drift(ask),
      plan: planStatus(ask),
      infrastructure: {
        state: infrastructure?.carriers.state ?? 'unknown',
        differences: [...(infrastructure?.carriers.differences ?? [])],
      },
      history: historyOf(verdict, ask),
      nextLookAt: ask.nextLookAt === null ? null : isoTime(ask.nextLookAt),
      lastProblem: lastProblem(ask),
      observation: {
        now: observed.now,
        record: withoutSecrets(observed.record),
        infrastructure: observed.infrastructure,
        swarm: observed.swarm,
      },
      controller: ask.controller,
    },
  };
}

/** ISO 8601; undefined: it is not being deleted. A tombstone keeps it, and so does a record that cannot be read. */
function deletionTime({ record, observed, before }: FoldAsk, isDeleted: boolean): string | undefined {
  if (record?.deletion) return isoTime(record.deletion.markedAt);
  return isDeleted || !observed.record.ok ? before?.metadata.deletionTimestamp : undefined;
}

/** `8080:80` binds every address of the host, as Docker does; said as it is. */
function endpoint(publish: string): string {
  const parts = publish.split(':');
  const [host, from, to] = parts.length === 3 ? parts : ['0.0.0.0', ...parts];
  return `${host}:${from} -> ${to}`;
}

function holdsOf({ plan, before, observed }: FoldAsk): ClusterStatus['holds'] {
  return plan.holds.map((hold) => {
    const last = before?.status.holds.find((h) => h.reason === hold.reason && h.what === hold.what);
    return { ...hold, since: last?.since ?? isoTime(observed.now) };
  });
}

function drift({ plan, before, observed }: FoldAsk): ClusterStatus['drift'] {
  return plan.drift.map((one) => {
    const last = before?.status.drift.find((d) => d.what === one.what && d.difference === one.difference);
    return { ...one, since: last?.since ?? isoTime(observed.now) };
  });
}

function planStatus({ plan, road }: FoldAsk): ClusterStatus['plan'] {
  if (road === null || road.batches.length === 0) return null;
  const said = (step: Step) => ({ kind: step.kind, what: describeStep(step), why: step.why });
  const steps = road.batches.flat().slice(0, SHOWN_STEPS);
  return {
    digest: road.digest,
    nextBatch: plan.batch.map(said),
    road: steps.map((step) => ({ ...said(step), ...step.note, blinks: [...step.note.blinks] })),
    estimate: { ...road.estimate, isCut: road.isCut },
  };
}

function lastProblem({ failed, observed }: FoldAsk): string | null {
  const step = failed[0];
  if (step) return `${describeStep(step.step)}: ${describeProblem(step.problem)}`;
  const look = [observed.record, observed.infrastructure, observed.swarm].find((l) => !l.ok);
  return look && !look.ok ? describeProblem(look.problem) : null;
}
