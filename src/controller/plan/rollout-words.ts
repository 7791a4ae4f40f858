import type { ClusterRecord, Intent } from '../../model/record.ts';

/** What people said about the rollout in progress: `skep abort`, `skep rollout --now`. The last word counts. */

/** The word that no further node is to be begun; a retry and a rollout asked for after it end it. Null: none. */
export function isAborted(record: ClusterRecord): Intent | null {
  const word = lastOf(record, ['abort', 'rollout', 'retry']);
  return word?.kind === 'abort' ? word : null;
}

/** Somebody asked to wait neither for a maintenance window nor for what is left of settling. */
export const isNow = (record: ClusterRecord): boolean => nowOf(record) !== null;

interface After {
  /** Hash of the document that is in force after this pass. */
  readonly specHash: string;
  /** Nothing is left to do. */
  readonly asDeclared: boolean;
}

/**
 * Whether such a word matters no more: it was taken back or done, or another document than the one it was said about was
 * accepted. Whoever says it beside a changed file may be heard before that file is.
 */
export function isSpentWord(intent: Intent, record: ClusterRecord, { specHash, asDeclared }: After): boolean {
  if (intent !== isAborted(record) && intent !== nowOf(record)) return true;
  return asDeclared || (specHash !== record.specHash && specHash !== intent.specHash);
}

function nowOf(record: ClusterRecord): Intent | null {
  const word = lastOf(record, ['abort', 'rollout']);
  return word?.kind === 'rollout' ? word : null;
}

const lastOf = ({ intents }: ClusterRecord, kinds: readonly Intent['kind'][]): Intent | null =>
  intents.filter((i) => kinds.includes(i.kind)).at(-1) ?? null;
