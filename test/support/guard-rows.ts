import { expect } from 'vitest';
import { planCluster } from '../../src/controller/plan/plan-cluster.ts';
import type { Declared } from '../../src/model/declared.ts';
import type { EngineView, Member, Observed } from '../../src/model/observed.ts';
import { FACTS, type Situation, seen, withMachine } from './worlds.ts';

/**
 * Guard → the row that fails without it. Each guard was taken out once and its row was seen to fail.
 * A row says what the batch must not hold (`never`), or what it must (`steps`), and which hold or wait is there instead.
 */
export interface Row {
  readonly guard: string;
  readonly at: Situation;
  readonly look?: Partial<Observed>;
  readonly declared?: Declared;
  readonly never?: string;
  readonly steps?: readonly string[];
  readonly held?: string;
  readonly waits?: RegExp;
}

/** Plans the row's situation and checks what it says. */
export function checkRow({ at, look, declared, never, steps, held, waits }: Row): void {
  const plan = planCluster(declared ?? at.declared, seen(at, look), FACTS);
  const kinds = plan.batch.map((s) => s.kind);
  if (never) expect(kinds).not.toContain(never);
  if (steps) expect(kinds).toEqual(steps);
  if (held) expect(plan.holds.map((h) => h.reason)).toContain(held);
  if (waits) expect(plan.waits.map((w) => w.what).join('; ')).toMatch(waits);
  expect(plan.asDeclared).toBe(kinds.length === 0 && plan.holds.length === 0 && plan.waits.length === 0);
}

/** The swarm does not answer. */
export const silent = {
  swarm: { ok: false, problem: { kind: 'unreachable', what: 'the swarm', detail: 'no answer' } },
} as const;

export const engineOf = (at: Situation, id: string, change: Partial<EngineView>): Situation => {
  const engine = at.machines.find((m) => m.id === id)?.engine;
  return withMachine(at, id, { engine: engine ? { ...engine, ...change } : null });
};
export const withMore = (at: Situation, ...members: readonly Member[]): Situation => ({
  ...at,
  swarm: { ...at.swarm, members: [...at.swarm.members, ...members] },
});
export const withRecord = (at: Situation, change: Partial<Situation['record']>): Situation => ({
  ...at,
  record: { ...at.record, ...change },
});
