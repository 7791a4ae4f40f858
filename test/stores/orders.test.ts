import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterName } from '../../src/model/ids.ts';
import type { Act } from '../../src/providers/aws/table/act.ts';
import { beginLook, readLook } from '../../src/providers/aws/table/look.ts';
import {
  type Answer,
  claim,
  giveUp,
  type Order,
  place,
  readOrder,
  settle,
} from '../../src/providers/aws/table/order.ts';
import { ask, readRequest } from '../../src/providers/aws/table/request.ts';
import { kindOf, must, signal } from '../conformance/subject.ts';
import { anOrder, aRequest, MACHINE } from '../providers/aws/items.ts';
import { makeTable, STORES, type TestTable } from './tables.ts';

describe.each(STORES)('orders on %s', (store) => {
  let made: TestTable;
  beforeAll(async () => {
    made = await makeTable(store);
  });
  afterAll(() => made.close());

  const act = anOrder.act as Act;
  const order = (id: string, term = 4) => ({ id, term, act, limitMs: 30_000 });
  const stored = async (name: ClusterName) => must(await readOrder(made.table, name, signal)) as Order;
  const done: Answer = anOrder.answer as Answer;

  async function placed(name: string): Promise<{ cluster: ClusterName; order: Order }> {
    const cluster = name as ClusterName;
    must(await place(made.table, cluster, null, order('o1'), signal));
    return { cluster, order: await stored(cluster) };
  }

  it('are claimed by exactly one of twenty agents, and answered by that one alone', async () => {
    for (let round = 0; round < 20; round++) {
      const { cluster, order: open } = await placed(`claim-${round}`);
      const other = made.open();
      const claims = Array.from({ length: 20 }, (_, i) => `agent-${i}`);
      const kinds = await Promise.all(
        claims.map(async (by, i) => kindOf(await claim(i % 2 ? other : made.table, cluster, open, by, signal))),
      );
      expect(kinds.filter((kind) => kind === 'ok')).toHaveLength(1);
      const mine = await stored(cluster);
      expect(mine).toMatchObject({ state: 'claimed', claim: claims[kinds.indexOf('ok')] });
      expect(kindOf(await settle(other, cluster, { ...mine, claim: 'agent-x' }, done, signal))).toBe('conflict');
      must(await settle(other, cluster, mine, done, signal));
      expect(await stored(cluster)).toEqual({ ...mine, state: 'done', answer: done });
    }
  });

  it('are one at a time, and follow only what was seen', async () => {
    const { cluster, order: open } = await placed('one');
    expect(kindOf(await place(made.table, cluster, null, order('o2'), signal))).toBe('conflict');
    await expect(async () => place(made.table, cluster, open, order('o2'), signal)).rejects.toThrow('o1 is open');
    must(await claim(made.table, cluster, open, 'c', signal));
    must(await settle(made.table, cluster, await stored(cluster), done, signal));
    const over = await stored(cluster);
    expect(kindOf(await place(made.table, cluster, over, order('old', 3), signal))).toBe('conflict');
    must(await place(made.table, cluster, over, order('o2', 5), signal));
    expect(kindOf(await place(made.table, cluster, over, order('o3', 6), signal))).toBe('conflict');
    expect(await stored(cluster)).toMatchObject({ id: 'o2', term: 5, state: 'open', claim: null, answer: null });
  });

  it('that were given up are not begun, and not answered late', async () => {
    const open = await placed('given-up');
    expect(kindOf(await giveUp(made.table, open.cluster, open.order, 3, signal))).toBe('conflict');
    must(await giveUp(made.table, open.cluster, open.order, 5, signal));
    expect(kindOf(await claim(made.table, open.cluster, open.order, 'late', signal))).toBe('conflict');

    const taken = await placed('given-up-late');
    must(await claim(made.table, taken.cluster, taken.order, 'c', signal));
    expect(kindOf(await giveUp(made.table, taken.cluster, taken.order, 5, signal))).toBe('conflict');
    const claimed = await stored(taken.cluster);
    must(await giveUp(made.table, taken.cluster, claimed, 5, signal));
    expect(kindOf(await settle(made.table, taken.cluster, claimed, done, signal))).toBe('conflict');
    must(await place(made.table, taken.cluster, await stored(taken.cluster), order('o2', 5), signal));
    expect(kindOf(await settle(made.table, taken.cluster, claimed, done, signal))).toBe('conflict');
  });

  it('are refused from an older term; so are looks and requests to a node', async () => {
    const cluster = 'terms' as ClusterName;
    expect(must(await beginLook(made.table, cluster, 4, signal))).toEqual({ look: 1, term: 4 });
    expect(kindOf(await beginLook(made.table, cluster, 3, signal))).toBe('conflict');
    expect(must(await beginLook(made.table, cluster, 6, signal))).toEqual({ look: 2, term: 6 });
    expect(must(await readLook(made.table, cluster, signal))).toEqual({ look: 2, term: 6 });

    const begun = await Promise.all(Array.from({ length: 10 }, () => beginLook(made.table, cluster, 6, signal)));
    const looks = begun.flatMap((answered) => (answered.ok ? [answered.value.look] : []));
    expect(looks.length).toBeGreaterThan(0);
    expect(new Set(looks).size).toBe(looks.length);

    const request = { ...aRequest, verb: 'join' as const };
    must(await ask(made.table, cluster, MACHINE, request, signal));
    expect(kindOf(await ask(made.table, cluster, MACHINE, { ...request, id: 'r0', term: 3 }, signal))).toBe('conflict');
    must(await ask(made.table, cluster, MACHINE, { ...request, id: 'r2', verb: 'leave', term: 4 }, signal));
    expect(must(await readRequest(made.table, cluster, MACHINE, signal))).toMatchObject({ id: 'r2', verb: 'leave' });
  });
});
