/** What many schedules met, as plain numbers that can be added up and sent between processes. */
export interface Counts {
  schedules: number;
  /** Effects that were begun, and how often a lease was taken. */
  effects: number;
  taken: number;
  /** Faults, by kind. */
  faults: Record<string, number>;
  broken: { readonly seed: number; readonly invariant: string; readonly why: string }[];
}

/** Below so many schedules luck decides. */
const FROM = 2_000;
/** Of a schedule: it is about changes of the holder, and each kind of fault has to come in one of five. */
const LEAST = { taken: 2, effects: 20, fault: 0.2 } as const;
const KINDS = ['die', 'exit', 'suspend', 'jump', 'cut', 'slow', 'lose', 'lease-gone'] as const;

/** What was met too rarely, for people; empty: all of it was met often enough, or the search was too short to say. */
export function shortfalls({ schedules, effects, taken, faults }: Counts): readonly string[] {
  if (schedules < FROM) return [];
  const rare = (what: string, met: number, least: number): readonly string[] =>
    met < least * schedules ? [`${what}: ${met}, at least ${least * schedules} needed`] : [];
  return [
    ...rare('leases taken', taken, LEAST.taken),
    ...rare('effects', effects, LEAST.effects),
    ...KINDS.flatMap((kind) => rare(kind, faults[kind] ?? 0, LEAST.fault)),
  ];
}
