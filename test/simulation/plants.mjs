// plants: plants one of the mistakes of plants.json: one exact expression of one file of src/ is another when it is loaded.
import { readFileSync } from 'node:fs';
import { register } from 'node:module';

/**
 * By name. `file`: below src/, without its ending. `breaks`: the invariants by which the search may know it. `room`: where
 * below src/simulation/ its schedules are run; missing: right there.
 */
export const PLANTS = JSON.parse(readFileSync(new URL('./plants.json', import.meta.url), 'utf8'));

/** What is loaded from dist/ from now on has the mistake in it. Throws when its expression is not there just once. */
export function plant(name) {
  if (!PLANTS[name]) throw new Error(`no such plant: ${name} (there are ${Object.keys(PLANTS).join(', ')})`);
  const { file, from, to } = PLANTS[name];
  const url = new URL(`../../dist/${file}.js`, import.meta.url);
  const found = readFileSync(url, 'utf8').split(from).length - 1;
  if (found !== 1) throw new Error(`${name}: its expression is ${found} times in ${file}, not once: ${from}`);
  register('./plant-hooks.mjs', import.meta.url, { data: { url: url.href, from, to } });
}
