import { describe, expect, it } from 'vitest';
import { planCluster } from '../../../src/controller/plan/plan-cluster.ts';
import type { ClusterSpec } from '../../../src/model/cluster-spec/schema.ts';
import { rehearse } from '../../../src/simulation/rehearsal/rehearse.ts';
import type { Decide } from '../../../src/simulation/simulation.ts';
import { aSpec } from '../../support/builders.ts';

const signal = new AbortController().signal;
const run = (versions: readonly ClusterSpec[], schedules = 2, plan?: Decide, seed = 1) =>
  rehearse({ versions, schedules, seed }, () => {}, signal, plan);
const edge = (spec: Record<string, unknown> = {}) =>
  aSpec({ name: 'edge', managers: 1, workers: { web: 2 }, spec: { rollout: { settle: '5s' }, ...spec } });

describe('a rehearsal', { timeout: 120_000 }, () => {
  it('says the same for the same seed, and something else for another', async () => {
    const first = await run([edge()]);
    expect(await run([edge()])).toEqual(first);
    expect((await run([edge()], 2, undefined, 11)).timeline.happenings).not.toEqual(first.timeline.happenings);
  });

  it('rehearses an upgrade: the second version is reached, machine by machine, and no invariant is broken', async () => {
    const versions = [edge(), edge({ engine: { config: { debug: true } } })];
    const { converge, convergedIn, steps, broken, trace, ends } = await run(versions, 3);
    expect({ broken, trace }).toEqual({ broken: [], trace: null });
    // Who comes to rest as declared has been there.
    expect(convergedIn).toBeGreaterThanOrEqual(ends.find(({ phase }) => phase === 'Ready')?.schedules ?? 99);
    // Three nodes one by one, each settled for 5 s.
    expect(converge?.median).toBeGreaterThan(15_000);
    expect(steps.median).toBeGreaterThan(3 * 6);
  });

  it('replaces machines where a change does so at the provider that the document asks for', async () => {
    const local = (image: string) => edge({ provider: 'local', local: { image } });
    const [same, other] = await Promise.all([
      run([local('docker:28-dind'), local('docker:28-dind')], 1),
      run([local('docker:28-dind'), local('docker:29-dind')], 1),
    ]);
    expect(other.steps.median).toBeGreaterThan(same.steps.median + 3 * 4);
    expect(other.declared).toBe('local');
    expect(other.assumptions).toContain('its provider is local; here it is simulated');
  });

  it('waits for no maintenance window, and says so', async () => {
    const maintenance = { windows: [{ start: '0 2 * * 2', duration: '1h' }] };
    const found = await run([edge({ maintenance }), edge({ maintenance, engine: { config: { debug: true } } })]);
    expect(found.convergedIn).toBeGreaterThan(0);
    expect(found.holds.map(({ reason }) => reason)).not.toContain('OutsideWindow');
    expect(found.assumptions.join()).toContain('maintenance windows are left out');
  });

  it('counts services that blinked, and draws the course of a schedule', async () => {
    const versions = [edge(), edge({ engine: { config: { debug: true } } })];
    const { services, timeline } = await run(versions, 1);
    const web = services.find(({ name }) => name === 'sample-web');
    expect(web).toMatchObject({ wanted: 4, blinkedIn: 1 });
    expect(web?.least).toBeLessThan(4);
    const rows = new Map(timeline.rows.map(({ name, values }) => [name, values]));
    expect([...rows.keys()]).toEqual(['margin', 'managers', 'web', 'sample-web', 'sample-api']);
    expect(Math.max(...(rows.get('web') ?? []).map(Number))).toBeGreaterThanOrEqual(2);
    expect(new Set(timeline.rows.map(({ values }) => values.length)).size).toBe(1);
    expect(timeline.rows[0]?.values.length).toBeLessThanOrEqual(60);
    expect(timeline.happenings.map(({ what }) => what)).toContain('edge.yaml is changed');
  });

  it('finds a planner that takes a manager away while it is in raft, and prints the trace', async () => {
    const mistaken: Decide = (declared, observed, known) => {
      const plan = planCluster(declared, observed, known);
      const machines = observed.infrastructure.ok ? observed.infrastructure.value.machines : [];
      const victim = machines.find((m) => m.engine?.isManager);
      const isReady = observed.record.ok && observed.record.value?.firstReadyAt;
      if (!victim || !isReady || plan.batch.length > 0) return plan;
      return { ...plan, batch: [{ kind: 'remove-machine', machine: victim.id, why: 'a mistake' }] };
    };
    const { broken, trace } = await run([edge()], 1, mistaken);
    expect(broken.map(({ invariant }) => invariant)).toContain('S2');
    expect(trace?.some((line) => line.includes('✗ S2'))).toBe(true);
  });

  it('ends when it is interrupted', async () => {
    const stop = new AbortController();
    const running = rehearse({ versions: [edge()], schedules: 9, seed: 1 }, () => stop.abort(), stop.signal);
    await expect(running).rejects.toThrow();
  });
});
