import type { ClusterRecord } from '../../model/record.ts';
import type { PlanFacts } from './facts.ts';
import { lastWord } from './recovery/last-word.ts';
import { isSpentWord } from './rollout-words.ts';

/** Intents kept at most; older ones that no longer matter are dropped first. */
const MAX_INTENTS = 20;

/** What is true after this pass. */
interface After {
  readonly specHash: string;
  readonly asDeclared: boolean;
  /** The rebalance that somebody asked for is over. */
  readonly isSpread: boolean;
}

/** A confirmation is spent once a listing made after it shows the document; so are pauses that ended, and all retries but the last. */
export function withoutSpent(
  record: ClusterRecord,
  facts: PlanFacts,
  now: number,
  after: After = { specHash: record.specHash, asDeclared: false, isSpread: false },
): ClusterRecord['intents'] {
  const lastPause = record.intents.filter((i) => i.kind === 'pause' || i.kind === 'resume').at(-1);
  const lastRetry = record.intents.filter((i) => i.kind === 'retry').at(-1);
  const kept = record.intents.filter((intent) => {
    if (intent.kind === 'confirm') return intent.at >= facts.listedAt;
    if (intent.kind === 'retry') return intent === lastRetry;
    if (intent.kind === 'rebalance') return !after.isSpread && intent === lastWord(record, intent.kind);
    // These are over when the plan that follows from them says so.
    if (intent.kind === 'recover' || intent.kind === 'backup') return intent === lastWord(record, intent.kind);
    if (intent.kind === 'abort' || intent.kind === 'rollout') return !isSpentWord(intent, record, after);
    return intent === lastPause && intent.kind === 'pause' && (intent.until === null || intent.until > now);
  });
  return kept.length === record.intents.length ? record.intents : kept.slice(-MAX_INTENTS);
}
