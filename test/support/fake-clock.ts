import { createVirtualClock, type VirtualClock } from '../../src/base/virtual-clock.ts';

export type FakeClock = VirtualClock;

/** A virtual clock for tests that have real files and programs behind it: those are waited for too. */
export const createFakeClock = (startMs = 1_700_000_000_000): FakeClock => createVirtualClock(startMs, settle);

/** One turn of the event loop drains all microtasks; further turns wait for file requests on the thread pool. */
async function settle(): Promise<void> {
  do await new Promise((resolve) => setImmediate(resolve));
  while (process.getActiveResourcesInfo().some((resource) => FILE_REQUEST.test(resource)));
}

/** Node's names of file requests under way (an open file is none) and of programs that run. */
const FILE_REQUEST = /^(FSReq|CloseReq|ProcessWrap)/;
