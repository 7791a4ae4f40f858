import { describe, expect, it } from 'vitest';
import { noFailpoint } from '../../../src/base/failpoint.ts';
import { seededRandom } from '../../../src/base/random.ts';
import type { ClusterName } from '../../../src/model/ids.ts';
import { createRecords } from '../../../src/providers/local/record.ts';
import type { VolumeRow } from '../../../src/providers/local/world.ts';
import { type Engine, type EngineCall, EngineError } from '../../../src/providers/swarm/engine.ts';
import { aRecord } from '../../support/builders.ts';

const signal = new AbortController().signal;
const cluster = 'demo' as ClusterName;
const record = (revision: number, term = 1) => aRecord({ cluster, revision, term });

/** Volumes as an engine keeps them: creating one that exists answers with the one that is there. */
function aVolumeEngine(volumes: Map<string, VolumeRow>): Engine {
  const answer = ({ method, path, body }: EngineCall): unknown => {
    if (method === 'GET') return { Volumes: [...volumes.values()] };
    if (method === 'DELETE') {
      if (!volumes.delete(path.replace('/volumes/', ''))) throw new EngineError(404, 'no such volume');
      return undefined;
    }
    const wish = body as unknown as VolumeRow;
    const there = volumes.get(wish.Name) ?? wish;
    volumes.set(wish.Name, there);
    return there;
  };
  const no = (): never => {
    throw new Error('not imitated');
  };
  return { call: async <T>(call: EngineCall) => answer(call) as T, stream: no, hijack: no, close: () => {} };
}

describe('createRecords', () => {
  function aWorld() {
    const volumes = new Map<string, VolumeRow>();
    const engine = aVolumeEngine(volumes);
    const random = seededRandom(1);
    const open = (failpoint = noFailpoint) => createRecords(engine, 'me', random, failpoint);
    return { volumes, open };
  }
  class Died extends TypeError {}
  const dying = (): never => {
    throw new Died('killed');
  };

  it('reads the newer of two revisions that a crash left, and tidies up at the next swap', async () => {
    const { volumes, open } = aWorld();
    await open().swap(cluster, null, record(1), signal);
    await expect(open(dying).swap(cluster, 1, record(2), signal)).rejects.toThrow('killed');
    expect([...volumes.keys()]).toEqual(['skep-demo-record-1', 'skep-demo-record-2']);
    expect(await open().read(cluster, signal)).toEqual({ ok: true, value: record(2) });
    expect(await open().list(signal)).toEqual({
      ok: true,
      value: [{ cluster, record: { ok: true, value: record(2) } }],
    });
    expect(await open().swap(cluster, 2, record(3), signal)).toEqual({ ok: true, value: undefined });
    expect([...volumes.keys()]).toEqual(['skep-demo-record-3']);
  });

  it('shows none after a removal that was cut short, and begins anew over it', async () => {
    const { volumes, open } = aWorld();
    await open().swap(cluster, null, record(1), signal);
    await expect(open(dying).swap(cluster, 1, null, signal)).rejects.toThrow('killed');
    expect(await open().read(cluster, signal)).toEqual({ ok: true, value: null });
    expect(await open().list(signal)).toEqual({ ok: true, value: [] });
    expect(await open().swap(cluster, null, record(1, 5), signal)).toEqual({ ok: true, value: undefined });
    expect([...volumes.keys()]).toEqual(['skep-demo-record-1']);
    expect(await open().read(cluster, signal)).toEqual({ ok: true, value: record(1, 5) });
  });

  it('takes back what a writer wrote that was overtaken while it stood still', async () => {
    const { volumes, open } = aWorld();
    await open().swap(cluster, null, record(1), signal);
    const later = { ...[...volumes.values()][0], Name: 'skep-demo-record-3' } as VolumeRow;
    const overtaken = open(() => void volumes.set(later.Name, later));
    expect(await overtaken.swap(cluster, 1, record(2), signal)).toMatchObject({ problem: { kind: 'conflict' } });
    expect(volumes.has('skep-demo-record-2')).toBe(false);
    expect(volumes.has('skep-demo-record-3')).toBe(true);
  });
});
