// jumping-clock: with `--import`, SIGUSR2 sets this process's wall clock SKEP_TEST_JUMP_MS further (back: less than 0), each time.
// Its monotonic clock and its timers go on as they were, as they do when a host's clock is set.
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

const jumpMs = Number(process.env.SKEP_TEST_JUMP_MS);
let aheadMs = 0;

if (isMainThread) {
  const RealDate = globalThis.Date;
  const now = () => RealDate.now() + aheadMs;
  globalThis.Date = class extends RealDate {
    constructor(...args) {
      if (args.length === 0) super(now());
      else super(...args);
    }
    static now() {
      return now();
    }
  };
  process.on('SIGUSR2', () => {
    aheadMs += jumpMs;
  });
}
