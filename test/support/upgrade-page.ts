import { vi } from 'vitest';
import { ok } from '../../src/base/result.ts';
import type { Planned } from '../../src/cli/plan/planned.ts';
import { drawTree } from '../../src/cli/render/branch.ts';
import { fleetTree } from '../../src/cli/render/fleet-tree.ts';
import { noPaint } from '../../src/cli/render/paint.ts';
import { planText } from '../../src/cli/render/plan-text.ts';
import { observe } from '../../src/controller/observe.ts';
import { planCluster } from '../../src/controller/plan/plan-cluster.ts';
import { planRoad } from '../../src/controller/plan/plan-road.ts';
import { type Mind, reconcile } from '../../src/controller/reconcile.ts';
import { createKeeper } from './keeper.ts';
import { FACTS } from './worlds.ts';

const WISH = { managers: 3, workers: { web: 2 } } as const;
const NEWER = { ...WISH, spec: { engine: { config: { debug: true } } } };
const WIDTHS = [80, 200];
/** A tree shows the next batch only. */
const NEAR: Mind = { plan: planCluster, road: (declared, observed, facts) => planRoad(declared, observed, facts, 1) };

/** docs/upgrade.md: an upgrade in the simulated world, printed by the program. */
export async function upgradePage(): Promise<string> {
  vi.stubEnv('TZ', 'UTC');
  const { planned, trees } = await upgrade();
  vi.unstubAllEnvs();
  const plans = WIDTHS.map((width) => [`### ${width} columns`, fenced(planText([planned], width, noPaint))]);
  const moments = trees.map(({ title, draw }) => [
    `## ${title}`,
    ...WIDTHS.flatMap((width) => [`### ${width} columns`, fenced(draw(width))]),
  ]);
  return `${[INTRODUCTION, '## What `skep plan` shows', ...plans.flat(), ...moments.flat()].join('\n\n')}\n`;
}

const INTRODUCTION = `# An upgrade, as it is shown

Three managers and two workers get another engine configuration, which replaces every machine. The cluster is simulated; a
[test](../test/docs-generated.test.ts) lives through it and keeps this page as the program prints it. What the steps are for stands
under [rollouts](rollouts.md).`;

async function upgrade() {
  const keeper = createKeeper(6);
  keeper.declare(WISH);
  await keeper.keep();
  const constraints = ['node.labels.skep.pool==web'];
  await keeper.acts.deployService(keeper.cluster, { name: 'shop', replicas: 2, constraints });
  await keeper.clock.step(10_000);
  await keeper.keep();
  const desired = keeper.declare(NEWER);
  const record = keeper.worlds.read(keeper.cluster)?.record ?? null;
  const ref = { cluster: keeper.cluster, spec: desired.spec };
  const observed = await observe(ref, ok(record), keeper.provider, keeper.clock, new AbortController().signal);
  const planned: Planned = {
    name: keeper.cluster,
    provider: 'simulated',
    place: 'demo.yaml:1',
    warnings: [],
    road: planRoad({ kind: 'document', desired }, observed, FACTS),
    observedAt: keeper.clock.now(),
    blind: [],
  };
  const at = async (title: string, because: RegExp) => {
    while (!because.test(keeper.status().status.because)) {
      const { nextMs } = await reconcile(keeper.cluster, keeper.ports, new AbortController().signal, NEAR);
      if (!because.test(keeper.status().status.because)) await keeper.clock.step(nextMs ?? 1_000);
    }
    const [file, now] = [keeper.status(), keeper.clock.now()];
    const fleet = { clusters: [file], source: null, controller: null, unreadable: [] };
    const draw = (width: number) => drawTree(fleetTree(fleet, { now, all: true, own: true }), width, noPaint);
    return { title, draw };
  };
  const trees = [
    await at('The tree while the canary comes', /boots/),
    await at('The tree while the next manager waits for its turn', /demo-managers-\w+ is to be promoted/),
    await at('The tree while an old manager leaves', /demote/),
  ];
  return { planned, trees };
}

const fenced = (lines: readonly string[]): string => ['```text', ...lines, '```'].join('\n');
