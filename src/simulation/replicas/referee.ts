import type { Broken } from '../trace.ts';

/** An effect under way: begun, and not ended or broken off yet. */
interface UnderWay {
  readonly by: string;
  readonly term: number;
  /** False: its sender is dead or suspended, and nobody can break it off. */
  readonly isInHand: () => boolean;
}

/** Watches what holders of the lease do, and says when two work at once. */
export interface Referee {
  readonly broken: readonly Broken[];
  readonly effects: number;
  /** Of the last effect that was begun: the next holder learns it from the record. */
  highestTerm(): number;
  /** `effect` begins; answers what to call when it has ended. */
  begins(effect: UnderWay): () => void;
  breaks(invariant: 'S10' | 'L1', why: string): void;
}

export function createReferee(now: () => number): Referee {
  const broken: Broken[] = [];
  const underWay = new Set<UnderWay>();
  let last: UnderWay | null = null;
  let effects = 0;
  const breaks = (invariant: string, why: string): void => void broken.push({ invariant, at: now(), why });
  const isNewer = (effect: UnderWay, than: UnderWay): boolean =>
    effect.term > than.term || (effect.term === than.term && effect.by === than.by);

  return {
    broken,
    get effects() {
      return effects;
    },
    highestTerm: () => last?.term ?? 0,
    begins(effect) {
      effects += 1;
      const told = `${effect.by} begins under term ${effect.term}`;
      if (last && !isNewer(effect, last)) breaks('S10', `${told} after ${last.by} under term ${last.term}`);
      for (const other of underWay) {
        if (!isNewer(effect, other) || other.by === effect.by || !other.isInHand()) continue;
        breaks('S10', `${told} while ${other.by} is still at work under term ${other.term}`);
      }
      if (!last || isNewer(effect, last)) last = effect;
      underWay.add(effect);
      return () => void underWay.delete(effect);
    },
    breaks,
  };
}
