import { canonicalJson, type Desired } from '../../model/desired.ts';
import type { Observed } from '../../model/observed.ts';
import type { ClusterRecord } from '../../model/record.ts';
import type { Step } from '../../model/step.ts';
import type { PlanFacts } from './facts.ts';
import { founderName } from './grow.ts';

/** Intents kept at most; older ones that no longer matter are dropped first. */
const MAX_INTENTS = 20;

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
  };
}

/** What the record should say now: the accepted document, what was learnt, what is spent. Null: it says so already. */
export function nextRecord(
  record: ClusterRecord,
  desired: Desired,
  observed: Observed,
  facts: PlanFacts,
  learnt: { readonly ready: boolean; readonly documented: boolean },
): ClusterRecord | null {
  const machines = observed.infrastructure.ok ? observed.infrastructure.value.machines : [];
  const images = observed.infrastructure.ok ? observed.infrastructure.value.carriers.images : {};
  const swarmId = observed.swarm.ok ? (observed.swarm.value?.id ?? null) : null;
  const accepted = record.specHash === desired.specHash;
  const founderThere = machines.some((m) => m.id === record.founder);
  const managersThere = machines.filter((m) => m.pool === 'managers');
  const lost = record.swarmId === null && swarmId === null && !founderThere && managersThere.length > 0;
  const used = new Set(machines.map((m) => m.hash));
  const next: ClusterRecord = {
    ...record,
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
    intents: learnt.documented ? withoutSpent(record, facts, observed.now) : record.intents,
    firstReadyAt: record.firstReadyAt ?? (learnt.ready ? observed.now : null),
  };
  if (canonicalJson(next) === canonicalJson(record)) return null;
  return stamp(next, facts);
}

/** The next revision, as this holder writes it. */
export function stamp(record: ClusterRecord, facts: PlanFacts): ClusterRecord {
  return { ...record, revision: record.revision + 1, term: facts.term, writer: facts.writer, owner: facts.owner };
}

/** For people. The first record and every change of the spec on it accept a document. */
export function whyWritten(record: ClusterRecord, next: ClusterRecord): string {
  return record.specHash === next.specHash ? 'something was learnt' : ACCEPTED;
}

export function recordStep(next: ClusterRecord, why: string): Step {
  return { kind: 'write-record', next, seenRevision: next.revision === 1 ? null : next.revision - 1, why };
}

/** A confirmation is spent once a listing made after it shows the document; so are pauses that ended, and all retries but the last. */
export function withoutSpent(record: ClusterRecord, facts: PlanFacts, now: number): ClusterRecord['intents'] {
  const lastPause = record.intents.filter((i) => i.kind === 'pause' || i.kind === 'resume').at(-1);
  const lastRetry = record.intents.filter((i) => i.kind === 'retry').at(-1);
  const kept = record.intents.filter((intent) => {
    if (intent.kind === 'confirm') return intent.at >= facts.listedAt;
    if (intent.kind === 'retry') return intent === lastRetry;
    return intent === lastPause && intent.kind === 'pause' && (intent.until === null || intent.until > now);
  });
  return kept.length === record.intents.length ? record.intents : kept.slice(-MAX_INTENTS);
}

function hashInputsOf(desired: Desired): Readonly<Record<string, unknown>> {
  return Object.fromEntries(desired.pools.map((p) => [p.machineHash, p.hashInputs]));
}
