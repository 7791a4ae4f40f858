import { expect, it } from 'vitest';
import { eventsReference, specReference } from './support/reference.ts';

/** After a change of schema or events: `npx vitest run --project unit test/docs-generated --update`. */
it.each([
  ['spec.md', specReference],
  ['events.md', eventsReference],
])('docs/%s is what the program says', async (file, page) => {
  await expect(page()).toMatchFileSnapshot(`../docs/${file}`);
});
