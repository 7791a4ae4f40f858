import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterRecord } from '../../src/model/record.ts';
import type { ClusterRef, Records } from '../../src/providers/provider.ts';
import { aRecord } from '../support/builders.ts';
import { kindOf, type MakeSubject, must, type Subject, signal, TEST_LIMIT_MS, tearDown } from './subject.ts';

/** What the `Records` port promises. The tests share one record and follow each other: the first failure counts. */
export function recordsConformance(name: string, makeSubject: MakeSubject): void {
  describe(`records of ${name}`, { timeout: TEST_LIMIT_MS }, () => {
    let subject: Subject;
    let records: Records;
    let ref: ClusterRef;
    const record = (revision: number, over: Partial<ClusterRecord> = {}) => aRecord({ ...ref, revision, ...over });
    const read = async () => must(await records.read(ref.cluster, signal));
    const listed = async (from: Records) =>
      must(await from.list(signal)).filter(({ cluster }) => cluster === ref.cluster);

    beforeAll(async () => {
      subject = await makeSubject();
      records = subject.provider.records;
      ref = subject.ref('record');
    }, TEST_LIMIT_MS);
    afterAll(() => subject.cleanup(), TEST_LIMIT_MS);

    it('has none at first', async () => {
      expect(await read()).toBeNull();
      expect(await listed(records)).toEqual([]);
    });

    it('answers conflict when the record that was seen is not there', async () => {
      expect(kindOf(await records.swap(ref.cluster, 4, record(5), signal))).toBe('conflict');
      expect(await read()).toBeNull();
    });

    it('gives back what was written, to every instance of this owner, without any machine', async () => {
      const first = record(1, {
        hashInputs: { 'v1:one': { image: 'node:1 ü', binds: ['/a:/b:rw'], deep: [{ x: null }] } },
        intents: [{ id: 'i1', kind: 'pause', by: 'ops "night" shift', at: 1, reason: 'line\nbreak', until: null }],
      });
      expect(kindOf(await records.swap(ref.cluster, null, first, signal))).toBe('ok');
      expect(await read()).toEqual(first);
      expect(await listed(subject.newProvider('same').records)).toEqual([
        { cluster: ref.cluster, record: { ok: true, value: first } },
      ]);
    });

    it('keeps a record of a hundred machine hashes', async () => {
      const inputs = Array.from({ length: 100 }, (_, i) => [`v1:${i}`, { image: `node:${i}`, capAdd: ['SYS_ADMIN'] }]);
      const second = record(2, { hashInputs: Object.fromEntries(inputs) });
      expect(kindOf(await records.swap(ref.cluster, 1, second, signal))).toBe('ok');
      expect(await read()).toEqual(second);
    });

    it('answers conflict to whoever saw an older one, or none', async () => {
      expect(kindOf(await records.swap(ref.cluster, 1, record(2, { term: 9 }), signal))).toBe('conflict');
      expect(kindOf(await records.swap(ref.cluster, null, record(1, { term: 9 }), signal))).toBe('conflict');
      expect(kindOf(await records.swap(ref.cluster, 1, null, signal))).toBe('conflict');
      expect(await read()).toMatchObject({ revision: 2, term: 1 });
    });

    it('does not take a revision that does not follow', async () => {
      const taken = await records.swap(ref.cluster, 2, record(7), signal).then(kindOf, () => 'rejected');
      expect(taken).not.toBe('ok');
      expect(await read()).toMatchObject({ revision: 2 });
    });

    it('lets exactly one of ten writers win, and keeps what that one wrote', async () => {
      const other = subject.newProvider('same').records;
      const writers = Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? records : other));
      const kinds = await Promise.all(
        writers.map(async (writer, i) =>
          kindOf(await writer.swap(ref.cluster, 2, record(3, { term: 100 + i }), signal)),
        ),
      );
      expect(kinds.filter((kind) => kind === 'ok')).toHaveLength(1);
      expect(kinds.filter((kind) => kind === 'conflict')).toHaveLength(9);
      expect((await read())?.term).toBe(100 + kinds.indexOf('ok'));
      expect(await listed(records)).toHaveLength(1);
    });

    it('is invisible to another owner, who cannot take its place', async () => {
      const other = subject.newProvider('other').records;
      expect(await listed(other)).toEqual([]);
      expect(must(await other.read(ref.cluster, signal))).toBeNull();
      expect(kindOf(await other.swap(ref.cluster, null, record(1, { owner: 'other', term: 9 }), signal))).not.toBe(
        'ok',
      );
      expect(kindOf(await other.swap(ref.cluster, 3, record(4, { owner: 'other', term: 9 }), signal))).not.toBe('ok');
      expect(kindOf(await other.swap(ref.cluster, 3, null, signal))).not.toBe('ok');
      expect(await read()).toMatchObject({ revision: 3 });
    });

    it('outlives everything else of its cluster', async () => {
      must(await subject.provider.infrastructure.ensure(ref, { forwardTo: [] }, signal));
      await tearDown(subject, ref);
      expect(await read()).toMatchObject({ revision: 3 });
    });

    it('answers unreadable to what it cannot understand, never none, and nobody writes over it unseen', async () => {
      const spoilt = { ...record(4), owner: 7 } as unknown as ClusterRecord;
      expect(kindOf(await records.swap(ref.cluster, 3, spoilt, signal))).toBe('ok');
      expect(kindOf(await records.read(ref.cluster, signal))).toBe('unreadable');
      expect((await listed(records)).map((found) => kindOf(found.record))).toEqual(['unreadable']);
      expect(kindOf(await records.swap(ref.cluster, null, record(1), signal))).toBe('conflict');
      expect(kindOf(await records.swap(ref.cluster, 4, record(5), signal))).toBe('ok');
    });

    it('goes when null is swapped in, and can begin anew', async () => {
      expect(kindOf(await records.swap(ref.cluster, 5, null, signal))).toBe('ok');
      expect(await read()).toBeNull();
      expect(await listed(records)).toEqual([]);
      expect(kindOf(await records.swap(ref.cluster, null, record(1), signal))).toBe('ok');
      expect(kindOf(await records.swap(ref.cluster, 1, null, signal))).toBe('ok');
    });

    it('rejects when the signal is aborted', async () => {
      const aborted = AbortSignal.abort(new Error('shutdown'));
      await expect(records.list(aborted)).rejects.toThrow('shutdown');
      await expect(records.read(ref.cluster, aborted)).rejects.toThrow('shutdown');
      await expect(records.swap(ref.cluster, null, record(1), aborted)).rejects.toThrow('shutdown');
      expect(await read()).toBeNull();
    });
  });
}
