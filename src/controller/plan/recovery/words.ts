import type { Hold } from '../../../model/hold.ts';
import type { Plan, Wait } from '../../../model/plan.ts';
import type { ClusterRecord, Intent } from '../../../model/record.ts';
import type { Recovery } from '../../../model/recovery.ts';
import type { Step } from '../../../model/step.ts';
import type { PlanFacts } from '../facts.ts';
import { recordStep, stamp } from '../record-step.ts';

/** What is done, instead of all else, while somebody's word to recover or to back up stands on the record. */
export type Exception = Omit<Plan, 'differences'>;

/** How often such a person, who watches, is shown how it stands, ms. Our choice. */
const RECHECK_MS = 500;

export const doing = (batch: readonly Step[]): Exception => ({ ...NOTHING, batch });
export const waitingFor = (...what: readonly string[]): Exception => ({
  ...NOTHING,
  waits: what.map((one): Wait => ({ what: one, recheckMs: RECHECK_MS })),
});
export const heldBy = (holds: readonly Hold[]): Exception => ({ ...NOTHING, holds });

const NOTHING: Exception = { batch: [], holds: [], waits: [], asDeclared: false, drift: [] };

/** The word is done with, or counts no more: it goes off the record, and the next look finds ordinary life again. */
export function spend(record: ClusterRecord, kind: Intent['kind'], why: string, facts: PlanFacts): Exception {
  return doing([recordStep(stamp({ ...record, intents: without(record, kind) }, facts), why)]);
}

export const without = ({ intents }: ClusterRecord, kind: Intent['kind']): ClusterRecord['intents'] =>
  intents.filter((intent) => intent.kind !== kind);

/** Swarms that the word was not about. */
export const isAbout = (word: Recovery, { swarmId }: ClusterRecord): boolean =>
  swarmId === word.swarmId || (word.how === 'restore' && swarmId === word.restored);
