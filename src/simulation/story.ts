import type { Availability } from '../model/observed.ts';
import type { ServiceWish } from '../providers/simulated/acts.ts';
import type { Side } from './process.ts';

/** A spec as a person writes it: defaults left out. */
type SpecText = string;

/** Everything that happens in one schedule, drawn from its seed: plain data, so that parts of it can be left out. */
export interface Story {
  readonly seed: number;
  /** The documents at the beginning, by path below the specs directory. */
  readonly files: Readonly<Record<string, SpecText>>;
  readonly events: readonly Happening[];
  /** When faults stop, ms after the beginning. */
  readonly quietAt: number;
  /** A controller looks again at what it waits for after so many ms at the earliest; missing: as planned. Hints come in any case. */
  readonly leastRecheckMs?: number;
  /** How long rest is waited for at most, ms; missing: as long as drawn specs can take. */
  readonly patienceMs?: number;
}

/** Clusters are told apart by number: one document each, in the order of `files`. */
export const clusterOf = ({ files }: Story, n: number): string =>
  (Object.keys(files)[n] ?? Object.keys(files)[0] ?? '').replace(/\.yaml$/, '');

export interface Happening {
  /** ms after the beginning. */
  readonly at: number;
  readonly what: What;
}

/** `roll`: in [0, 1), chooses among what is there then. `ms`: how long it lasts. `cluster`: which, by number. */
export type What = { readonly cluster: number } & (
  | { readonly kind: 'kill' | 'stop' | 'destroy'; readonly roll: number; readonly role: Victim }
  | { readonly kind: 'freeze' | 'cut'; readonly roll: number; readonly role: Victim; readonly ms: number }
  | { readonly kind: 'zone'; readonly roll: number; readonly how: 'dark' | 'cut'; readonly ms: number }
  | { readonly kind: 'restart-all' }
  | { readonly kind: 'boots'; readonly how: 'slowly' | 'never'; readonly machines: number }
  /** The next joins are never finished. `named`: their machines know which members they would be. */
  | { readonly kind: 'joins'; readonly machines: number; readonly named: boolean }
  | { readonly kind: 'lock'; readonly roll: number; readonly ms: number }
  | { readonly kind: 'expire'; readonly roll: number }
  | { readonly kind: 'carriers' }
  | { readonly kind: 'availability'; readonly roll: number; readonly set: Availability; readonly undoMs: number | null }
  | { readonly kind: 'role'; readonly roll: number; readonly how: 'promote' | 'demote' }
  | { readonly kind: 'remove-member'; readonly roll: number }
  | { readonly kind: 'ghost'; readonly roll: number }
  | { readonly kind: 'label'; readonly roll: number; readonly label: string; readonly value: string }
  | { readonly kind: 'hold-label'; readonly roll: number; readonly undoMs: number | null }
  | { readonly kind: 'options' | 'change-leader' }
  | { readonly kind: 'rotate-root'; readonly ms: number }
  | { readonly kind: 'stranger-joins' }
  | { readonly kind: 'other-hashes' }
  | { readonly kind: 'deploy'; readonly service: ServiceWish }
  | { readonly kind: 'remove-service'; readonly roll: number }
  | { readonly kind: 'pause-intent'; readonly undoMs: number | null }
  | { readonly kind: 'confirm' | 'retry' | 'abort' | 'rollout' | 'rebalance' | 'recover' }
  | { readonly kind: 'backup'; readonly roll: number; readonly ms: number }
  | { readonly kind: 'clone'; readonly roll: number; readonly undoMs: number | null }
  | { readonly kind: 'newer-skep'; readonly undoMs: number | null }
  | { readonly kind: 'edit'; readonly text: SpecText }
  | { readonly kind: 'write-slowly'; readonly text: SpecText; readonly ms: number }
  | { readonly kind: 'delete-file'; readonly undoMs: number | null }
  | { readonly kind: 'rename'; readonly undoMs: number | null }
  | { readonly kind: 'break' | 'duplicate'; readonly undoMs: number | null }
  | { readonly kind: 'undo' }
  | { readonly kind: 'directory'; readonly how: 'vanishes' | 'denied' | 'empty'; readonly ms: number }
  | { readonly kind: 'checkout-old'; readonly ms: number }
  | {
      readonly kind: 'die';
      readonly calls: number;
      readonly side: Side;
      /** `port.method`: only such calls count; missing: all that go through a door. */
      readonly on?: string;
      readonly downMs: number;
      readonly roll: number;
    }
  | { readonly kind: 'suspend'; readonly ms: number; readonly roll: number }
  | { readonly kind: 'second-controller' }
  | { readonly kind: 'lease-gone' }
  | { readonly kind: 'fault'; readonly fault: CallFault }
);

/** An act without the cluster that it befalls. */
export type Deed = What extends infer W ? (W extends What ? Omit<W, 'cluster'> : never) : never;

export type Victim = 'any' | 'manager' | 'worker' | 'leader';

/** What the next calls of one kind meet. */
export interface CallFault {
  /** `port.method`; `*`: any that changes something. */
  readonly on: string;
  readonly how: FaultKind;
  /** How many calls it meets at most. */
  readonly calls: number;
  /** How long each is late, or how long to wait that is answered. */
  readonly ms: number;
}

export const FAULT_KINDS = [
  'refuse',
  'unreachable',
  'throttle',
  'conflict',
  'late',
  'lose',
  'twice',
  'stale',
  'partial',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];
