import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../../src/base/clock.ts';
import type { ClusterName } from '../../../src/model/ids.ts';
import { createSimulatedProvider } from '../../../src/providers/simulated/provider.ts';

/** Raises the record's term `times` times, each time from what it has just read; answers how often it was too late. */
const { dir, times } = workerData as { dir: string; times: number };
const { records } = createSimulatedProvider({ owner: 'me', clock: systemClock, worlds: dir });
const signal = new AbortController().signal;
const cluster = 'demo' as ClusterName;

let conflicts = 0;
for (let done = 0; done < times; ) {
  const seen = await records.read(cluster, signal);
  if (!seen.ok || !seen.value) throw new Error('no record');
  const { revision, term } = seen.value;
  const next = { ...seen.value, revision: revision + 1, term: term + 1 };
  const swapped = await records.swap(cluster, revision, next, signal);
  if (swapped.ok) done += 1;
  else if (swapped.problem.kind === 'conflict') conflicts += 1;
  else throw new Error(JSON.stringify(swapped.problem));
}
parentPort?.postMessage(conflicts);
