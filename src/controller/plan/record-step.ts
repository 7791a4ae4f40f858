import type { Desired } from '../../model/desired.ts';
import { durationsAfter, type Sample } from '../../model/durations.ts';
import { canonicalJson } from '../../model/hash.ts';
import type { HealthNote } from '../../model/health-note.ts';
import type { Observed } from '../../model/observed.ts';
import { labelKeys } from '../../model/read-record.ts';
import type { Applied, ClusterRecord, Rebalance, Rollout } from '../../model/record.ts';
import { LEARNT, type Step } from '../../model/step.ts';
import type { PlanFacts } from './facts.ts';
import { founderName } from './grow.ts';
import { correctionsAfter } from './put-right.ts';
import { withoutSpent } from './spent-intents.ts';

export const ACCEPTED = 'its document was accepted';

/** The first thing of a cluster: a record that says whose it is and what was accepted. */
export function firstRecord(desired: Desired, facts: PlanFacts): ClusterRecord {
  return {
    format: 1,
    cluster: desired.cluster,
    owner: facts.owner,
    term: facts.term,
    writer: facts.writer,
    revision: 1,
    spec: desired.spec,
    specHash: desired.specHash,
    generation: 1,
    source: desired.source,
    founder: founderName(desired, 1, new Set()),
    swarmId: null,
    images: {},
    hashInputs: hashInputsOf(desired),
    intents: [],
    deletion: null,
    firstReadyAt: null,
    applied: { specHash: null, labels: labelKeys(desired.spec) },
    corrections: {},
    health: [],
    rollout: null,
    rebalance: null,
    durations: {},
  };
}

export interface Learnt {
  readonly ready: boolean;
  readonly documented: boolean;
  /** Labels, availability and options are all as declared. */
  readonly applied?: boolean;
  /** What this batch puts right. */
  readonly corrected?: readonly string[];
  /** Left out: as it was. */
  readonly health?: readonly HealthNote[];
  /** Left out: as it was. */
  readonly rollout?: Rollout | null;
  /** Left out: as it was. */
  readonly rebalance?: Rebalance | null;
  /** The rebalance that somebody asked for is over. */
  readonly isSpread?: boolean;
  /** How long what ends with this batch took. */
  readonly samples?: readonly Sample[];
}

/** What the record should say now: the accepted document, what was learnt, what is spent. Null: it says so already. */
export function nextRecord(
  record: ClusterRecord,
  desired: Desired,
  observed: Observed,
  facts: PlanFacts,
  learnt: Learnt,
): ClusterRecord | null {
  const machines = observed.infrastructure.ok ? observed.infrastructure.value.machines : [];
  const images = observed.infrastructure.ok ? observed.infrastructure.value.carriers.images : {};
  const swarmId = observed.swarm.ok ? (observed.swarm.value?.id ?? null) : null;
  const accepted = record.specHash === desired.specHash;
  const founderThere = machines.some((m) => m.id === record.founder);
  const managersThere = machines.filter((m) => m.pool === 'managers');
  const lost = record.swarmId === null && swarmId === null && !founderThere && managersThere.length > 0;
  const used = new Set(machines.map((m) => m.hash));
  const { givenUp: before = [], ...rest } = record;
  const givenUp = lost && record.founder !== null ? [...before, record.founder] : before;
  const isKnown = record.swarmId !== null || swarmId !== null;
  const next: ClusterRecord = {
    ...rest,
    ...(!isKnown && givenUp.length > 0 && { givenUp }),
    spec: desired.spec,
    specHash: desired.specHash,
    generation: accepted ? record.generation : record.generation + 1,
    // A commit that does not touch this document is no reason to write a record.
    source: accepted && record.source.path === desired.source.path ? record.source : desired.source,
    founder: lost ? (managersThere[0]?.id ?? null) : record.founder,
    swarmId: record.swarmId ?? swarmId,
    images: { ...images, ...record.images },
    hashInputs: {
      ...Object.fromEntries(Object.entries(record.hashInputs).filter(([hash]) => used.has(hash))),
      ...hashInputsOf(desired),
    },
    intents: learnt.documented
      ? withoutSpent(record, facts, observed.now, {
          specHash: desired.specHash,
          asDeclared: learnt.ready,
          isSpread: learnt.isSpread ?? false,
        })
      : record.intents,
    firstReadyAt: record.firstReadyAt ?? (learnt.ready ? observed.now : null),
    // What never started under the old document may start under the new.
    health: (learnt.health ?? record.health).filter((n) => accepted || n.kind !== 'startup'),
    rollout: learnt.rollout === undefined ? record.rollout : learnt.rollout,
    rebalance: learnt.rebalance === undefined ? record.rebalance : learnt.rebalance,
    durations: accepted ? durationsAfter(record.durations, learnt.samples ?? []) : record.durations,
    applied: appliedAfter(record, desired, learnt.applied ?? false),
    // A changed document is a fresh word: what was fought over under the old one is tried at once. Its acceptance goes alone.
    corrections: accepted ? correctionsAfter(record.corrections, learnt.corrected ?? [], observed.now) : {},
  };
  if (canonicalJson(next) === canonicalJson(record)) return null;
  return stamp(next, facts);
}

/** Until all is applied, nodes may carry labels of the spec before as well. */
function appliedAfter({ applied, specHash }: ClusterRecord, desired: Desired, isApplied: boolean): Applied {
  const declared = labelKeys(desired.spec);
  if (isApplied) return { specHash: desired.specHash, labels: declared };
  const both = (pool: string) => [...new Set([...(applied.labels[pool] ?? []), ...(declared[pool] ?? [])])].sort();
  const pools = new Set([...Object.keys(applied.labels), ...Object.keys(declared)]);
  return {
    specHash: specHash === desired.specHash ? applied.specHash : null,
    labels: Object.fromEntries([...pools].map((pool) => [pool, both(pool)])),
  };
}

/** The next revision, as this holder writes it. */
export function stamp(record: ClusterRecord, facts: PlanFacts): ClusterRecord {
  return { ...record, revision: record.revision + 1, term: facts.term, writer: facts.writer, owner: facts.owner };
}

/** For people. The first record and every change of the spec on it accept a document. */
export function whyWritten(record: ClusterRecord, next: ClusterRecord): string {
  return record.specHash === next.specHash ? LEARNT : ACCEPTED;
}

export function recordStep(next: ClusterRecord, why: string): Step {
  return { kind: 'write-record', next, seenRevision: next.revision === 1 ? null : next.revision - 1, why };
}

function hashInputsOf(desired: Desired): Readonly<Record<string, unknown>> {
  return Object.fromEntries(desired.pools.map((p) => [p.machineHash, p.hashInputs]));
}
