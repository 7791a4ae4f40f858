import { noFailpoint } from '../base/failpoint.ts';
import { seededRandom } from '../base/random.ts';
import { createDeletionLedger, ledgerByTerm } from '../controller/deletion-ledger.ts';
import { runController } from '../controller/loop/controller.ts';
import type { FileDoor } from '../controller/loop/file-door.ts';
import type { Age } from '../controller/loop/git-age.ts';
import { inProcessParser } from '../controller/loop/parse-worker.ts';
import type { PassContext } from '../controller/loop/pass-context.ts';
import { createSource } from '../controller/loop/source.ts';
import { planRoad } from '../controller/plan/plan-road.ts';
import { createRecordsReader } from '../controller/records-reader.ts';
import { type PassNeeds, runPass } from '../controller/run-pass.ts';
import type { Disk } from '../controller/store/disk.ts';
import { createInbox } from '../controller/store/inbox.ts';
import { createStatusFiles } from '../controller/store/status-files.ts';
import type { ClusterName } from '../model/ids.ts';
import type { LeaseStore } from '../providers/provider.ts';
import type { SimulatedProcess } from './process.ts';
import { type Decide, OWNER, PATHS, type Simulation } from './simulation.ts';
import type { Look } from './trace.ts';
import { type Passes, type PassFacts, watchedProvider } from './watched-provider.ts';

/** As `skep run` has them by default. */
export const DEFAULTS = { resyncMs: 60_000, relistMs: 10_000, deletionGraceMs: 30_000, maxDeletions: 1 } as const;
const WORKERS = 4;

/** The whole controller, as it ships, in a simulated process: everything it asks of the outside goes through that. */
export function startController(sim: Simulation, process: SimulatedProcess): void {
  const { clock } = process;
  const random = seededRandom(Math.floor(sim.random.next() * 2 ** 32));
  const sink = {
    emit(code, data = {}) {
      if (process.state() === 'running')
        sim.note({ kind: 'said', at: sim.clock.monotonic(), by: process.id, code, data });
    },
  } satisfies Parameters<typeof createInbox>[1];
  const disk = diskOf(sim, process);
  const statuses = createStatusFiles(PATHS.status, disk);
  const passes: Passes = new Map();
  const provider = watchedProvider(sim, process, passes);
  const records = createRecordsReader([provider], new Set(['simulated']));
  const needs: PassNeeds = {
    providers: { simulated: provider, local: provider },
    statuses,
    ledgerOf: ledgerByTerm(async () =>
      createDeletionLedger(await statuses.list(), (await records(process.life)).records),
    ),
    maxDeletions: DEFAULTS.maxDeletions,
    owner: OWNER,
    id: process.id,
    writer: '0.3',
    clock,
    failpoint: noFailpoint,
  };
  void runController(
    {
      ...DEFAULTS,
      owner: OWNER,
      id: process.id,
      pid: 1,
      version: '0.3.0',
      specsDirectory: PATHS.specs,
      source: createSource({
        directory: PATHS.specs,
        door: filesOf(sim, process),
        parser: inProcessParser,
        ageOf: (_gitDir, commit, other) => process.through('git', async () => ageOf(sim, commit, other)),
        clock,
      }),
      watch: (onHint) => {
        const hint = (): void => process.callBack(onHint);
        sim.watchers.add(hint);
        process.life.addEventListener('abort', () => sim.watchers.delete(hint), { once: true });
        return { set: async () => false, close: async () => {} };
      },
      statuses,
      inbox: createInbox(PATHS.state, sink, disk),
      lease: leaseOf(sim, process),
      records,
      hints: (onHint, stop) =>
        provider.infrastructure.hints(
          (cluster) => process.callBack(() => onHint(cluster)),
          AbortSignal.any([stop, process.life]),
        ),
      workers: WORKERS,
      once: false,
      clock,
      random,
      sink,
      reconcile: (cluster, cx) => pass(sim, process, { needs, passes }, cluster, cx),
    },
    // Nobody asks it to end: it dies.
    new AbortController().signal,
  );
}

function pass(
  sim: Simulation,
  process: SimulatedProcess,
  { needs, passes }: { readonly needs: PassNeeds; readonly passes: Passes },
  cluster: ClusterName,
  cx: PassContext,
) {
  const facts: PassFacts = { term: cx.term, look: null, lies: [] };
  passes.set(cluster, facts);
  const plan: Decide = (declared, observed, known) => {
    const decided = sim.decide(declared, observed, known);
    const look: Look = {
      kind: 'look',
      at: sim.clock.monotonic(),
      by: process.id,
      term: cx.term,
      pass: cx.pass,
      cluster,
      declared,
      observed,
      plan: decided,
      listedAt: known.listedAt,
      lies: [...facts.lies],
    };
    facts.look = look;
    sim.note(look);
    return decided;
  };
  return runPass(needs, cluster, cx, {
    plan,
    road: (...ask) => (sim.withRoads ? planRoad(...ask) : null),
  });
}

function ageOf({ commits }: Simulation, commit: string, other: string): Age {
  const [mine, its] = [commits.get(commit), commits.get(other)];
  if (mine === undefined || its === undefined) return { kind: 'unknown', because: 'it was never committed' };
  return { kind: mine < its ? 'older' : 'not-older' };
}

function filesOf({ tree: { door } }: Simulation, process: SimulatedProcess): FileDoor {
  return {
    readdir: (path) => process.through('files.readdir', () => door.readdir(path)),
    stat: (path) => process.through('files.stat', () => door.stat(path)),
    realpath: (path) => process.through('files.realpath', () => door.realpath(path)),
    readFile: (path, max) => process.through('files.readFile', () => door.readFile(path, max)),
  };
}

function diskOf(sim: Simulation, process: SimulatedProcess): Disk {
  const { disk } = sim.tree;
  async function write(path: string, text: string): Promise<void> {
    const fault = sim.faults.take('disk.write', false);
    if (fault && fault.how !== 'lose') throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    await disk.write(path, text);
    sim.note({ kind: 'status', at: sim.clock.monotonic(), by: process.id, path, text });
    if (fault) throw Object.assign(new Error('input/output error'), { code: 'EIO' });
  }
  return {
    mkdir: (path) => process.through('disk.mkdir', () => disk.mkdir(path)),
    readdir: (path) => process.through('disk.readdir', () => disk.readdir(path)),
    readText: (path) => process.through('disk.readText', () => disk.readText(path)),
    size: (path) => process.through('disk.size', () => disk.size(path)),
    write: (path, text) => process.through('disk.write', () => write(path, text)),
    rename: (from, to) => process.through('disk.rename', () => disk.rename(from, to)),
    remove: (path) => process.through('disk.remove', () => disk.remove(path)),
    tidy: (directory) => process.through('disk.tidy', () => disk.tidy(directory)),
  };
}

/** Slow, failing, or with answers that get lost; an aborted call may have been written all the same. */
function leaseOf(sim: Simulation, process: SimulatedProcess): LeaseStore & { isInPlace(): boolean } {
  const store = sim.lease.open();
  async function met<T>(method: string, call: () => Promise<T>): Promise<T> {
    const fault = sim.faults.take(method, false);
    if (fault?.how === 'late') await sim.clock.sleep(fault.ms);
    else if (fault && fault.how !== 'lose') throw new Error('the store is down');
    const answer = await call();
    if (fault?.how === 'lose') throw new Error('the answer was lost');
    return answer;
  }
  const patient = new AbortController().signal;
  return {
    isInPlace: store.isInPlace,
    read: () => process.through('lease.read', () => met('lease.read', () => store.read(patient))),
    swap: (seen, next) => process.through('lease.swap', () => met('lease.swap', () => store.swap(seen, next, patient))),
  };
}
