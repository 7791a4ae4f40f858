// queue: keys per second through our work queue and its workers with an empty pass, beside controller-runtime and the bare
// client-go queue, run by Go in the same session (queue-go/).
//
// Usage: npm run bench:queue [-- KEYS]          default 500,000 keys a round, 5 rounds; without a `go` only ours is run
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../dist/base/clock.js';
import { seededRandom } from '../dist/base/random.js';
import { createWorkQueue } from '../dist/controller/loop/work-queue.js';
import { runWorkers } from '../dist/controller/loop/workers.js';
import { host } from './place.mjs';

const keys = Number(process.argv[2] ?? 500_000);
const ROUNDS = 5;
/** As many as `skep run` has, and as Go is given. */
const WORKERS = 8;

console.log(host());
const rates = [];
for (let round = 0; round <= ROUNDS; round++) {
  const rate = await passes(keys);
  if (round > 0) rates.push(rate);
}
console.log(`skep: queue and workers, ${keys} keys: ${spread(rates)} keys/s`);
try {
  const go = process.env.GO ?? 'go';
  const folder = fileURLToPath(new URL('./queue-go', import.meta.url));
  process.stdout.write(execFileSync(go, ['run', '.', String(keys), String(ROUNDS)], { cwd: folder, encoding: 'utf8' }));
} catch (error) {
  console.log(`Go was not run: ${error.message.split('\n')[0]}`);
}

/** Every key is added once and visited once; the rate over all of it, keys a second. */
async function passes(count) {
  const stop = new AbortController();
  const queue = createWorkQueue(systemClock, stop.signal);
  let left = count;
  const working = runWorkers(
    {
      count: WORKERS,
      queue,
      visit: async () => ({ nextMs: null, failed: false, rest: null }),
      resyncMs: () => null,
      onOutcome: () => {
        left -= 1;
        if (left === 0) stop.abort();
      },
      clock: systemClock,
      random: seededRandom(1),
      sink: { emit: () => {} },
    },
    stop.signal,
  );
  const began = performance.now();
  for (let i = 0; i < count; i++) queue.add(`cluster-${i}`, 'resync');
  await working;
  return count / ((performance.now() - began) / 1_000);
}

function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return `${[sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)].map(Math.round).join(' / ')} (lowest / median / highest)`;
}
