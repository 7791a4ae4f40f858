import { planCluster } from '../controller/plan/plan-cluster.ts';
import type { ClusterName } from '../model/ids.ts';
import { createActs } from '../providers/simulated/acts.ts';
import { DEFAULTS } from './controller.ts';
import { type Crew, createCrew } from './crew.ts';
import { createDocuments, type Documents } from './documents.ts';
import { SECRETS } from './draw-spec.ts';
import { drawStory } from './draw-story.ts';
import { performOnFiles } from './file-acts.ts';
import { performIntent } from './intent-acts.ts';
import { judge } from './invariants/all.ts';
import { type Acts, type Performed, performOnMachines } from './machine-acts.ts';
import { performOnSwarm } from './people-acts.ts';
import { comeToRest } from './rest.ts';
import { createSimulation, type Decide, OWNER, type Simulation } from './simulation.ts';
import { clusterOf, type Story, type What } from './story.ts';
import { isCircling } from './tight-circle.ts';
import type { Broken, Trace } from './trace.ts';

/** Time passes in such steps, ms: after each a tight circle would be noticed. */
const STEP_MS = 5_000;

export interface Ran {
  readonly story: Story;
  readonly trace: Trace;
  readonly broken: readonly Broken[];
  /** How often each fault met each kind of call. */
  readonly met: ReadonlyMap<string, number>;
}

/** One schedule from its seed. `plan`: what decides, e.g. with a mistake planted. */
export function runSchedule(seed: number, { plan = planCluster }: { readonly plan?: Decide } = {}): Promise<Ran> {
  return runStory(drawStory(seed), plan);
}

/**
 * Lives through a story, and through the quiet after it until everything rests; then judges. `onBegin`: somebody who looks
 * on and changes nothing.
 */
export async function runStory(
  story: Story,
  plan: Decide = planCluster,
  onBegin: (sim: Simulation) => void = () => {},
): Promise<Ran> {
  const sim = createSimulation(story.seed, unhurried(plan, story.leastRecheckMs ?? 0));
  onBegin(sim);
  const crew = createCrew(sim);
  const documents = createDocuments(sim, story.files);
  const acts = createActs(sim.worlds);
  /** What puts right again what is on its way, by when it is due. */
  const undoings: { readonly at: number; readonly undo: () => Promise<unknown>; readonly what: string }[] = [];
  crew.start();
  const passed = (): number => sim.clock.monotonic();
  const note = (what: string): void => sim.note({ kind: 'act', at: passed(), what });

  async function pass(at: number): Promise<void> {
    while (passed() < at && !isCircling(sim.entries, passed())) {
      await sim.clock.step(Math.min(STEP_MS, at - passed()));
    }
  }

  async function until(at: number): Promise<void> {
    for (;;) {
      const due = undoings.filter((one) => one.at <= at).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      undoings.splice(undoings.indexOf(due), 1);
      await pass(due.at);
      note(`undone: ${due.what}`);
      await due.undo();
    }
    await pass(at);
  }

  for (const { at, what } of story.events) {
    await until(at);
    const { what: said, undo, afterMs } = await perform({ story, sim, crew, documents, acts }, what);
    note(said);
    if (undo && afterMs != null) undoings.push({ at: passed() + afterMs, undo, what: said });
  }
  await until(story.quietAt);
  sim.faults.clear();
  sim.boots.left = 0;
  sim.joins.left = 0;
  await until(undoings.reduce((last, { at }) => Math.max(last, at), passed()));
  note('from here on nothing goes wrong any more');
  crew.allWell();
  const end = await comeToRest(sim, documents, story.patienceMs);
  crew.end();
  const trace: Trace = {
    entries: sim.entries,
    owner: OWNER,
    secrets: SECRETS,
    graceMs: DEFAULTS.deletionGraceMs,
    maxDeletions: DEFAULTS.maxDeletions,
    end,
  };
  return { story, trace, broken: judge(trace), met: sim.met };
}

const unhurried =
  (plan: Decide, leastMs: number): Decide =>
  (...seen) => {
    const decided = plan(...seen);
    const waits = decided.waits.map((w) => (w.recheckMs < leastMs ? { ...w, recheckMs: leastMs } : w));
    return leastMs === 0 ? decided : { ...decided, waits };
  };

interface Stage {
  readonly story: Story;
  readonly sim: Simulation;
  readonly crew: Crew;
  readonly documents: Documents;
  readonly acts: Acts;
}

async function perform({ story, sim, crew, documents, acts }: Stage, act: What): Promise<Performed> {
  const name = clusterOf(story, act.cluster) as ClusterName;
  switch (act.kind) {
    case 'kill':
    case 'stop':
    case 'destroy':
    case 'freeze':
    case 'cut':
    case 'zone':
    case 'restart-all':
    case 'boots':
    case 'joins':
    case 'lock':
    case 'expire':
    case 'carriers':
      return performOnMachines(sim, acts, name, act);
    case 'edit':
    case 'write-slowly':
    case 'delete-file':
    case 'rename':
    case 'break':
    case 'duplicate':
    case 'undo':
    case 'directory':
    case 'checkout-old':
      return performOnFiles(documents, name, act);
    case 'pause-intent':
    case 'confirm':
    case 'retry':
    case 'abort':
    case 'rollout':
    case 'rebalance':
    case 'recover':
    case 'backup':
      return performIntent(sim, name, act);
    case 'die':
    case 'suspend':
    case 'second-controller':
    case 'lease-gone':
      return crew.perform(act);
    case 'fault':
      sim.faults.add(act.fault);
      return { what: `next ${act.fault.calls} × ${act.fault.on}: ${act.fault.how}` };
    default:
      return performOnSwarm(sim, acts, name, act);
  }
}
