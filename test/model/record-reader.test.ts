import { describe, expect, it } from 'vitest';
import type { ClusterName } from '../../src/model/ids.ts';
import { createRecordReader } from '../../src/model/record-reader.ts';
import { aRecord } from '../support/builders.ts';

const DEMO = 'demo' as ClusterName;

describe('the reader of records', () => {
  it('checks a record once, and gives the very same for the same text', () => {
    const reader = createRecordReader();
    const first = reader.read(DEMO, JSON.stringify(aRecord()));
    expect(first.ok).toBe(true);
    expect(reader.read(DEMO, JSON.stringify(aRecord()))).toBe(first);
  });

  it('checks what changed, however little, and what came after none', () => {
    const reader = createRecordReader();
    const first = reader.read(DEMO, aRecord());
    expect(reader.read(DEMO, { ...aRecord(), revision: 7 })).toMatchObject({ ok: true, value: { revision: 7 } });
    expect(reader.read(DEMO, { ...aRecord(), revision: 'x' })).toMatchObject({ ok: false });
    expect(reader.read(DEMO, aRecord())).toEqual(first);
    const last = reader.read(DEMO, aRecord());
    reader.forget(DEMO);
    expect(reader.read(DEMO, aRecord())).not.toBe(last);
  });
});
