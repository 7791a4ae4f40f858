/** How long things took in this very cluster; kept on its record, for the estimates of a plan. */
export interface Durations {
  /** From a machine asked for to its node admitted. */
  readonly startup?: Duration;
  /** From a drain begun to its machine removed. */
  readonly drain?: Duration;
}

interface Duration {
  /** Moving average, ms. */
  readonly ms: number;
  /** How many were seen. */
  readonly count: number;
}

export interface Sample {
  readonly kind: keyof Durations;
  readonly ms: number;
}

/** How many of the last ones an average is of, roughly: our choice, a pool's worth. */
const SPAN = 10;

/** The averages after these were seen. */
export function durationsAfter(durations: Durations, samples: readonly Sample[]): Durations {
  const after: Partial<Record<Sample['kind'], Duration>> = { ...durations };
  for (const { kind, ms } of samples) {
    const { ms: was, count } = after[kind] ?? { ms: 0, count: 0 };
    after[kind] = { ms: Math.round(was + (ms - was) / Math.min(count + 1, SPAN)), count: count + 1 };
  }
  return after;
}
