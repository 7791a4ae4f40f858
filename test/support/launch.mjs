// The program as users run it, with the test times set in its composition root: `node test/support/launch.mjs ARGS…`.
// SKEP_TEST_FAILPOINTS arms failpoints (`name@n`, see src/base/failpoint.ts): the process kills itself there.
import { main } from '../../dist/main.js';

// SKEP_TEST_LEASE_TIMES=3 makes the lease's times so much longer, for a store that is not a file.
const times = Number(process.env.SKEP_TEST_LEASE_TIMES ?? 1);
const lease = { leaseMs: 1_500, renewMs: 250, giveUpMs: 1_000, lookMs: 250, callMs: 200 };

process.exitCode = await main(process.argv.slice(2), {
  lease: Object.fromEntries(Object.entries(lease).map(([name, ms]) => [name, ms * times])),
  agent: { turnMs: 300, graceMs: 1_500, watchMs: 1_000 },
  failpoints: process.env.SKEP_TEST_FAILPOINTS,
});
