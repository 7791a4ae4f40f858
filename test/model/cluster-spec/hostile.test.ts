import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { parseFile } from '../../../src/model/cluster-spec/parse.ts';
import { MAX_FILE_BYTES } from '../../../src/model/cluster-spec/text.ts';
import { GOOD } from './example-spec.ts';

/** Whatever is parsed has this form; nothing is ever thrown. */
function check(content: string | Uint8Array): ReturnType<typeof parseFile> {
  const parsed = parseFile('x.yaml', content);
  const lines = typeof content === 'string' ? content.split('\n').length : Number.POSITIVE_INFINITY;
  for (const complaint of [...parsed.complaints, ...parsed.documents.flatMap((d) => d.complaints)]) {
    expect(complaint.line).toBeGreaterThanOrEqual(1);
    expect(complaint.line).toBeLessThanOrEqual(lines);
    expect(complaint.column).toBeGreaterThanOrEqual(1);
    expect(complaint.message).not.toMatch(/\n|undefined|\[object/);
    expect(complaint.message.length).toBeLessThan(500);
  }
  for (const { spec, complaints } of parsed.documents) expect(spec === null).toBe(complaints.length > 0);
  return parsed;
}

function firstMessage(content: string | Uint8Array): string | undefined {
  const { complaints, documents } = check(content);
  return (complaints[0] ?? documents[0]?.complaints[0])?.message;
}

/** Processor time, ms: on a busy machine the clock on the wall says little. */
function timed(work: () => unknown): number {
  const began = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1_000;
}

afterEach(() => expect(Object.keys(Object.prototype)).toEqual([]));

describe('no input breaks the parser', { timeout: 60_000 }, () => {
  it('arbitrary bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void check(bytes)),
      { numRuns: 500 },
    );
  });

  it('arbitrary texts of the characters that YAML is made of', () => {
    const unit = fc.constantFrom(
      ...'ab1 \n\t:-?[]{},#&*!|>\'"%@`~<\\.=\r\uFEFF\u2028é',
      '---\n',
      '...\n',
      '\n  ',
      '<<: ',
      '__proto__: ',
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 120 }), (text) => void check(text)),
      { numRuns: 1_500 },
    );
  });

  it('a good file with a piece cut out, put in, or put elsewhere', () => {
    const at = fc.nat(GOOD.length);
    const piece = fc.oneof(
      fc.constantFrom(
        ': ',
        '- ',
        '\n',
        '  ',
        '{',
        '}',
        '[',
        ']',
        '"',
        '&a ',
        '*a',
        '? ',
        '__proto__',
        '\0',
        '!!str ',
        '| ',
        '0',
      ),
      fc.string({ maxLength: 5 }),
    );
    const mutation = fc.tuple(at, at, piece).map(
      ([from, to, text]) =>
        (good: string) =>
          good.slice(0, Math.min(from, to)) + text + good.slice(from),
    );
    fc.assert(
      fc.property(
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        (mutations) => void check(mutations.reduce((text, mutate) => mutate(text), GOOD)),
      ),
      { numRuns: 1_000 },
    );
  });

  it('values of any type at any field', () => {
    const fields = [...GOOD.matchAll(/: ([^\n{]+)\n/g)].map((match) => match[1] ?? '');
    fc.assert(
      fc.property(
        fc.constantFrom(...fields),
        fc.json({ maxDepth: 3 }),
        (field, json) => void check(GOOD.replace(`: ${field}\n`, `: ${json}\n`)),
      ),
      { numRuns: 500 },
    );
  });
});

describe('files made to hurt', { timeout: 60_000 }, () => {
  it.each([
    ['NUL', `${GOOD}# \0`, /NUL/],
    ['UTF-16', Buffer.from(`\uFEFF${GOOD}`, 'utf16le'), /not UTF-8/],
    ['Latin 1', Buffer.from('name: caf\xe9', 'latin1'), /not UTF-8/],
    ['10 MB', Buffer.alloc(10_000_000, 'a'), /10000000 bytes \(allowed: at most 1048576\)/],
    ['10 million characters', 'a'.repeat(10_000_000), /10000000 bytes/],
    ['lists in lists', '['.repeat(100_000), /nested too deep/],
    ['mappings in mappings', '{a: '.repeat(100_000), /nested too deep/],
    ['dashes', `${'- '.repeat(100_000)}\na`, /nested too deep/],
    ['explicit keys', `${'? '.repeat(100_000)}\na`, /nested too deep/],
    ['indentation', Array.from({ length: 1_000 }, (_, i) => `${' '.repeat(i)}a:\n`).join(''), /nested too deep/],
    ['just too deep', `a: ${'['.repeat(50)}${']'.repeat(50)}`, /nested too deep/],
    [
      'a billion laughs',
      `a0: &a0 [x]\n${Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]\n`).join('')}`,
      /missing/,
    ],
    ['a quadratic blow-up', `a: &a [${'x,'.repeat(20_000)}]\nb: [${'*a,'.repeat(20_000)}]`, /missing/],
  ])('%s', (_, content, message) => {
    const took = timed(() => expect(firstMessage(content)).toMatch(message));
    expect(took).toBeLessThan(1_000);
  });

  it('says where the wrong byte is', () => {
    const bytes = Buffer.concat([Buffer.from('a: é\nb: '), Buffer.from([0xff]), Buffer.from('\n')]);
    expect(parseFile('x.yaml', bytes).complaints[0]).toMatchObject({ line: 2, column: 4 });
  });

  it('too many aliases are refused once', () => {
    const text = `${GOOD}a: &a x\nb: [${'*a, '.repeat(150)}]\n`;
    const messages = check(text).documents[0]?.complaints.map((c) => c.message);
    expect(messages?.filter((m) => m.startsWith('too many aliases'))).toHaveLength(1);
  });

  it('a file of the largest size is parsed, one byte more is not', () => {
    const fill = (bytes: number) => Buffer.from(`${GOOD}#${'x'.repeat(bytes - GOOD.length - 1)}`);
    expect(check(fill(MAX_FILE_BYTES)).documents[0]?.name).toBe('edge');
    expect(check(fill(MAX_FILE_BYTES + 1)).complaints).toHaveLength(1);
  });

  it('128 KiB of keys, different or the same, take less than a second', () => {
    const different = Array.from({ length: 12_000 }, (_, i) => `key${i}: 1\n`).join('');
    expect(timed(() => check(different))).toBeLessThan(1_000);
    expect(timed(() => check('key: 1\n'.repeat(19_000)))).toBeLessThan(1_000);
  });

  it('a key named __proto__ or constructor pollutes nothing', () => {
    for (const key of ['__proto__', 'constructor', 'toString', '"__proto__"', 'hasOwnProperty']) {
      const parsed = check(
        GOOD.replace('{tier: web}', `{${key}: {polluted: "yes"}}`).replace('{env: prod}', `{${key}: x}`),
      );
      expect(parsed.documents[0]?.spec).toBeNull();
      check(`${key}: {polluted: 1}\n${GOOD}`);
    }
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
