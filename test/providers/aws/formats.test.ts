import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readAct } from '../../../src/providers/aws/table/act.ts';
import { REQUEST_VERBS } from '../../../src/providers/aws/table/request.ts';
import type { Row } from '../../../src/providers/aws/table/table.ts';
import { anOrder, aRequest, KINDS } from './items.ts';

/**
 * Agent and controller may be one minor release apart. The fixtures are items as 0.4 wrote them first: a change that
 * cannot read them, or that makes other items without a new format, fails here. UPDATE=1 writes them.
 */
const fixture = (name: string): string => new URL(`fixtures/${name}.json`, import.meta.url).pathname;

describe.each(KINDS)('$name', ({ name, value, encode, decode }) => {
  const row = encode('0.4');

  it('comes back as it was', () => {
    expect(decode(row)).toEqual({ ok: true, value });
  });

  it('is written as its fixture says, and a fixture reads as ever', () => {
    if (process.env.UPDATE === '1') writeFileSync(fixture(name), `${JSON.stringify(row, null, 2)}\n`);
    const kept = JSON.parse(readFileSync(fixture(name), 'utf8')) as Row;
    expect(row).toEqual(kept);
    expect(decode(kept)).toEqual({ ok: true, value });
  });

  it('reads what the next release added to it, at any depth, without it', () => {
    const grown = JSON.stringify(grow(JSON.parse(row.body as string)));
    expect(grown).toContain('added');
    expect(decode({ columns: { ...row.columns, added: 1, writer: '0.5' }, body: grown })).toEqual({ ok: true, value });
  });

  it('is unreadable in another format, and never none', () => {
    const other = decode({ ...row, columns: { ...row.columns, format: 2, writer: '0.6' } });
    expect(other).toMatchObject({ ok: false, problem: { kind: 'unreadable', detail: expect.stringContaining('0.6') } });
    for (const body of ['', 'null', '{}', '{"ring":7}', row.body.slice(0, -1), new Uint8Array([1, 2])]) {
      expect(decode({ columns: row.columns, body })).toMatchObject({ ok: false, problem: { kind: 'unreadable' } });
    }
  });
});

/** Adds a field to every object whose fields are fixed: maps of labels are the user's, acts are read by `readAct`. */
function grow(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => grow(item));
  if (value === null || typeof value !== 'object' || key === 'labels' || key === 'act') return value;
  return { ...Object.fromEntries(Object.entries(value).map(([name, item]) => [name, grow(item, name)])), added: {} };
}

describe('verbs', () => {
  it('are refused when they are not known, in words that name them', () => {
    expect(readAct({ verb: 'repaint', node: 'n1' })).toMatchObject({
      ok: false,
      problem: { kind: 'refused', detail: expect.stringContaining('"repaint"') },
    });
    expect(readAct({ verb: 'promote', node: 'n1' })).toMatchObject({ ok: false, problem: { kind: 'refused' } });
    expect(readAct(7)).toMatchObject({ ok: false, problem: { kind: 'refused' } });
  });

  it('read as they were written, without what the next release added', () => {
    expect(readAct({ ...(anOrder.act as object), added: 1 })).toEqual({ ok: true, value: anOrder.act });
    expect(REQUEST_VERBS).toContain(aRequest.verb);
  });

  it('keep a problem that only a newer agent names: then nobody knows', () => {
    const [order] = KINDS.filter(({ name }) => name === 'order');
    const row = order?.encode('0.5') as Row;
    const body = (row.body as string).replace('"problem":null', '"problem":{"kind":"melted","what":"it"}');
    expect(order?.decode({ ...row, body })).toMatchObject({
      ok: true,
      value: { answer: { problem: { kind: 'unreachable' } } },
    });
  });
});
