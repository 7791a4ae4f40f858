import { expect, it } from 'vitest';
import { eventsReference, specReference, stacksReference } from './support/reference.ts';
import { upgradePage } from './support/upgrade-page.ts';

/** After a change of schema, events, planner or rendering: `npx vitest run --project unit test/docs-generated --update`. */
it.each([
  ['spec.md', specReference],
  ['events.md', eventsReference],
  ['aws-stacks.md', stacksReference],
  ['upgrade.md', upgradePage],
])('docs/%s is what the program says', async (file, page) => {
  await expect(await page()).toMatchFileSnapshot(`../docs/${file}`);
});
