// The measuring of one fleet, in figures that docs/performance.md states.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openFleet, startController } from './fleet-place.mjs';
import { profiled, sumUp } from './profile.mjs';

const RESYNC_MS = 60_000;
const COMMITS = 100;
const MB = 2 ** 20;

export async function measureFleet(clusters) {
  const fleet = openFleet();
  try {
    await fleet.makeFirst();
    globalThis.gc();
    const empty = process.memoryUsage();
    fleet.copy(clusters);
    console.log(`${clusters} clusters, ${clusters * 10} nodes, ${clusters * 15} tasks`);
    const sweepMs = await calm(fleet, clusters, empty);
    await busy(fleet, clusters, sweepMs);
  } finally {
    fleet.close();
  }
}

/** Start, memory, and a sweep at its own pace, spread over a resync. Answers about how long a sweep takes without a pause, ms. */
async function calm(fleet, clusters, empty) {
  const began = performance.now();
  const atStart = process.cpuUsage();
  const controller = startController(fleet.paths, { resyncMs: RESYNC_MS });
  const { seen } = controller;
  await sleep(1_000);
  const fresh = await latency(fleet, seen, clusters);
  while (seen.passes < clusters) await sleep(10);
  const startMs = performance.now() - began;
  console.log(`start: every cluster visited after ${s(startMs)} s, ${s(cpuMs(atStart))} s of CPU`);
  console.log(`start: a commit 1 s after it, first action after ${fresh.toFixed(0)} ms`);
  await quiet(seen);
  await sleep(5_000);
  const [cpu, from, passes] = [process.cpuUsage(), performance.now(), seen.passes];
  await sleep(RESYNC_MS);
  const share = clusters / (seen.passes - passes);
  console.log(
    `sweep over ${RESYNC_MS / 1_000} s: ${s(cpuMs(cpu) * share)} s of CPU (${seen.passes - passes} passes in ${s(performance.now() - from)} s)`,
  );
  globalThis.gc();
  const now = process.memoryUsage();
  const per = (now.heapUsed - empty.heapUsed) / clusters / 1024;
  console.log(
    `memory: RSS ${(now.rss / MB).toFixed(0)} MB (${(empty.rss / MB).toFixed(0)} before), heap ${per.toFixed(1)} KiB a cluster`,
  );
  await controller.stop();
  return startMs;
}

/** Resyncs that are due faster than they can be done: sweep follows sweep without a pause. */
async function busy(fleet, clusters, sweepMs) {
  const controller = startController(fleet.paths, { resyncMs: Math.max(500, sweepMs / 2) });
  const { seen } = controller;
  while (seen.passes < clusters) await sleep(10);
  const [from, passes] = [performance.now(), seen.passes];
  while (seen.passes < passes + 2 * clusters) await sleep(10);
  console.log(`sweep without a pause: ${s((performance.now() - from) / 2)} s`);
  const times = [];
  for (let n = 0; n < COMMITS; n++) {
    times.push(await latency(fleet, seen, clusters));
    await quiet(seen);
  }
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.ceil(share * times.length) - 1].toFixed(0);
  console.log(`commit → first action meanwhile: p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, longest ${at(1)} ms`);
  const until = seen.passes + 2 * clusters;
  const profile = await profiled(async () => {
    while (seen.passes < until) await sleep(10);
  });
  console.log(sumUp(profile, 2));
  const folder = process.env.BENCH_PROFILE;
  if (folder) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `fleet-${clusters}.cpuprofile`), JSON.stringify(profile));
  }
  await controller.stop();
}

let commits = 0;
/** Another label for some cluster, until the first effect of it begins, ms. */
async function latency(fleet, seen, clusters) {
  commits += 1;
  seen.firstAction = null;
  const began = fleet.commit((commits * 7_919) % clusters, `v${commits}`);
  while (seen.firstAction === null) await sleep(1);
  return seen.firstAction - began;
}

/** No effect for half a second: what the last commit led to is over. */
async function quiet(seen) {
  while (performance.now() - seen.lastAction < 500) await sleep(50);
}

const cpuMs = (since) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000;
};
const s = (ms) => (ms / 1_000).toFixed(2);
