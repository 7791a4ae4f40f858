import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatSpec } from '../../../src/model/cluster-spec/format.ts';
import { parseFile } from '../../../src/model/cluster-spec/parse.ts';
import { type ClusterSpec, clusterSpecSchema } from '../../../src/model/cluster-spec/schema.ts';
import { GOOD } from './example-spec.ts';

const label = fc
  .stringMatching(/^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$/)
  .filter((name) => !['managers', 'index'].includes(name));
const duration = fc.constantFrom('30s', '15m', '1h30m', '90d', '250ms');
/** Any text that a spec may hold, those that look like other types too. */
const text = fc.oneof(
  fc.constantFrom(
    '',
    'yes',
    'null',
    '~',
    '1',
    '0x1f',
    '1e3',
    '- a',
    'a: b',
    '# a',
    '<<',
    '*a',
    '&a',
    '!a',
    '---',
    '"',
    "'",
    'a\n\nb\n',
    ' a ',
  ),
  fc.string({ unit: 'grapheme', maxLength: 30 }).map((t) => t.replace(/(?![\t\n])[\p{Cc}\p{Cs}]/gu, '')),
);
const labels = fc.dictionary(
  text.filter((key) => key !== '' && key !== '__proto__' && !key.startsWith('skep.')),
  text,
  { noNullPrototype: true },
);

const spec: fc.Arbitrary<ClusterSpec> = fc
  .record({
    name: label,
    annotations: labels,
    nodeLabels: labels,
    paused: fc.boolean(),
    count: fc.constantFrom(1, 3, 5, 7),
    workers: fc.uniqueArray(
      fc.record({
        name: label,
        count: fc.integer({ min: 0, max: 1000 }),
        nodeLabels: labels,
        rollout: fc.record({ drainTimeout: duration }, { requiredKeys: [] }),
      }),
      { selector: (pool) => pool.name, maxLength: 4 },
    ),
    drainTimeout: duration,
    securityOpt: fc.array(
      text.filter((t) => t !== ''),
      { maxLength: 3 },
    ),
  })
  .map(({ name, annotations, nodeLabels, paused, count, workers, drainTimeout, securityOpt }) =>
    clusterSpecSchema.parse({
      apiVersion: 'skep/v1alpha1',
      kind: 'ClusterSpec',
      metadata: { name, annotations },
      spec: {
        provider: 'local',
        paused,
        managers: { count, nodeLabels },
        workers,
        rollout: { drainTimeout },
        local: { securityOpt },
      },
    }),
  );

it('what is printed with every default parses to the same spec', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(spec, (wanted) => {
      const { documents, complaints } = parseFile('edge.yaml', formatSpec(wanted));
      expect([...complaints, ...documents.flatMap((d) => d.complaints)]).toEqual([]);
      expect(documents.map((d) => d.spec)).toEqual([wanted]);
    }),
    { numRuns: 300 },
  );
});

it('prints a default that the file leaves out', () => {
  const wanted = parseFile('edge.yaml', GOOD).documents[0]?.spec;
  expect(wanted && formatSpec(wanted)).toMatch(/^ {2}deletionPolicy: Delete$/m);
});
