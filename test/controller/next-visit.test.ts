import { describe, expect, it } from 'vitest';
import { nextVisit } from '../../src/controller/next-visit.ts';
import type { HoldReason } from '../../src/model/hold.ts';
import { createKeeper } from '../support/keeper.ts';
import { aSituation, seen } from '../support/worlds.ts';

describe('the next visit of a held cluster', () => {
  it('is left to the resync while only its file or an intent can release it', async () => {
    const keeper = createKeeper();
    keeper.declare({ workers: { web: 1 } });
    await keeper.keep();
    keeper.say({ kind: 'conflict', places: [] });
    expect(await keeper.pass()).toMatchObject({ nextMs: null, rest: { ok: false } });
  });

  it('comes within seconds where a task may end or a person put something right', () => {
    const nextMs = (...reasons: HoldReason[]) => {
      const holds = reasons.map((reason) => ({ reason, what: 'it', why: 'because', release: 'it ends' }));
      const plan = { batch: [], holds, waits: [], asDeclared: false, differences: [], drift: [] };
      return nextVisit(plan, seen(aSituation({ managers: 1 }, { managers: 1 })), [], null).nextMs;
    };
    expect(nextMs('DrainTimedOut')).toBe(5_000);
    expect(nextMs('SpecInvalid', 'LocalDataHeld')).toBe(5_000);
    expect(nextMs('SpecInvalid', 'Paused')).toBeNull();
  });

  it('comes soon while something in the swarm may release it without a word to us', async () => {
    const keeper = createKeeper();
    keeper.declare({ managers: 3, workers: { web: 1 } });
    await keeper.keep();
    const { machines } = await keeper.world();
    const managers = machines.filter((m) => m.pool === 'managers').slice(0, 2);
    for (const { id } of managers) await keeper.acts.freeze(keeper.cluster, id);
    await keeper.clock.step(30_000);
    const outcome = await keeper.pass();
    expect(keeper.status().status.holds[0]?.reason).toMatch(/QuorumLost|SwarmUnreachable/);
    expect(outcome.nextMs === null && !outcome.failed).toBe(false);
  });
});
