import type { ClusterRecord, Intent } from '../../../model/record.ts';

/** The last of its kind counts. Null: none. */
export const lastWord = ({ intents }: ClusterRecord, kind: Intent['kind']): Intent | null =>
  intents.filter((intent) => intent.kind === kind).at(-1) ?? null;
