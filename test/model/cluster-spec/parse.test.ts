import { describe, expect, it } from 'vitest';
import { parseFile } from '../../../src/model/cluster-spec/parse.ts';
import { clusterNameSchema } from '../../../src/model/cluster-spec/schema.ts';
import { GOOD } from './example-spec.ts';

/** `line:column message` of everything wrong with a text, file or document. */
function complaintsOf(text: string): string[] {
  const { documents, complaints } = parseFile('edge.yaml', text);
  return [...complaints, ...documents.flatMap((d) => d.complaints)].map((c) => `${c.line}:${c.column} ${c.message}`);
}

function change(from: string, to: string): string {
  expect(GOOD).toContain(from);
  return GOOD.replace(from, to);
}

describe('a good file', () => {
  it('is a spec with every default filled in', () => {
    const [document, ...more] = parseFile('edge.yaml', GOOD).documents;
    expect(more).toEqual([]);
    expect(document).toMatchObject({ name: 'edge', line: 1, complaints: [], warnings: [] });
    expect(document?.spec?.spec).toMatchObject({
      deletionPolicy: 'Delete',
      swarm: { dataPathPort: 4789 },
      rollout: { drainTimeout: '5m', onDrainTimeout: 'Pause' },
      simulated: { bootTime: '2s' },
    });
  });

  it("leaves a pool's own rollout as it is, so that it inherits what it does not say", () => {
    const workers = parseFile('edge.yaml', GOOD).documents[0]?.spec?.spec.workers;
    expect(workers?.map((pool) => pool.rollout)).toEqual([{}, { drainTimeout: '30m' }]);
  });

  it.each(['{maxSurge: 0, maxUnavailable: 1}', '{maxSurge: 10%}', '{maxUnavailable: 50%}'])(
    'may roll by %s',
    (rollout) => expect(complaintsOf(change('rollout: {drainTimeout: 5m}', `rollout: ${rollout}`))).toEqual([]),
  );

  it.each(['', '# nothing\n', '---\n---\n# nothing\n', '\uFEFF'])(
    'has no documents when it says nothing: %j',
    (text) => {
      expect(parseFile('edge.yaml', text)).toEqual({ documents: [], complaints: [] });
    },
  );

  it('has each document with its own line, good beside wrong', () => {
    const { documents } = parseFile('edge.yaml', `# first\n${GOOD}---\n${change('count: 3', 'count: 4')}`);
    expect(documents.map((d) => [d.line, d.spec !== null, d.complaints.map((c) => c.line)])).toEqual([
      [2, true, []],
      [29, false, [41]],
    ]);
  });

  it('warns of one manager', () => {
    expect(parseFile('edge.yaml', change('count: 3', 'count: 1')).documents[0]?.warnings[0]).toMatch(/no loss/);
  });

  it('knows one zero only, so that equal specs have equal texts', () => {
    const count = parseFile('edge.yaml', change('count: 2', 'count: -0')).documents[0]?.spec?.spec.workers[0]?.count;
    expect(Object.is(count, 0)).toBe(true);
  });

  it('may use anchors', () => {
    const text = change('nodeLabels: {tier: web}', 'nodeLabels: &l {tier: web}').replace(
      'count: 1\n',
      'count: 1\n      nodeLabels: *l\n',
    );
    expect(parseFile('edge.yaml', text).documents[0]?.spec?.spec.workers[1]?.nodeLabels).toEqual({ tier: 'web' });
  });

  it('counts columns without the byte order mark, and lines of CRLF once', () => {
    expect(complaintsOf(`\uFEFF${change('kind: ClusterSpec', 'kind: Cluster')}`.replaceAll('\n', '\r\n'))).toEqual([
      '2:7 kind: "Cluster" is not allowed (allowed: ClusterSpec)',
    ]);
  });
});

describe('the name', () => {
  it.each([
    ['is known when the rest is wrong', change('count: 3', 'count: 2'), 'edge'],
    ['is known when the rest is not YAML', `${GOOD}: :\n  }`, 'edge'],
    ['is not known when it is itself wrong', change('name: edge', 'name: Edge'), null],
    ['is not known when it is there twice', change('name: edge', 'name: edge\n  name: other'), null],
  ])('%s', (_, text, name) => {
    const [document] = parseFile('edge.yaml', text).documents;
    expect(document?.spec).toBeNull();
    expect(document?.name).toBe(name);
  });

  it('leaves room for host names under 63 characters', () => {
    const longest = 'x'.repeat(36);
    expect(clusterNameSchema.safeParse(longest).success).toBe(true);
    expect(clusterNameSchema.safeParse(`${longest}x`).success).toBe(false);
    expect(`${longest}-${'p'.repeat(20)}-abcd`.length).toBeLessThanOrEqual(63);
  });
});

describe('all that is wrong', () => {
  it('is said at once, in the order of the file', () => {
    const text = change('count: 3', 'count: three').replace('local:', 'locl:').replace('zones: [a]', 'zones: [z]');
    expect(complaintsOf(text).map((line) => line.split(' ')[0])).toEqual(['13:12', '17:15', '23:3']);
  });

  it('is counted only, beyond a hundred', () => {
    const lines = complaintsOf(`${GOOD}${Array.from({ length: 150 }, (_, i) => `k${i}: 1`).join('\n')}`);
    expect(lines).toHaveLength(101);
    expect(lines.at(-1)).toMatch(/and 50 more$/);
  });
});
