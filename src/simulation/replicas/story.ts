import type { Side } from '../process.ts';

/** What happens to some controllers that share one lease, drawn from a seed: plain data. */
export interface ReplicaStory {
  readonly seed: number;
  /** A file tells at once that it was removed or replaced; of an item in a table that is known at the next renewal. */
  readonly store: 'file' | 'table';
  /** One for each replica: how far its wall clock is ahead, ms. */
  readonly aheadMs: readonly number[];
  readonly events: readonly ReplicaHappening[];
  /** When faults stop, ms after the beginning. */
  readonly quietAt: number;
}

export interface ReplicaHappening {
  /** ms after the beginning. */
  readonly at: number;
  /** Whom it befalls, by number; `leader`: whoever took the highest term. */
  readonly replica: number | 'leader';
  readonly what: ReplicaFault;
}

export type ReplicaFault =
  /** At the `calls`-th call from now, before or after it took effect. */
  | { readonly kind: 'die'; readonly calls: number; readonly side: Side; readonly downMs: number }
  /** Asked to end; started anew after so long. */
  | { readonly kind: 'exit'; readonly downMs: number }
  | { readonly kind: 'suspend'; readonly ms: number }
  /** Its wall clock is set so much further; back: less than 0. */
  | { readonly kind: 'jump'; readonly ms: number }
  | { readonly kind: 'cut'; readonly how: 'refused' | 'silent'; readonly ms: number }
  /** Each way takes up to so long: what nobody waits for any more arrives all the same. */
  | { readonly kind: 'slow'; readonly upToMs: number; readonly ms: number }
  /** Calls take effect, and their answers are lost. */
  | { readonly kind: 'lose'; readonly calls: number }
  | { readonly kind: 'lease-gone' };
