import { describe, expect, it } from 'vitest';
import type { ClusterSpec } from '../../src/model/cluster-spec/schema.ts';
import { specHashOf } from '../../src/model/desired.ts';
import { canonicalJson, sha256 } from '../../src/model/hash.ts';
import type { ClusterName } from '../../src/model/ids.ts';
import { readRecord } from '../../src/model/read-record.ts';
import type { ClusterRecord } from '../../src/model/record.ts';
import { aRecord, aSpec } from '../support/builders.ts';
import { createKeeper } from '../support/keeper.ts';

const cluster = 'demo' as ClusterName;

/** As a skep wrote it that knew less: fields that this one fills in are missing, and the hash is of what was there. */
function byOlderSkep(record: ClusterRecord): ClusterRecord {
  const { spec } = structuredClone(record) as { spec: { spec: Record<string, unknown> } };
  for (const field of ['rollout', 'local', 'engine', 'paused']) delete spec.spec[field];
  const older = { ...record, spec: spec as unknown as ClusterSpec, specHash: sha256(canonicalJson(spec)) };
  if (older.specHash === record.specHash) throw new Error('nothing is missing on it');
  return older;
}

describe('a record', () => {
  it('is read as it was written, from text or from what was parsed', () => {
    const record = aRecord({ revision: 3 });
    expect(readRecord(cluster, record)).toEqual({ ok: true, value: record });
    expect(readRecord(cluster, JSON.stringify(record))).toEqual({ ok: true, value: record });
  });

  it('of an older skep gets the defaults of newer fields, and the hash that its document has now', () => {
    const read = readRecord(cluster, byOlderSkep(aRecord()));
    expect(read).toMatchObject({ ok: true, value: { spec: aSpec(), specHash: specHashOf(aSpec()) } });
  });

  it('of an older skep is no change of the spec: nothing is written, counted or replaced (S14)', async () => {
    const keeper = createKeeper();
    keeper.declare({ workers: { web: 1 } });
    await keeper.keep();
    const { worlds } = keeper;
    await worlds.change(cluster, null, new AbortController().signal, ({ world }) => {
      if (world?.record) world.record = byOlderSkep(world.record);
    });
    const before = worlds.read(cluster);
    const outcome = await keeper.pass();
    expect(outcome.rest).toEqual({ ok: true, because: 'as declared' });
    expect(keeper.status().metadata.generation).toBe(1);
    expect(worlds.read(cluster)).toEqual(before);
  });

  it.each([
    ['text that is no JSON', '{', 'it is no record of skep'],
    ['something else', { hello: 1 }, 'it is no record of skep'],
    ['nothing', null, 'it is no record of skep'],
    ['another format', { ...aRecord(), format: 2, writer: '0.9' }, 'skep 0.9 wrote it in format 2, this one reads 1'],
    ['a field of another kind', { ...aRecord(), term: 'x' }, /^skep 0.1 wrote it; term: /],
    ['a spec that this version does not know', { ...aRecord(), spec: { kind: 'Fleet' } }, /^skep 0.1 wrote it; spec/],
  ])('that is %s is unreadable, never none', (_, stored, detail) => {
    expect(readRecord(cluster, stored)).toEqual({
      ok: false,
      problem: {
        kind: 'unreadable',
        what: 'the record of demo',
        detail: typeof detail === 'string' ? detail : expect.stringMatching(detail),
      },
    });
  });
});

describe('a cluster whose record cannot be understood', () => {
  it('is held and left as it is, with or without its document', async () => {
    const keeper = createKeeper();
    keeper.declare({ workers: { web: 1 } });
    await keeper.keep();
    const good = keeper.status();
    await keeper.worlds.change(cluster, null, new AbortController().signal, ({ world }) => {
      if (world?.record) Object.assign(world.record, { format: 2, writer: '9.0' });
    });
    const before = keeper.worlds.read(cluster);
    for (const without of [false, true]) {
      if (without) {
        const absence = { firstMissedAt: 1, settled: true, settlesAt: null, suspicion: null };
        keeper.say({ kind: 'absent', absence });
      } else keeper.declare({ workers: { web: 5 } });
      await keeper.pass();
      const { status, metadata } = keeper.status();
      expect(status).toMatchObject({
        phase: 'Held',
        provider: 'simulated',
        source: good.status.source,
        holds: [{ reason: 'NewerWriter', why: expect.stringContaining('skep 9.0 wrote it in format 2') }],
      });
      expect(metadata.generation).toBe(1);
      expect(keeper.worlds.read(cluster)).toEqual(before);
    }
  });
});
