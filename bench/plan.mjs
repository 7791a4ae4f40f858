// plan: time of one plan, and of its road, for a cluster of 7 managers and 1,000 workers in the middle of a rollout: every
// other machine is made from an older spec; 50 services, 5,000 tasks.
//
// Usage: npm run bench:plan [-- PLANS]          default 50 plans and 5 roads, after as many to warm up
// With BENCH_PROFILE=FOLDER a profile of the plans is kept there.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { foldStatus } from '../dist/controller/fold-status/fold-status.js';
import { planCluster } from '../dist/controller/plan/plan-cluster.js';
import { planRoad } from '../dist/controller/plan/plan-road.js';
import { host } from './place.mjs';
import { FACTS, largeCluster } from './plan-world.mjs';
import { profiled, sumUp } from './profile.mjs';

const plans = Number(process.argv[2] ?? 50);
const { declared, observed, desired, record } = largeCluster();
const plan = planCluster(declared, observed, FACTS);
console.log(host());
console.log(
  `first batch: ${plan.batch.map((step) => step.kind).join(', ') || 'nothing'}; ${plan.holds.length} holds, ${plan.waits.length} waits`,
);
const fold = () =>
  foldStatus({
    before: null,
    declared,
    observed,
    plan,
    road: null,
    desired,
    failed: [],
    record,
    nextLookAt: null,
    controller: { owner: FACTS.owner, id: 'bench', term: 1 },
  });
/** A look of its own for each plan: what a plan notes about one look must not help the next. */
function freshLook() {
  const { members, services, tasks } = observed.swarm.value;
  const swarm = { ...observed.swarm.value, members: [...members], services: [...services], tasks: [...tasks] };
  return { ...observed, swarm: { ok: true, value: swarm } };
}
report('one plan', plans, () => planCluster(declared, freshLook(), FACTS));
report('one status', plans, fold);
report('the road', Math.ceil(plans / 10), () => planRoad(declared, observed, FACTS));
const profile = await profiled(async () => {
  for (let i = 0; i < plans; i++) planCluster(declared, freshLook(), FACTS);
});
console.log(sumUp(profile, plans));
const folder = process.env.BENCH_PROFILE;
if (folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'plan.cpuprofile'), JSON.stringify(profile));
}

function report(what, times, run) {
  const took = [];
  for (let i = 0; i < 2 * times; i++) {
    const began = performance.now();
    run();
    if (i >= times) took.push(performance.now() - began);
  }
  took.sort((a, b) => a - b);
  const at = (share) => took[Math.ceil(share * took.length) - 1].toFixed(1);
  console.log(`${what}: median ${at(0.5)} ms, p90 ${at(0.9)} ms, longest ${at(1)} ms`);
}
