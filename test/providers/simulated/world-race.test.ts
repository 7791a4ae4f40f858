import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { createSimulatedProvider } from '../../../src/providers/simulated/provider.ts';
import { must } from '../../conformance/subject.ts';
import { aRecord, aRef } from '../../support/builders.ts';
import { startTsThread } from '../../support/ts-thread.ts';

it('two threads that write one world at the same time lose no update', { timeout: 60_000 }, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'skep-worlds-'));
  const { records } = createSimulatedProvider({ owner: 'me', clock: systemClock, worlds: dir });
  const signal = new AbortController().signal;
  const { cluster } = aRef();
  must(await records.swap(cluster, null, aRecord({ term: 0 }), signal));
  const entry = new URL('./increment-thread.ts', import.meta.url);
  const threads = [1, 2].map(() => startTsThread(entry, { workerData: { dir, times: 30 } }));
  await Promise.all(threads.map((thread) => once(thread, 'message')));
  expect(must(await records.read(cluster, signal))).toMatchObject({ term: 60, revision: 61 });
  rmSync(dir, { recursive: true });
});
