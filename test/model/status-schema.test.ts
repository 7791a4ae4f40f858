import { describe, expect, it } from 'vitest';
import { indexFileSchema, sourceFileSchema } from '../../src/model/fleet-status.ts';
import { statusFileSchema } from '../../src/model/status.ts';
import { STATUS_FILE_KINDS, schemaFileOf, statusJsonSchema } from '../../src/model/status-schema.ts';
import { createBench } from '../cli/support/cli-context.ts';
import { createKeeper } from '../support/keeper.ts';

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

describe('the JSON Schema of a status file', () => {
  /** After a change of the format: `npx vitest run --project unit test/model/status-schema --update`. */
  it.each(STATUS_FILE_KINDS)('is checked in as it is: %s', async (file) => {
    const text = `${JSON.stringify(statusJsonSchema(file), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot(`../../manifests/schema/${schemaFileOf(file)}`);
  });

  it.each(STATUS_FILE_KINDS)('names what the file calls itself: %s', (file) => {
    const schema = statusJsonSchema(file) as { properties: Record<string, { const?: string }>; required: string[] };
    expect(schema.properties.apiVersion?.const).toBe('skep/v1alpha1');
    expect(schemaFileOf(file)).toBe(`${schema.properties.kind?.const?.toLowerCase()}.v1alpha1.json`);
    expect(schema.required).toEqual(expect.arrayContaining(['apiVersion', 'kind']));
  });

  it.each(STATUS_FILE_KINDS)('says of every field what it is: %s', (file) => {
    const nameless: string[] = [];
    const walk = (schema: Schema, path: string): void => {
      for (const [name, field] of Object.entries(schema.properties ?? {})) {
        if (!field.description) nameless.push(`${path}${name}`);
        for (const part of [field, ...(field.anyOf ?? [])]) walk(part, `${path}${name}.`);
      }
      if (schema.items) for (const part of [schema.items, ...(schema.items.anyOf ?? [])]) walk(part, path);
    };
    walk(statusJsonSchema(file) as Schema, '');
    expect(nameless).toEqual([]);
  });

  it.each(STATUS_FILE_KINDS)('is what `skep schema` prints: %s', async (file) => {
    const bench = await createBench();
    expect(await bench.run('schema', file)).toBe(0);
    expect(JSON.parse(bench.stdout.text())).toEqual(statusJsonSchema(file));
  });

  it('takes every file of a life, as it is read back from disk', async () => {
    const keeper = createKeeper();
    const seen = [];
    for (const web of [2, 0]) {
      keeper.declare({ managers: 3, workers: { web } });
      seen.push(...(await keeper.keep()));
    }
    keeper.say({ kind: 'absent', absence: { firstMissedAt: 1, settled: true, settlesAt: null, suspicion: null } });
    seen.push(...(await keeper.keep()));
    expect(new Set(seen.map((file) => file.status.phase))).toContain('Deleting');
    for (const file of seen) {
      const back: unknown = JSON.parse(JSON.stringify(file));
      expect(statusFileSchema.parse(back)).toEqual(back);
    }
  });

  it('refuses a field that it does not know, at any depth', () => {
    const index = { apiVersion: 'skep/v1alpha1', kind: 'FleetIndex', clusters: [] };
    expect(indexFileSchema.safeParse(index).success).toBe(true);
    expect(indexFileSchema.safeParse({ ...index, secret: 1 }).success).toBe(false);
    expect(sourceFileSchema.safeParse(index).success).toBe(false);
  });
});
