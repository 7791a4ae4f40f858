import { describe, expect, it } from 'vitest';
import { fail, ok } from '../../src/base/result.ts';
import { findRecord } from '../../src/controller/observe.ts';
import type { ClusterName } from '../../src/model/ids.ts';
import type { Problem } from '../../src/model/problem.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { aRecord } from '../support/builders.ts';
import { createKeeper } from '../support/keeper.ts';

const cluster = 'demo' as ClusterName;
const { signal } = new AbortController();
const SILENT: Problem = { kind: 'unreachable', what: 'the engine', detail: 'no answer' };
const SPOILT: Problem = { kind: 'unreadable', what: 'the record of demo', detail: 'format 2' };

const answering = (read: Awaited<ReturnType<Provider['records']['read']>>) =>
  ({ records: { read: async () => read } }) as unknown as Provider;
const none = answering(ok(null));
const holder = answering(ok(aRecord()));
const silent = answering(fail(SILENT));
const spoilt = answering(fail(SPOILT));

describe('findRecord', () => {
  it('finds the record wherever it is', async () => {
    expect(await findRecord(cluster, [none], [none, holder], signal)).toMatchObject({ provider: holder });
    expect(await findRecord(cluster, [silent], [silent, holder], signal)).toMatchObject({ provider: holder });
  });

  it('believes in none only when every provider that was named said so', async () => {
    const nothing = { provider: none, record: { ok: true, value: null } };
    expect(await findRecord(cluster, [none], [none, silent], signal)).toEqual(nothing);
    const unknown = { provider: silent, record: fail(SILENT) };
    expect(await findRecord(cluster, [none, silent], [none, silent], signal)).toEqual(unknown);
  });

  it('takes one that cannot be read for what it is, whoever keeps it', async () => {
    expect(await findRecord(cluster, [none], [none, spoilt], signal)).toEqual({
      provider: spoilt,
      record: fail(SPOILT),
    });
  });
});

describe('a cluster whose document names another provider', () => {
  it('is not born a second time while the old one is silent', async () => {
    const keeper = createKeeper();
    keeper.declare({ workers: { web: 1 } });
    await keeper.keep();
    const elsewhere = createKeeper(7);
    const lost = { ...keeper.provider, ...silent };
    keeper.ports.providers = { aws: elsewhere.provider, simulated: lost, local: elsewhere.provider };
    keeper.declare({ workers: { web: 1 }, spec: { provider: 'local' } });
    await keeper.pass();
    expect(elsewhere.worlds.list()).toEqual([]);
    expect(keeper.status().status).toMatchObject({ phase: 'Degraded', lastProblem: expect.stringContaining('engine') });
  });
});
