import { describe, expect, it } from 'vitest';
import { changeText, parseChanges } from '../../../src/cli/edit/change-document.ts';
import { removeDocument } from '../../../src/cli/edit/remove-document.ts';
import { documentSpans } from '../../../src/cli/edit/yaml-text.ts';

const FILE = `# yaml-language-server: $schema=x.json
# The shop.
apiVersion: skep/v1alpha1
kind: ClusterSpec
metadata: {name: shop, labels: {env: prod}} # flow
spec:
  provider: local
  managers:
    count: 1   # odd
  # the workers
  workers:
  - name: web # front
    count: 2
  - name: db
    count: 1
# end of shop
---
# The lab.
apiVersion: skep/v1alpha1
kind: ClusterSpec
metadata:
    name: lab
spec:
    provider: "simulated"
    managers: {count: 1}
---
apiVersion: skep/v1alpha1
kind: ClusterSpec
metadata: {name: spare}
spec: {provider: simulated, managers: {count: 1}}
`;

const change = (name: string, path: string, value: unknown) => changeText(FILE, name, [{ path, value }]);

/** Lines of the first text that the second lacks, and the other way round. */
function difference(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  return [
    ...old.filter((l) => !now.includes(l)).map((l) => `-${l}`),
    ...now.filter((l) => !old.includes(l)).map((l) => `+${l}`),
  ];
}

describe('setting a value', () => {
  it.each([
    ['shop', 'spec.managers.count', 3, ['-    count: 1   # odd', '+    count: 3   # odd']],
    ['shop', 'workers.db.count', 0, ['-    count: 1', '+    count: 0']],
    ['lab', 'spec.provider', 'local', ['-    provider: "simulated"', '+    provider: "local"']],
    ['lab', 'managers.count', 3, ['-    managers: {count: 1}', '+    managers: {count: 3}']],
    [
      'shop',
      'metadata.labels.env',
      'test',
      ['-metadata: {name: shop, labels: {env: prod}} # flow', '+metadata: {name: shop, labels: {env: test}} # flow'],
    ],
  ])('exchanges a scalar in place: %s %s', (name, path, value, expected) => {
    expect(difference(FILE, change(name, path, value).text)).toEqual(expected);
  });

  it('adds what is not there in the manner of the document, and leaves the others alone', () => {
    const { text } = change('shop', 'spec.rollout.drainTimeout', '5m');
    expect(difference(FILE, text)).toEqual(['+  rollout:', '+    drainTimeout: 5m']);
    expect(text.slice(text.indexOf('---'))).toBe(FILE.slice(FILE.indexOf('---')));
    const lab = change('lab', 'workers', [{ name: 'web', count: 2 }]);
    expect(difference(FILE, lab.text)).toEqual(['+    workers:', '+        - name: web', '+          count: 2']);
  });

  it('says what was there and what is now', () => {
    expect(change('shop', 'workers[0].count', 5).edits).toMatchObject([
      { path: 'spec.workers[0].count', before: 2, after: 5 },
    ]);
    expect(change('shop', 'spec.paused', true).edits).toMatchObject([
      { path: 'spec.paused', before: undefined, after: true },
    ]);
  });

  it('names the pools when there is no such pool', () => {
    expect(() => change('shop', 'workers.wbe.count', 5)).toThrow('there is no wbe (there: web, db)');
  });

  it('quotes what would be read as something else', () => {
    expect(change('shop', 'spec.engine.version', '28.5').text).toContain('version: "28.5"');
    expect(
      changeText('metadata: {name: a}\nspec: {x: b}\n', 'a', [{ path: 'spec.x', value: 'yes: no' }]).text,
    ).toContain('x: "yes: no"');
  });

  it('takes values as YAML and refuses another name', () => {
    expect(parseChanges([{ path: 'a', value: '["8080:80"]' }])).toEqual([{ path: 'a', value: ['8080:80'] }]);
    expect(() => parseChanges([{ path: 'metadata.name', value: 'b' }])).toThrow('another name is another cluster');
  });
});

describe('removing a document', () => {
  const without = (name: string, text = FILE) => {
    const spans = documentSpans(text);
    const span = spans.find((found) => found.name === name);
    return span ? removeDocument(text, spans, span) : 'not found';
  };

  it('takes out only that one and keeps the comments of the rest', () => {
    const [shop, lab, spare] = [FILE.indexOf('---'), FILE.lastIndexOf('---'), FILE.length];
    expect(without('lab')).toBe(FILE.slice(0, shop) + FILE.slice(lab, spare));
    expect(without('spare')).toBe(FILE.slice(0, lab));
  });

  it('keeps what stands at the top for the whole file', () => {
    expect(without('shop')).toBe(`# yaml-language-server: $schema=x.json\n${FILE.slice(FILE.indexOf('---'))}`);
    const licence = `# Licence\n\n# of a\nmetadata: {name: a}\n---\nmetadata: {name: b}\n`;
    expect(without('a', licence)).toBe('# Licence\n\n---\nmetadata: {name: b}\n');
  });

  it('leaves nothing of a file with one document', () => {
    expect(without('a', '# a\nmetadata: {name: a}\n')).toBeNull();
  });
});
