import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { planCluster } from '../../src/controller/plan/plan-cluster.ts';
import { drawStory } from '../../src/simulation/draw-story.ts';
import { type Ran, runSchedule, runStory } from '../../src/simulation/run-schedule.ts';
import { shrink } from '../../src/simulation/shrink.ts';
import type { Decide } from '../../src/simulation/simulation.ts';
import { tellTrace } from '../../src/simulation/tell.ts';

const digest = ({ trace }: Ran): string =>
  createHash('sha256').update(JSON.stringify(trace.entries)).update(JSON.stringify(trace.end?.worlds)).digest('hex');

describe('a schedule', () => {
  it('is the same, byte for byte, whenever it is lived through', { timeout: 60_000 }, async () => {
    for (const seed of [3, 29]) {
      const [first, second] = [await runSchedule(seed), await runSchedule(seed)];
      expect(first.trace.entries.length).toBeGreaterThan(100);
      expect(digest(second)).toBe(digest(first));
    }
    expect(drawStory(4)).not.toEqual(drawStory(5));
  });

  it('brings forth a whole life of a cluster, and its end', { timeout: 60_000 }, async () => {
    const { trace, broken } = await runStory({ ...drawStory(2), events: [] });
    expect(broken).toEqual([]);
    const causes = new Set(trace.entries.flatMap((e) => (e.kind === 'change' ? [e.cause] : [])));
    for (const cause of ['write-record', 'ensure-carriers', 'grow-pool', 'init-swarm', 'set-node'] as const) {
      expect(causes).toContain(cause);
    }
    expect([...(trace.end?.statuses.values() ?? [])].map(({ status }) => status.phase)).toEqual(['Ready']);
  });
});

describe('a planner with a mistake', () => {
  /** Takes the whole pool away at once, tasks or not. */
  const hasty: Decide = (declared, observed, facts) => {
    const plan = planCluster(declared, observed, facts);
    const drains = plan.batch.filter((step) => step.kind === 'set-node' && step.availability === 'drain');
    const machines = observed.infrastructure.ok ? observed.infrastructure.value.machines : [];
    const removals = drains.flatMap((step) => {
      const machine = machines.find((m) => step.kind === 'set-node' && m.id === step.hostname);
      return machine ? [{ kind: 'remove-machine', machine: machine.id, why: step.why } as const] : [];
    });
    return { ...plan, batch: [...plan.batch.filter((step) => !drains.includes(step)), ...removals] };
  };
  const spec = (count: number) =>
    JSON.stringify({
      apiVersion: 'skep/v1alpha1',
      kind: 'ClusterSpec',
      metadata: { name: 'alpha', labels: {} },
      spec: {
        provider: 'simulated',
        managers: { count: 1 },
        workers: [{ name: 'web', count }],
        simulated: { bootTime: '1s' },
      },
    });
  const story = {
    seed: 1,
    files: { 'alpha.yaml': spec(3) },
    quietAt: 120_000,
    events: [
      { at: 20_000, what: { cluster: 0, kind: 'deploy', service: { name: 'shop', replicas: 4 } } },
      { at: 30_000, what: { cluster: 0, kind: 'label', roll: 0.5, label: 'rack', value: 'z' } },
      { at: 40_000, what: { cluster: 0, kind: 'options' } },
      { at: 50_000, what: { cluster: 0, kind: 'edit', text: spec(1) } },
      { at: 60_000, what: { cluster: 0, kind: 'change-leader' } },
    ],
  } as const;

  it('is caught, shrunk to what it takes, and told so that one can follow', { timeout: 120_000 }, async () => {
    const { broken } = await runStory(story, hasty);
    const [first] = broken;
    expect(broken.map(({ invariant }) => invariant)).toContain('S4');
    if (!first) return;
    const shortest = await shrink(story, first, hasty);
    expect(shortest.events.map(({ what }) => what.kind)).toEqual(['deploy', 'edit']);
    const again = await runStory(shortest, hasty);
    const told = tellTrace(again.trace, again.broken);
    expect(told).toMatch(/alpha\.yaml is changed[\s\S]*✗ S4: alpha: \S+ is terminated with \d tasks on it/);
    expect(await runStory(shortest).then((ran) => ran.broken)).toEqual([]);
  });
});
