import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { noFailpoint } from '../../src/base/failpoint.ts';
import { seededRandom } from '../../src/base/random.ts';
import { createDeletionLedger } from '../../src/controller/deletion-ledger.ts';
import { runPass } from '../../src/controller/run-pass.ts';
import type { ClusterName } from '../../src/model/ids.ts';
import { noFaults } from '../../src/providers/simulated/faults.ts';
import { createSimulatedProvider } from '../../src/providers/simulated/provider.ts';
import { createWorldStore } from '../../src/providers/simulated/world-store.ts';
import { createLoopWorld } from '../controller/loop/support/loop-world.ts';
import { type Aftermath, createMisfortune } from './misfortune.ts';
import { watchWorlds } from './watch.ts';

/** CI keeps a small fleet for a day; `npm run test:soak:long` keeps 200 clusters for a month of virtual time. */
const CLUSTERS = Number(process.env.SKEP_TEST_SOAK_CLUSTERS ?? 3);
const DAYS = Number(process.env.SKEP_TEST_SOAK_DAYS ?? 1);
const HOUR = 3_600_000;
/** Something befalls each cluster so often, on average. */
const EVERY_MS = Number(process.env.SKEP_TEST_SOAK_EVERY_HOURS ?? 3) * HOUR;
/** After the last misfortune. Longest of what is waited for: unhealthyAfter, startupTimeout, three starts in ten minutes. */
const QUIET_MS = 2 * HOUR;
/** Hints make it fast; the resync of 60 s is not what is soaked here. */
const RESYNC_MS = HOUR;

describe('a fleet in a simulated world, over a long time', () => {
  it(
    `${CLUSTERS} clusters, ${DAYS} days of deaths, drift and changes: no invariant broken, memory flat, every hold explained`,
    async () => {
      const loop = createLoopWorld();
      const { clock, files } = loop;
      const random = seededRandom(3);
      const worlds = createWorldStore({ at: 'memory', clock, random, failpoint: noFailpoint });
      const watched = watchWorlds(worlds);
      const provider = createSimulatedProvider({ owner: 'o', clock, worlds: watched.worlds, random, faults: noFaults });
      const fate = createMisfortune(5, worlds, files);
      const names = Array.from({ length: CLUSTERS }, (_, i) => `c${i}` as ClusterName);
      const ledger = createDeletionLedger([], []);
      const unexplained = new Set<string>();
      for (const name of names) fate.declare(name);

      const run = loop.start(
        (cluster, cx) =>
          runPass(
            {
              providers: { aws: provider, simulated: provider, local: provider },
              statuses: {
                read: async (name) => loop.statuses.get(name) ?? null,
                write: async (name, file) => {
                  for (const hold of file.status.holds) {
                    if (!hold.why || !hold.release || !hold.since) unexplained.add(JSON.stringify(hold));
                  }
                  loop.statuses.set(name, file);
                },
              },
              ledgerOf: async () => ledger,
              maxDeletions: 1,
              owner: 'o',
              id: 'soak',
              writer: '0.1',
              clock,
              failpoint: noFailpoint,
            },
            cluster,
            { ...cx, sink: { emit: () => {} } },
          ),
        {
          resyncMs: RESYNC_MS,
          relistMs: HOUR,
          records: async (signal) => {
            const listed = await provider.records.list(signal);
            return {
              records: listed.ok ? listed.value.flatMap((found) => (found.record.ok ? [found.record.value] : [])) : [],
              unreadable: [],
              missing: null,
            };
          },
          hints: (onHint, signal) => provider.infrastructure.hints(onHint, signal),
        },
      );

      await clock.step(10 * 60_000);
      for (const name of names) await fate.deploy(name);
      const after: { at: number; undo: Aftermath['undo'] }[] = [];
      const end = clock.now() + DAYS * 24 * HOUR;
      const heaps: number[] = [];
      const tick = EVERY_MS / CLUSTERS;
      let nextSample = clock.now();
      while (clock.now() < end) {
        await clock.step(tick * 2 * fate.next());
        for (const due of after.filter(({ at }) => at <= clock.now())) {
          after.splice(after.indexOf(due), 1);
          await due.undo();
        }
        const aftermath = await fate.befall(names[Math.floor(fate.next() * names.length)] as ClusterName);
        if (aftermath) after.push({ at: clock.now() + aftermath.inMs, undo: aftermath.undo });
        loop.hint();
        loop.passes.splice(0);
        loop.sink.events.splice(0);
        if (clock.now() >= nextSample) {
          heaps.push(heapUsed());
          nextSample = clock.now() + (DAYS * 24 * HOUR) / 10;
        }
      }
      for (const { undo } of after) await undo();
      loop.hint();
      await clock.step(QUIET_MS);
      expect(watched.broken).toEqual([]);
      expect([...unexplained]).toEqual([]);
      const restless = [...loop.statuses].filter(([, file]) => file.status.phase !== 'Ready');
      expect(restless.map(([name, file]) => `${name}: ${file.status.because}`)).toEqual([]);
      for (const kind of Object.keys(fate.counts)) expect(fate.counts[kind]).toBeGreaterThan(0);
      // Flat: the last tenths are no bigger than the first ones, but for a little.
      const [early, late] = [heaps.slice(1, 4), heaps.slice(-3)].map((part) => Math.min(...part));
      expect(late as number).toBeLessThan((early as number) * 1.25 + 8 * 2 ** 20);
      await run.finish();
    },
    DAYS * CLUSTERS * 10_000 + 60_000,
  );
});

/** What is alive, bytes: without a collection before, it would be what was left lying about. */
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heapUsed(): number {
  collect();
  return process.memoryUsage().heapUsed;
}
