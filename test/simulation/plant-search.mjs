// plant-search: looks for planted mistakes by free search, each in a process of its own (long.mjs --plant).
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { PLANTS, plant } from './plants.mjs';

const dist = new URL('../../dist/simulation/', import.meta.url);
const load = (name) => import(new URL(name, dist));

/** Where the story that showed a plant is kept, for CI. */
export const storyOf = (name) => new URL(`./fixtures/${name}.json`, import.meta.url);

/** True when each was found. `names`: `all` or some, with commas. At most `processes` at once. */
export async function searchPlants(names, { from, seeds, processes, record }) {
  const queue = names === 'all' ? Object.keys(PLANTS) : names.split(',');
  const codes = [];
  async function next() {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      const child = fork(fileURLToPath(import.meta.url), [name, String(from), String(seeds), record ? 'record' : '']);
      codes.push(await new Promise((resolve) => child.on('exit', resolve)));
    }
  }
  await Promise.all(Array.from({ length: processes }, next));
  return codes.every((code) => code === 0);
}

async function search(name, from, seeds, isRecorded) {
  plant(name);
  const { breaks, what, room = '' } = PLANTS[name];
  const [{ runSchedule }, { shrink }] = await Promise.all([`${room}run-schedule.js`, 'shrink.js'].map(load));
  for (let seed = from; seed < from + seeds; seed += 1) {
    const { story, broken } = await runSchedule(seed);
    const shown = broken.find(({ invariant }) => breaks.includes(invariant));
    if (!shown) continue;
    const schedules = seed - from + 1;
    console.log(`${name} (${what}): found by seed ${seed}, schedule ${schedules}: ${shown.invariant}: ${shown.why}`);
    if (isRecorded) {
      const { invariant } = shown;
      // Those of replicas are short as they are drawn.
      const shortest = room === '' ? await shrink(story, shown) : story;
      writeFileSync(storyOf(name), `${JSON.stringify({ seed, schedules, invariant, story: shortest }, null, 2)}\n`);
    }
    return true;
  }
  console.log(`${name} (${what}): not found in ${seeds} schedules from seed ${from}`);
  return false;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , name, from, seeds, record] = process.argv;
  process.exitCode = (await search(name, Number(from), Number(seeds), record === 'record')) ? 0 : 1;
}
