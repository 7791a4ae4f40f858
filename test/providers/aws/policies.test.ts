import { describe, expect, it } from 'vitest';
import { bellKey, joinKey, lookKey, orderKey, reportKey } from '../../../src/providers/aws/table/keys.ts';
import { allows, arnOf, ME, ROLES, type Role } from './policies.ts';
import { ONE, OTHER, RIGHTS, SWARM, TWO } from './rights.ts';

/** All that DynamoDB does with items, PartiQL included. */
const ITEM_VERBS = [
  ...['GetItem', 'BatchGetItem', 'Query', 'Scan', 'ConditionCheckItem', 'PartiQLSelect'],
  ...['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'PartiQLInsert', 'PartiQLUpdate', 'PartiQLDelete'],
];
const TABLE_VERBS = ['DescribeTable', 'UpdateTable', 'DeleteTable', 'UpdateTimeToLive', 'ExportTableToPointInTime'];

const allowedOf = async (role: Role, partitions: readonly string[] | null, verbs: readonly string[]) => {
  const answers = await Promise.all(verbs.map((verb) => allows(role, { verb, partitions })));
  return verbs.filter((_, i) => answers[i]).join(' ');
};

describe.each(ROLES)("a %s's credentials", (role) => {
  it.each(RIGHTS)('on %s', async (partition, rights) => {
    expect(await allowedOf(role, [partition], ITEM_VERBS)).toBe(rights[role]);
  });

  it('are worth nothing without a partition, on the table as a whole, and on another table', async () => {
    expect(await allowedOf(role, null, [...ITEM_VERBS, ...TABLE_VERBS])).toBe('');
    const other = { verb: 'PutItem', partitions: [lookKey(ONE).pk, bellKey(ONE).pk], table: 'other' };
    expect(await allows(role, other)).toBe(false);
  });

  it('do not reach a foreign partition beside one of its own', async () => {
    const own = role === 'controller' ? orderKey(ONE).pk : joinKey(ONE, SWARM).pk;
    const foreign = role === 'controller' ? joinKey(ONE, SWARM).pk : joinKey(TWO, SWARM).pk;
    expect(await allows(role, { verb: 'BatchGetItem', partitions: [own] })).toBe(true);
    expect(await allows(role, { verb: 'BatchGetItem', partitions: [own, foreign] })).toBe(false);
  });
});

describe("a controller's query", () => {
  const ask = (pk: string, attributes: readonly string[]) =>
    allows('controller', { verb: 'Query', partitions: [pk], attributes });

  it('names what is left of a cluster and sees nothing else of it', async () => {
    for (const pk of [joinKey(ONE, SWARM).pk, lookKey(ONE).pk]) {
      expect(await ask(pk, ['pk', 'sk'])).toBe(true);
      expect(await ask(pk, ['pk', 'sk', 'body'])).toBe(false);
    }
    expect(await ask(orderKey(ONE).pk, ['pk', 'sk'])).toBe(false);
  });
});

describe.each(['worker', 'manager'] as const)("a %s's report", (role) => {
  const partitions = [reportKey(ONE, ME).pk];

  it('is written with the credentials of its own instance only', async () => {
    expect(await allows(role, { verb: 'PutItem', partitions })).toBe(true);
    expect(await allows(role, { verb: 'PutItem', partitions, instance: OTHER })).toBe(false);
    expect(await allows(role, { verb: 'PutItem', partitions, instance: null })).toBe(false);
  });

  it('cannot be written where the ARN is a pattern', async () => {
    const like = [reportKey(ONE, '*').pk, reportKey(ONE, arnOf('*')).pk];
    for (const pk of like) expect(await allows(role, { verb: 'PutItem', partitions: [pk] })).toBe(false);
  });
});
