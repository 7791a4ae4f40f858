// long: searches for a broken invariant in many schedules, on all cores, and prints what was met.
//
// Usage: node test/simulation/long.mjs [--seeds 2000] [--from 1] [--seed N]
// --seed N lives through one schedule, shrinks it if it breaks something, and prints its trace.
// Runs what is built in dist/. Exit 1 when an invariant was broken.
import { fork } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const dist = new URL('../../dist/simulation/', import.meta.url);
const load = (name) => import(new URL(name, dist));

async function work(from, to) {
  const [{ runSchedule }, { addRan, noCounts }] = await Promise.all([load('run-schedule.js'), load('counters.js')]);
  let counts = noCounts();
  for (let seed = from; seed < to; seed += 1) {
    try {
      addRan(counts, await runSchedule(seed));
    } catch (error) {
      counts.broken.push({ seed, invariant: 'a fault of the program', why: error.stack });
    }
    if ((seed - from) % 50 === 49) {
      process.send(counts);
      counts = noCounts();
    }
  }
  process.send(counts, () => process.exit(0));
}

async function one(seed) {
  const [{ runSchedule, runStory }, { shrink }, { tellTrace }] = await Promise.all(
    ['run-schedule.js', 'shrink.js', 'tell.js'].map(load),
  );
  const ran = await runSchedule(seed);
  const [first] = ran.broken;
  const story = first ? await shrink(ran.story, first) : ran.story;
  const shown = first ? await runStory(story) : ran;
  console.log(tellTrace(shown.trace, shown.broken));
  console.log(`\n${first ? 'The shortest story that fails' : 'The story'}:\n${JSON.stringify(story)}`);
  process.exitCode = first ? 1 : 0;
}

async function all(from, seeds) {
  const { addCounts, noCounts, tellCounts } = await load('counters.js');
  const cores = availableParallelism();
  const sum = noCounts();
  const began = performance.now();
  const each = Math.ceil(seeds / cores);
  const ends = Array.from({ length: cores }, (_, i) => {
    const [first, last] = [from + i * each, Math.min(from + (i + 1) * each, from + seeds)];
    const child = fork(fileURLToPath(import.meta.url), ['--work', `${first},${last}`]);
    child.on('message', (counts) => {
      addCounts(sum, counts);
      process.stderr.write(`\r${sum.schedules} of ${seeds}, ${sum.broken.length} broken `);
    });
    return new Promise((resolve) => child.on('exit', resolve));
  });
  const codes = await Promise.all(ends);
  const seconds = ((performance.now() - began) / 1_000).toFixed(0);
  console.log(`\nSeeds ${from} to ${from + seeds - 1}, ${seconds} s on ${cores} × ${cpus()[0]?.model}.`);
  console.log(tellCounts(sum));
  process.exitCode = sum.broken.length > 0 || codes.some((code) => code !== 0) ? 1 : 0;
}

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '2000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    work: { type: 'string' },
  },
});
if (values.work) await work(...values.work.split(',').map(Number));
else if (values.seed) await one(Number(values.seed));
else await all(Number(values.from), Number(values.seeds));
