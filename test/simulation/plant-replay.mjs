// plant-replay: lives through the story that showed a planted mistake once, with the mistake in it.
//
// Usage: node test/simulation/plant-replay.mjs NAME
// Prints the invariants that were broken, as JSON. Runs what is built in dist/.
import { readFileSync } from 'node:fs';
import { PLANTS, plant } from './plants.mjs';

const [, , name] = process.argv;
plant(name);
const { runStory } = await import(`../../dist/simulation/${PLANTS[name].room ?? ''}run-schedule.js`);
const { story } = JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8'));
const { broken } = await runStory(story);
console.log(JSON.stringify([...new Set(broken.map(({ invariant }) => invariant))]));
process.exit(0);
