// long: searches for a broken invariant in many schedules, on all cores, and prints what was met.
//
// Usage: node test/simulation/long.mjs [--replicas] [--seeds 2000] [--from 1] [--processes N] [--seed N] [--plant NAME,… or all [--record]]
// --replicas: schedules of time and store faults for replicas that share a lease, instead of whole controllers.
// --seed N lives through one schedule, shrinks it if it breaks something, and prints its trace.
// --plant searches for a mistake that is planted (plants.mjs), from a seed nobody chose; --record keeps what showed it, for CI.
// Runs what is built in dist/. Exit 1 when an invariant was broken, something was met too rarely, or a plant was not found.
import { fork } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { availableParallelism, cpus } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const dist = new URL('../../dist/simulation/', import.meta.url);
const load = (name) => import(new URL(name, dist));

async function work(from, to) {
  const [{ runSchedule }, { addRan, noCounts }] = await Promise.all(
    ['run-schedule.js', 'counters.js'].map((name) => load(room + name)),
  );
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

async function oneOfReplicas(seed) {
  const { runSchedule } = await load(`${room}run-schedule.js`);
  const ran = await runSchedule(seed);
  console.log(JSON.stringify(ran, null, 2));
  process.exitCode = ran.broken.length > 0 ? 1 : 0;
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

async function all(from, seeds, processes) {
  const [{ addCounts, noCounts, tellCounts }, { shortfalls }] = await Promise.all(
    ['counters.js', 'coverage.js'].map((name) => load(room + name)),
  );
  const sum = noCounts();
  const began = performance.now();
  const each = Math.ceil(seeds / processes);
  const ends = Array.from({ length: processes }, (_, i) => {
    const [first, last] = [from + i * each, Math.min(from + (i + 1) * each, from + seeds)];
    const child = fork(fileURLToPath(import.meta.url), [
      '--work',
      `${first},${last}`,
      ...(values.replicas ? ['--replicas'] : []),
    ]);
    child.on('message', (counts) => {
      addCounts(sum, counts);
      process.stderr.write(`\r${sum.schedules} of ${seeds}, ${sum.broken.length} broken `);
    });
    return new Promise((resolve) => child.on('exit', resolve));
  });
  const codes = await Promise.all(ends);
  const seconds = ((performance.now() - began) / 1_000).toFixed(0);
  console.log(
    `\nSeeds ${from} to ${from + seeds - 1}, ${seconds} s in ${processes} processes on ${availableParallelism()} × ${cpus()[0]?.model}.`,
  );
  console.log(tellCounts(sum));
  process.exitCode = sum.broken.length + shortfalls(sum).length > 0 || codes.some((code) => code !== 0) ? 1 : 0;
}

async function plants() {
  const { searchPlants } = await import('./plant-search.mjs');
  const { plant, processes, record, seeds } = values;
  const from = Number(values.from ?? randomInt(2 ** 40));
  const areFound = await searchPlants(plant, { from, seeds: Number(seeds), processes: Number(processes), record });
  process.exitCode = areFound ? 0 : 1;
}

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '2000' },
    from: { type: 'string' },
    processes: { type: 'string', default: String(availableParallelism()) },
    plant: { type: 'string' },
    replicas: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    seed: { type: 'string' },
    work: { type: 'string' },
  },
});
const room = values.replicas ? 'replicas/' : '';
if (values.work) await work(...values.work.split(',').map(Number));
else if (values.seed) await (values.replicas ? oneOfReplicas : one)(Number(values.seed));
else if (values.plant) await plants();
else await all(Number(values.from ?? 1), Number(values.seeds), Number(values.processes));
