// The program as users run it, with the test times set in its composition root: `node test/support/launch.mjs ARGS…`.
// SKEP_TEST_FAILPOINTS arms failpoints (`name@n`, see src/base/failpoint.ts): the process kills itself there.
import { main } from '../../dist/main.js';

process.exitCode = await main(process.argv.slice(2), {
  lease: { leaseMs: 1_500, renewMs: 250, giveUpMs: 1_000, lookMs: 250, callMs: 200 },
  failpoints: process.env.SKEP_TEST_FAILPOINTS,
});
