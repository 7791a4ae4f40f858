// A sampled CPU profile of what runs meanwhile, and its sum by our own files: a sample counts for the innermost frame of
// ours, whatever of Node's or V8's it called.
import { Session } from 'node:inspector/promises';

const INTERVAL_US = 500;

export async function profiled(run) {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: INTERVAL_US });
  await session.post('Profiler.start');
  await run();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  return profile;
}

/** The largest costs and the share of the simulated worlds, CPU seconds of the main thread, divided by `runs`. */
export function sumUp(profile, runs) {
  const parents = new Map(profile.nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id])));
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const [costs, total] = [new Map(), { busy: 0, world: 0, gc: 0 }];
  profile.samples.forEach((sample, i) => {
    const ms = profile.timeDeltas[i] / 1_000 / runs;
    const top = nodes.get(sample).callFrame.functionName;
    if (top === '(idle)' || top === '(program)') return;
    total.busy += ms;
    if (top === '(garbage collector)') total.gc += ms;
    const ours = [];
    for (let id = sample; id !== undefined; id = parents.get(id)) {
      const { url, functionName } = nodes.get(id).callFrame;
      const file = /\/dist\/(.+)\.js$/.exec(url)?.[1];
      if (file) ours.push({ file, functionName });
    }
    if (ours.some(({ file }) => file.startsWith('providers/simulated/'))) total.world += ms;
    const { file, functionName } = ours[0] ?? { file: 'Node', functionName: top };
    const key = `${file} ${functionName}`;
    costs.set(key, (costs.get(key) ?? 0) + ms);
  });
  const s = (ms) => `${(ms / 1_000).toFixed(2)} s`;
  const largest = [...costs].sort((a, b) => b[1] - a[1]).slice(0, 12);
  return [
    `profile of a sweep: ${s(total.busy)}, of it ${s(total.world)} in the simulated worlds, ${s(total.gc)} collecting garbage`,
    ...largest.map(([key, ms]) => `  ${s(ms)}  ${key}`),
  ].join('\n');
}
