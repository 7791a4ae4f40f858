// fleet: what 1,000 clusters with 10,000 nodes, then 10,000 with 100,000, cost one controller on simulated worlds: CPU and
// wall time of a full sweep that changes nothing, memory, and the time from a commit to its first action meanwhile.
//
// Usage: npm run bench:fleet [-- CLUSTERS…]     default 1000 10000; each in a process of its own
// With BENCH_PROFILE=FOLDER the profile of a sweep is kept there, for a flame graph (any viewer of .cpuprofile files).
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { measureFleet } from './fleet-measure.mjs';
import { host } from './place.mjs';

const sizes = process.argv.slice(2);
if (sizes[0] === 'one') await measureFleet(Number(sizes[1]));
else {
  console.log(host());
  for (const size of sizes.length > 0 ? sizes : ['1000', '10000']) {
    const one = ['--expose-gc', fileURLToPath(import.meta.url), 'one', size];
    const { status } = spawnSync(process.execPath, one, { stdio: 'inherit' });
    if (status !== 0) process.exit(status ?? 1);
  }
}
