import { describe, expect, it } from 'vitest';
import type { CliContext } from '../../../src/cli/context.ts';
import { type SimulatedCluster, simulationReportSchema } from '../../../src/model/simulation-report.ts';
import { rehearse } from '../../../src/simulation/rehearsal/rehearse.ts';
import { createBench } from '../support/cli-context.ts';
import { put } from '../support/status-builder.ts';

const document = (name: string, more = ''): string => `apiVersion: skep/v1alpha1
kind: ClusterSpec
metadata: {name: ${name}}
spec:
  provider: local
  managers: {count: 3}
  workers: [{name: web, count: 2}]
${more}`;

type Asked = Parameters<CliContext['rehearse']>[0];

const FOUND: Omit<SimulatedCluster, 'places'> = {
  name: 'edge',
  declared: 'local',
  assumptions: ['its provider is local; here it is simulated'],
  schedules: 20,
  seed: 1,
  convergedIn: 19,
  converge: { median: 95_000, max: 310_000 },
  steps: { median: 34, max: 61 },
  lowestMargin: 0,
  services: [
    { name: 'sample-api', wanted: 2, least: 2, blinkedIn: 0 },
    { name: 'sample-web', wanted: 4, least: 1, blinkedIn: 12 },
  ],
  holds: [{ reason: 'Braked', schedules: 2 }],
  ends: [{ phase: 'Ready', schedules: 20 }],
  broken: [],
  trace: null,
  timeline: {
    seed: 7,
    everyMs: 8_000,
    rows: [
      { name: 'margin', of: 'margin', values: [null, 0, 1, -1, 1, 1, 1, 1, 1, 1, 1, 1] },
      { name: 'managers', of: 'pool', values: [0, 1, 3, 1, 3, 3, 4, 3, 4, 3, 4, 3] },
      { name: 'a-pool-with-a-long-name', of: 'pool', values: [0, 12, 12, 9, 12, 12, 12, 12, 12, 12, 12, 12] },
    ],
    happenings: [
      { at: 0, what: 'controller-1 starts' },
      { at: 25_000, what: 'edge-managers-ab12 goes with its disk' },
      { at: 26_000, what: 'edge.yaml is changed' },
    ],
  },
};

async function bench(found = FOUND) {
  const asked: Asked[] = [];
  const made = await createBench({
    rehearse: async (wish) => {
      asked.push(wish);
      return { ...found, name: wish.versions[0]?.metadata.name ?? '' };
    },
  });
  return { ...made, asked };
}

describe('simulate', () => {
  it('says what the schedules came to and draws one of them, without colour in 80 columns', async () => {
    const { run, dir, stdout } = await bench();
    await put(dir, 'edge.yaml', document('edge'));
    await put(dir, 'next.yaml', document('edge'));
    expect(await run('simulate', 'edge.yaml', 'next.yaml')).toBe(0);
    expect(
      Math.max(
        ...stdout
          .text()
          .split('\n')
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(80);
    expect(stdout.text()).toMatchInlineSnapshot(`
      "edge  (simulated)  edge.yaml:1, then next.yaml:1
        ! its provider is local; here it is simulated

        schedules       20, seeds 1 to 20
        converged       19 of 20; the last version was reached after 1m35s (median),
                        5m10s (longest)
        ended           Ready 20
        steps           34 (median), 61 (most)
        lowest margin   0: a majority, with none to spare
        sample-api      never blinked
        sample-web      ran 1 of 4 tasks at worst, fewer than all in 12 schedules
        holds met       Braked in 2
        invariants      none broken

        Seed 7, the schedule that took longest. A column is 8s and shows the lowest in
        it; - is below 0, + above 9.
                       0s        1m20s
        margin          01-11111111
        managers       013133434343
        a-pool-with-a… 0++9++++++++
                       A  *
        A      0s  controller-1 starts
        B     25s  edge-managers-ab12 goes with its disk
        C     26s  edge.yaml is changed
      "
    `);
  });

  it('takes documents of one name for versions of it, in the order given, and others for other clusters', async () => {
    const { run, dir, asked } = await bench();
    await put(dir, 'now/edge.yaml', document('edge'));
    await put(dir, 'now/core.yaml', document('core'));
    await put(dir, 'next.yaml', document('edge', '  engine: {config: {debug: true}}\n'));
    expect(await run('simulate', 'now', 'next.yaml', '--schedules', '3', '--seed', '9')).toBe(0);
    const seen = asked.map(({ versions, ...rest }) => ({
      ...rest,
      versions: versions.map(({ metadata, spec }) => [metadata.name, spec.engine.config]),
    }));
    expect(seen).toEqual([
      { schedules: 3, seed: 9, versions: [['core', {}]] },
      {
        schedules: 3,
        seed: 9,
        versions: [
          ['edge', {}],
          ['edge', { debug: true }],
        ],
      },
    ]);
  });

  it('exits 1 with the trace when an invariant was broken', async () => {
    const broken = [{ seed: 7, invariant: 'S2', at: 61_000, why: 'edge: a peer is left behind' }];
    const { run, dir, stdout } = await bench({
      ...FOUND,
      broken,
      trace: ['  1:01.00  ✗ S2: edge: a peer is left behind'],
    });
    await put(dir, 'edge.yaml', document('edge'));
    expect(await run('simulate', 'edge.yaml')).toBe(1);
    expect(stdout.text()).toContain('S2, seed 7, at 1m1s: edge: a peer is left behind');
    expect(stdout.text()).toContain('The trace:\n    1:01.00  ✗ S2');
  });

  it('simulates nothing when a document is wrong', async () => {
    const { run, dir, asked, stderr } = await bench();
    await put(dir, 'edge.yaml', document('edge', '  nonsense: 1\n'));
    expect(await run('simulate', 'edge.yaml')).toBe(2);
    expect(asked).toEqual([]);
    expect(stderr.text()).toContain('nonsense');
  });

  it('lives through a cluster for real, and its JSON is as its schema says', { timeout: 60_000 }, async () => {
    const made = await createBench({ rehearse });
    await put(made.dir, 'edge.yaml', document('edge'));
    expect(await made.run('simulate', 'edge.yaml', '--schedules', '2', '-o', 'json')).toBe(0);
    const report = simulationReportSchema.parse(JSON.parse(made.stdout.text()));
    expect(report).toMatchObject({ simulated: true, clusters: [{ name: 'edge', declared: 'local', broken: [] }] });
  });

  it('publishes its schema', async () => {
    const { run, stdout } = await bench();
    expect(await run('schema', 'simulate')).toBe(0);
    await expect(stdout.text()).toMatchFileSnapshot('../../../manifests/schema/simulationreport.v1alpha1.json');
  });
});
