import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { clusterSpecJsonSchema } from '../../../src/model/cluster-spec/json-schema.ts';
import { parseFile } from '../../../src/model/cluster-spec/parse.ts';

const EXAMPLES = new URL('../../../manifests/examples/', import.meta.url);
const files = readdirSync(EXAMPLES).filter((name) => /\.ya?ml$/.test(name));

it('there are examples', () => expect(files.length).toBeGreaterThanOrEqual(4));

it.each(files)('%s is good', (name) => {
  const { documents, complaints } = parseFile(name, readFileSync(new URL(name, EXAMPLES)));
  expect([...complaints, ...documents.flatMap((d) => d.complaints)]).toEqual([]);
  expect(documents.length).toBeGreaterThan(0);
});

it('no two examples claim one name', () => {
  const names = files.flatMap((name) =>
    parseFile(name, readFileSync(new URL(name, EXAMPLES))).documents.map((d) => d.name),
  );
  expect(new Set(names).size).toBe(names.length);
});

/** After a change of the schema: `npx vitest run --project unit test/model/cluster-spec/examples --update`. */
it('the checked-in JSON Schema is the one that the parser works by', async () => {
  const text = `${JSON.stringify(clusterSpecJsonSchema(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot('../../../manifests/schema/clusterspec.v1alpha1.json');
});
