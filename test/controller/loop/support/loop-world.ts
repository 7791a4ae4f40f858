import { expect } from 'vitest';
import { seededRandom } from '../../../../src/base/random.ts';
import { type ControllerOptions, runController } from '../../../../src/controller/loop/controller.ts';
import type { PassContext } from '../../../../src/controller/loop/pass-context.ts';
import { foldListing } from '../../../../src/controller/loop/source-view.ts';
import type { Outcome } from '../../../../src/controller/loop/workers.ts';
import type { PendingIntent } from '../../../../src/controller/store/inbox.ts';
import type { StatusStore } from '../../../../src/controller/store/status-files.ts';
import { parseFile } from '../../../../src/model/cluster-spec/parse.ts';
import { expand } from '../../../../src/model/desired.ts';
import type { ControllerFile, IndexFile, SourceFile } from '../../../../src/model/fleet-status.ts';
import type { ClusterName } from '../../../../src/model/ids.ts';
import type { ClusterRecord } from '../../../../src/model/record.ts';
import type { StatusFile } from '../../../../src/model/status.ts';
import { createFakeClock, type FakeClock } from '../../../support/fake-clock.ts';
import { collectEvents } from './collect-events.ts';
import { createMemoryLease, type MemoryLease } from './memory-lease.ts';
import { specText } from './specs.ts';

/** The lease of a controller that ended cleanly. */
const BEFORE = { holder: 'before', term: 1, renewals: 0, released: true };

export const RESTS: Outcome = { nextMs: null, failed: false, rest: { ok: true, because: 'as declared' } };

export function aRecord(name: string, { path = `${name}.yaml`, term = 1 } = {}): ClusterRecord {
  const spec = parseFile(path, specText(name)).documents[0]?.spec;
  if (!spec) throw new Error('the test spec is wrong');
  const { specHash, source } = expand(spec, { path, line: 1, commit: null });
  return {
    format: 1,
    cluster: name as ClusterName,
    owner: 'o',
    term,
    writer: '0.1',
    revision: 1,
    spec,
    specHash,
    generation: 1,
    source,
    founder: null,
    swarmId: null,
    images: {},
    hashInputs: {},
    intents: [],
    deletion: null,
    firstReadyAt: null,
    applied: { specHash: null, labels: {} },
    corrections: {},
    health: [],
    rollout: null,
    rebalance: null,
    durations: {},
  };
}

/** Everything around the loop, in memory, and one virtual clock. `files` is the specs directory: path → text. */
export function createLoopWorld(clock: FakeClock = createFakeClock(), lease: MemoryLease = createMemoryLease(BEFORE)) {
  const files = new Map<string, string>();
  const records = new Map<string, ClusterRecord>();
  const intents: PendingIntent[] = [];
  const written: { index?: IndexFile; source?: SourceFile; controller?: ControllerFile } = {};
  const statuses = new Map<string, StatusFile>();
  const passes: { key: string; at: number; context: PassContext }[] = [];
  const sink = collectEvents();
  const world = { clock, lease, files, records, intents, written, statuses, passes, sink, isVanished: false };
  let hint = (): void => {};
  let providerHint = (_: ClusterName): void => {};

  const store: StatusStore = {
    prepare: async () => {},
    read: async (cluster) => statuses.get(cluster) ?? null,
    write: async (cluster, status) => Boolean(statuses.set(cluster, status)),
    onChange: () => () => {},
    list: async () => [...statuses.values()],
    removeTombstones: async () => [],
    writeIndex: async (file) => Boolean(Object.assign(written, { index: file })),
    writeSource: async (file) => Boolean(Object.assign(written, { source: file })),
    writeController: async (file) => Boolean(Object.assign(written, { controller: file })),
    highestTerm: async () => Math.max(0, ...[...statuses.values()].map(({ status }) => status.controller?.term ?? 0)),
  };

  function start(
    reconcile: (key: ClusterName, cx: PassContext) => Promise<Outcome>,
    more: Partial<ControllerOptions> = {},
  ) {
    const stop = new AbortController();
    const ended = runController(
      {
        owner: 'o',
        id: 'me',
        pid: 1,
        version: '0.1.0',
        specsDirectory: '/specs',
        source: {
          list: async () => view(),
          watchPaths: async () => [],
          ageOf: async () => ({ kind: 'not-older' }),
        },
        watch: (onHint) => {
          hint = onHint;
          return { set: async () => false, close: async () => {} };
        },
        statuses: store,
        inbox: {
          directory: '/intents',
          list: async () => [...intents],
          remove: async (id) => void intents.splice(intents.findIndex(({ intent }) => intent.id === id) >>> 0, 1),
        },
        lease: Object.assign(lease, { isInPlace: () => true }),
        records: async () => ({ records: [...records.values()], unreadable: [], missing: null }),
        reconcile: (key, context) => {
          passes.push({ key, at: clock.monotonic(), context });
          return reconcile(key, context);
        },
        hints: (onHint) => {
          providerHint = onHint;
        },
        workers: 2,
        resyncMs: 60_000,
        relistMs: 10_000,
        deletionGraceMs: 30_000,
        once: false,
        clock,
        random: seededRandom(1),
        sink,
        ...more,
      },
      stop.signal,
    );
    async function finish() {
      stop.abort();
      await clock.step(5_000);
      const end = await ended;
      expect(clock.sleepers()).toBe(0);
      return end;
    }
    return { stop, ended, finish };
  }

  function view() {
    const parsed = [...files].map(([path, text]) => ({ path, parsed: parseFile(path, text) }));
    const at = { listedAt: clock.now(), listedMono: clock.monotonic(), commit: null };
    return foldListing({
      ...at,
      files: world.isVanished ? [] : parsed,
      troubles: new Map(),
      steady: !world.isVanished,
      vanished: world.isVanished,
    });
  }

  return Object.assign(world, {
    start,
    hint: () => hint(),
    providerHint: (name: string) => providerHint(name as ClusterName),
    times: (key: string) => passes.filter((pass) => pass.key === key).map(({ at }) => at),
  });
}
