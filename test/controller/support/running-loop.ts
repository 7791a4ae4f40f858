import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { noFailpoint } from '../../../src/base/failpoint.ts';
import { seededRandom } from '../../../src/base/random.ts';
import { createDeletionLedger, ledgerByTerm } from '../../../src/controller/deletion-ledger.ts';
import { runController } from '../../../src/controller/loop/controller.ts';
import { type FileDoor, realFileDoor } from '../../../src/controller/loop/file-door.ts';
import { createRecordsReader } from '../../../src/controller/records-reader.ts';
import { runPass } from '../../../src/controller/run-pass.ts';
import { createInbox, leaveIntent } from '../../../src/controller/store/inbox.ts';
import { createStatusFiles } from '../../../src/controller/store/status-files.ts';
import type { ClusterName } from '../../../src/model/ids.ts';
import { createSimulatedProvider } from '../../../src/providers/simulated/provider.ts';
import { createWorldStore } from '../../../src/providers/simulated/world-store.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { collectEvents } from '../loop/support/collect-events.ts';
import { createMemoryLease } from '../loop/support/memory-lease.ts';
import { put, sourceOf, specText, temporaryDirectory } from '../loop/support/specs.ts';

export const MINUTE = 60_000;

/**
 * A whole controller in virtual time: real spec files in a temporary directory, real stores, a simulated world.
 * `door` may be changed while it runs: what the directory looks like through it.
 */
export function createRunningLoop() {
  const base = temporaryDirectory();
  const [specs, status, state] = [join(base, 'clusters'), join(base, 'status'), join(base, 'state')];
  const clock = createFakeClock();
  const random = seededRandom(1);
  const worlds = createWorldStore({ at: 'memory', clock, random });
  const provider = createSimulatedProvider({ owner: 'me', clock, worlds, random });
  const lease = Object.assign(createMemoryLease(), { isInPlace: () => true });
  const sink = collectEvents();
  const world = { specs, clock, worlds, sink, door: realFileDoor as FileDoor };
  const door: FileDoor = {
    readdir: (path) => world.door.readdir(path),
    stat: (path) => world.door.stat(path),
    realpath: (path) => world.door.realpath(path),
    readFile: (path, max) => world.door.readFile(path, max),
  };

  /** A controller of its own, as another process would be. */
  function start(id = 'one', more: { readonly maxDeletions?: number } = {}) {
    const stop = new AbortController();
    const statuses = createStatusFiles(status);
    const records = createRecordsReader([provider], new Set());
    const ledgerOf = ledgerByTerm(async () =>
      createDeletionLedger(await statuses.list(), (await records(stop.signal)).records),
    );
    const ended = runController(
      {
        owner: 'me',
        id,
        pid: 1,
        version: '0.1.0',
        specsDirectory: specs,
        source: sourceOf(specs, { door, clock }),
        watch: () => ({ set: async () => false, close: async () => {} }),
        statuses,
        inbox: createInbox(state, sink),
        lease,
        records,
        hints: (onHint, stopped) => provider.infrastructure.hints(onHint, stopped),
        workers: 4,
        resyncMs: MINUTE,
        relistMs: 10_000,
        deletionGraceMs: 30_000,
        once: false,
        clock,
        random: seededRandom(2),
        sink,
        reconcile: (cluster, cx) =>
          runPass(
            {
              providers: { aws: provider, simulated: provider, local: provider },
              statuses,
              ledgerOf,
              maxDeletions: more.maxDeletions ?? 1,
              owner: 'me',
              id,
              writer: '0.1',
              clock,
              failpoint: noFailpoint,
            },
            cluster,
            cx,
          ),
      },
      stop.signal,
    );
    return {
      async end() {
        stop.abort();
        await clock.step(5_000);
        await ended;
      },
    };
  }

  const statusOf = async (name: string) => (await createStatusFiles(status).read(name as ClusterName))?.status;
  /** Its machines by name, with their member's availability: what a disturbed cluster would not keep. */
  function standing(name: string): readonly string[] {
    const there = worlds.read(name as ClusterName);
    if (!there) return [];
    const members = there.swarms.flatMap((swarm) => swarm.members);
    const deletion = there.record?.deletion ? ['deletion marked'] : [];
    return [...deletion, ...there.machines.map((m) => m.id).sort(), ...members.map((m) => `${m.id} ${m.availability}`)];
  }

  return Object.assign(world, {
    start,
    statusOf,
    standing,
    path: (file: string) => join(specs, file),
    write: (file: string, name: string, workers = 1) => put(join(specs, file), specText(name, workers)),
    remove: (file: string) => rm(join(specs, file), { recursive: true }),
    confirm: (name: string) =>
      leaveIntent(state, {
        cluster: name as ClusterName,
        intent: { id: `confirm-${name}`, kind: 'confirm', by: 'ops', at: clock.now(), reason: null, until: null },
      }),
    async untilReady(...names: readonly string[]) {
      const isReady = async () => (await Promise.all(names.map(statusOf))).every((s) => s?.phase === 'Ready');
      await clock.until(isReady, 2 * MINUTE);
    },
    /** Lets `ms` go by, and answers how each cluster stands afterwards. */
    async after(ms: number, ...names: readonly string[]) {
      await clock.step(ms);
      return names.map(standing);
    },
    /** `reason: why` of what is held. */
    holds: async (name: string) => ((await statusOf(name))?.holds ?? []).map(({ reason, why }) => `${reason}: ${why}`),
  });
}
