import { noFailpoint } from '../base/failpoint.ts';
import { seededRandom } from '../base/random.ts';
import { createDeletionLedger, ledgerByTerm } from '../controller/deletion-ledger.ts';
import { runController } from '../controller/loop/controller.ts';
import type { Age } from '../controller/loop/git-age.ts';
import { inProcessParser } from '../controller/loop/parse-worker.ts';
import type { PassContext } from '../controller/loop/pass-context.ts';
import { createSource } from '../controller/loop/source.ts';
import { planRoad } from '../controller/plan/plan-road.ts';
import { createRecordsReader } from '../controller/records-reader.ts';
import { type PassNeeds, runPass } from '../controller/run-pass.ts';
import { createInbox } from '../controller/store/inbox.ts';
import { createStatusFiles } from '../controller/store/status-files.ts';
import type { ClusterName } from '../model/ids.ts';
import type { Plan } from '../model/plan.ts';
import { diskOf, filesOf, leaseOf } from './doors/of-process.ts';
import type { SimulatedProcess } from './process.ts';
import { count, type Decide, OWNER, PATHS, type Simulation } from './simulation.ts';
import type { Entry, Look } from './trace.ts';
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
    providers: { aws: provider, simulated: provider, local: provider },
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
  const patience = patienceWith(sim, cluster);
  const facts: PassFacts = { term: cx.term, look: null, lies: [] };
  passes.set(cluster, facts);
  const plan: Decide = (declared, observed, known) => {
    const decided = patience(sim.decide(declared, observed, known));
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
    for (const lie of facts.lies) for (const { kind } of decided.batch) count(sim.met, `${lie}, then × ${kind}`);
    sim.note(look);
    return decided;
  };
  return runPass(needs, cluster, cx, {
    plan,
    road: (...ask) => (sim.withRoads ? planRoad(...ask) : null),
  });
}

/** Passes over one cluster at one moment after which time is made to pass, so that a tight circle ends: S12 tells of it. */
const MAX_AT_ONCE = 100;

function patienceWith({ clock, entries }: Simulation, cluster: ClusterName): (plan: Plan) => Plan {
  const now = clock.monotonic();
  const isCircling = entries.at(-MAX_AT_ONCE)?.at === now && looksNow(entries, cluster, now) > MAX_AT_ONCE;
  const wait = { what: 'the simulation ends a circle in which no time passes', recheckMs: 1_000 };
  return (plan) => (isCircling ? { ...plan, batch: [], waits: [wait] } : plan);
}

function looksNow(entries: readonly Entry[], cluster: ClusterName, now: number): number {
  const first = entries.findLastIndex(({ at }) => at < now) + 1;
  return entries.slice(first).filter((e) => e.kind === 'look' && e.cluster === cluster).length;
}

function ageOf({ commits }: Simulation, commit: string, other: string): Age {
  const [mine, its] = [commits.get(commit), commits.get(other)];
  if (mine === undefined || its === undefined) return { kind: 'unknown', because: 'it was never committed' };
  return { kind: mine < its ? 'older' : 'not-older' };
}
