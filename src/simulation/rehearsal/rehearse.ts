import type { ClusterSpec } from '../../model/cluster-spec/schema.ts';
import type { Rehearsal, SimulatedCluster, Timeline } from '../../model/simulation-report.ts';
import { runStory } from '../run-schedule.ts';
import type { Decide } from '../simulation.ts';
import { tellTrace } from '../tell.ts';
import type { Broken } from '../trace.ts';
import { drawRehearsal, SAMPLES } from './draw-rehearsal.ts';
import { timelineOf } from './draw-timeline.ts';
import { type Measured, measure } from './measure.ts';
import { type Sample, takeSamples } from './samples.ts';
import { assumptionsOf, standIn } from './stand-in.ts';

/**
 * Lives through the schedules one after the other; `onDone` after each. Rejects when `signal` aborts. `plan`: what decides,
 * e.g. with a mistake planted.
 */
export async function rehearse(
  { versions, schedules, seed }: Rehearsal,
  onDone: (done: number) => void,
  signal: AbortSignal,
  plan?: Decide,
): Promise<Omit<SimulatedCluster, 'places'>> {
  const [first] = versions;
  if (!first) throw new Error('no version of the spec');
  const rehearsed = versions.map(standIn);
  const all: Lived[] = [];
  for (let i = 0; i < schedules; i += 1) {
    signal.throwIfAborted();
    all.push(await live(seed + i, rehearsed, plan));
    onDone(i + 1);
  }
  const failed = all.find(({ broken }) => broken.length > 0);
  const converged = all.flatMap(({ convergedMs }) => (convergedMs === null ? [] : [convergedMs]));
  const margins = all.flatMap(({ lowestMargin }) => (lowestMargin === null ? [] : [lowestMargin]));
  const samples = SAMPLES.map(({ name }) => name);
  return {
    name: first.metadata.name,
    declared: (versions.at(-1) ?? first).spec.provider,
    assumptions: [...assumptionsOf(versions, samples)],
    schedules,
    seed,
    convergedIn: converged.length,
    converge: converged.length > 0 ? spreadOf(converged) : null,
    steps: spreadOf(all.map(({ steps }) => steps)),
    lowestMargin: margins.length > 0 ? Math.min(...margins) : null,
    services: servicesOf(all),
    holds: tally(all.flatMap(({ holds }) => [...holds])).map(([reason, n]) => ({ reason, schedules: n })),
    ends: tally(all.map(({ end }) => end)).map(([phase, n]) => ({ phase, schedules: n })),
    broken: all.flatMap(({ timeline, broken }) => broken.map((one) => ({ seed: timeline.seed, ...one }))),
    trace: failed?.trace ?? null,
    timeline: (failed ?? slowest(all)).timeline,
  };
}

/** What is kept of one schedule: its trace is large. */
interface Lived extends Measured {
  readonly broken: readonly Broken[];
  readonly trace: string[] | null;
  readonly timeline: Timeline;
}

async function live(seed: number, versions: readonly ClusterSpec[], plan: Decide | undefined): Promise<Lived> {
  let samples: readonly Sample[] = [];
  const { story, trace, broken } = await runStory(drawRehearsal(seed, versions), plan, (sim) => {
    samples = takeSamples(sim);
  });
  return {
    ...measure(story, trace, samples, versions),
    broken,
    trace: broken.length > 0 ? tellTrace(trace, broken).split('\n') : null,
    timeline: timelineOf(seed, trace, samples),
  };
}

/** One that never got there took longest. */
function slowest(all: readonly Lived[]): Lived {
  const time = ({ convergedMs }: Measured): number => convergedMs ?? Number.POSITIVE_INFINITY;
  return all.reduce((worst, one) => (time(one) > time(worst) ? one : worst));
}

function spreadOf(values: readonly number[]): { median: number; max: number } {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: sorted[Math.floor((sorted.length - 1) / 2)] ?? 0, max: sorted.at(-1) ?? 0 };
}

function servicesOf(all: readonly Measured[]): SimulatedCluster['services'] {
  const names = [...new Set(all.flatMap(({ least }) => [...least.keys()]))].sort();
  return names.map((name) => {
    const seen = all.flatMap(({ least }) => least.get(name) ?? []);
    return {
      name,
      wanted: Math.max(...seen.map(({ wanted }) => wanted)),
      least: Math.min(...seen.map(({ running }) => running)),
      blinkedIn: seen.filter(({ running, wanted }) => running < wanted).length,
    };
  });
}

/** The most frequent first. */
function tally<T extends string>(all: readonly T[]): readonly (readonly [T, number])[] {
  const counts = new Map<T, number>();
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
}
