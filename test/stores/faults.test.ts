import type { BatchGetItemCommandOutput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Columns } from '../../src/providers/aws/table/condition.ts';
import type { Key } from '../../src/providers/aws/table/keys.ts';
import { signal } from '../conformance/subject.ts';
import { makeTable, STORES, type TestTable } from './tables.ts';

describe.each(STORES)('a table on %s', (store) => {
  let made: TestTable;
  beforeAll(async () => {
    made = await makeTable(store);
  });
  afterAll(() => made.close());

  const key = (sk: string): Key => ({ pk: 'faults', sk });
  const row = (columns: Columns) => ({ columns, body: '{}' });

  /** The first `count` requests are carried out, and their answers get lost. The SDK tries again. */
  const losing = (count: number) => (client: DynamoDBClient) => {
    let left = count;
    client.middlewareStack.add(
      (next) => async (args) => {
        const answer = await next(args);
        if (left-- > 0) throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
        return answer;
      },
      { step: 'deserialize', priority: 'low' },
    );
  };

  it('takes a write for taken whose answer was lost', async () => {
    const table = made.open(losing(1));
    expect(await table.write(key('lost'), row({ n: 1 }), { orAbsent: true }, signal)).toEqual({ taken: true });
    const again = made.open(losing(2));
    expect(await again.write(key('lost'), row({ n: 2 }), { is: { n: 1 } }, signal)).toEqual({ taken: true });
    const removing = made.open(losing(1));
    expect(await removing.remove(key('lost'), { is: { n: 2 } }, signal)).toEqual({ taken: true });
  });

  it('does not take another write for its own', async () => {
    await made.table.write(key('other'), row({ n: 1 }), null, signal);
    const written = await made.open(losing(1)).write(key('other'), row({ n: 1 }), { orAbsent: true }, signal);
    expect(written).toMatchObject({ taken: false, stored: { columns: { n: 1 } } });
    expect(await made.table.remove(key('other'), { is: { n: 7 } }, signal)).toMatchObject({ taken: false });
  });

  it('asks again for the keys that were left out, and says when that does not end', async () => {
    for (const sk of ['a', 'b', 'c']) await made.table.write(key(sk), row({ sk_: sk }), null, signal);
    const leavingOut = (times: number) => (client: DynamoDBClient) => {
      let left = times;
      client.middlewareStack.add(
        (next) => async (args) => {
          const answer = await next(args);
          const output = answer.output as BatchGetItemCommandOutput;
          if (left-- <= 0 || !output.Responses) return answer;
          const [name, items = []] = Object.entries(output.Responses)[0] ?? [''];
          const [item, ...others] = items;
          const Keys = item?.pk && item.sk ? [{ pk: item.pk, sk: item.sk }] : [];
          Object.assign(output, { Responses: { [name]: others }, UnprocessedKeys: { [name]: { Keys } } });
          return answer;
        },
        { step: 'initialize', priority: 'low' },
      );
    };
    const keys = ['c', 'x', 'a', 'b'].map(key);
    const names = (await made.open(leavingOut(2)).read(keys, signal)).map((found) => found?.columns.sk_ ?? null);
    expect(names).toEqual(['c', null, 'a', 'b']);
    await expect(made.open(leavingOut(99)).read(keys, signal)).rejects.toMatchObject({ name: 'UnprocessedKeys' });
  });

  it('lists more than one page', async () => {
    const body = 'x'.repeat(350_000);
    for (let i = 0; i < 8; i++)
      await made.table.write({ pk: 'pages', sk: `${i}` }, { columns: {}, body }, null, signal);
    const rows = await made.table.list('pages', '', signal);
    expect(rows.map(({ sk }) => sk)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
  });
});
