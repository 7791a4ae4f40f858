import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../../base/clock.ts';
import type { Random } from '../../../base/random.ts';
import { withLimit } from '../../swarm/limit.ts';
import { type Columns, type Condition, expressionOf } from './condition.ts';
import type { Key } from './keys.ts';

/** One item: columns to compare, and a body that only its own codec reads. */
export interface Row {
  readonly columns: Columns;
  /** JSON text, or bytes. */
  readonly body: string | Uint8Array;
}

/** `stored`: what stood in the way; null: nothing is there. */
type Written = { readonly taken: true } | { readonly taken: false; readonly stored: Row | null };

/** The table of one account and region. Reads are strongly consistent. Rejects with what the SDK throws. */
export interface Table {
  /** Minor version of the skep that writes here, e.g. `0.3`. */
  readonly writer: string;
  /** In the order of `keys`; null: not there. One request for each hundred. */
  read(keys: readonly Key[], signal: AbortSignal): Promise<readonly (Row | null)[]>;
  /** All items of a partition whose sort key begins with `prefix`, in the order of their sort keys. */
  list(pk: string, prefix: string, signal: AbortSignal): Promise<readonly (Row & { readonly sk: string })[]>;
  /** Sort keys of all items of a partition; nothing else of them is asked for, so that secrets stay where they are. */
  sortKeys(pk: string, signal: AbortSignal): Promise<readonly string[]>;
  /** The last `limit` items of a partition that `wanted` takes, the last one first. */
  latest(
    pk: string,
    wanted: (columns: Columns) => boolean,
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly Row[]>;
  /** Replaces the item. One that was taken counts as taken although its answer was lost and it was sent again. */
  write(key: Key, row: Row, condition: Condition | null, signal: AbortSignal): Promise<Written>;
  /** Removing one that is not there counts as taken. */
  remove(key: Key, condition: Condition | null, signal: AbortSignal): Promise<Written>;
}

export interface TableOptions {
  readonly client: DynamoDBClient;
  readonly name: string;
  readonly writer: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** BatchGetItem takes no more (Amazon DynamoDB API reference). */
const KEYS_PER_CALL = 100;
/** The longest that one call may take with the SDK's own tries. DynamoDB answers within 10 ms as a rule. */
const LIMIT_MS = 5_000;
/** Waits before keys that DynamoDB left out are asked for again; it gives 16 MB at a time. */
const AGAIN_MS = [25, 50, 100, 200, 400, 800] as const;

export function createTable({ client, name: TableName, writer, clock, random }: TableOptions): Table {
  const limited = <T>(signal: AbortSignal, call: (signal: AbortSignal) => Promise<T>): Promise<T> =>
    withLimit(clock, LIMIT_MS, signal, call);

  async function readSome(keys: readonly Key[], found: Map<string, Row>, signal: AbortSignal): Promise<void> {
    let wanted: Record<string, AttributeValue>[] = keys.map(keyOf);
    for (const wait of [0, ...AGAIN_MS]) {
      if (wait > 0) await clock.sleep(wait * (0.5 + random.next()), signal);
      const RequestItems = { [TableName]: { Keys: wanted, ConsistentRead: true } };
      const { Responses, UnprocessedKeys } = await limited(signal, (abortSignal) =>
        client.send(new BatchGetItemCommand({ RequestItems }), { abortSignal }),
      );
      for (const item of Responses?.[TableName] ?? []) found.set(JSON.stringify([item.pk?.S, item.sk?.S]), rowOf(item));
      wanted = UnprocessedKeys?.[TableName]?.Keys ?? [];
      if (wanted.length === 0) return;
    }
    throw Object.assign(new Error(`${wanted.length} items were left out again and again`), { name: 'UnprocessedKeys' });
  }

  /** Runs a conditional call; `isOurs` tells from what is stored that an earlier try of it was taken. */
  async function unlessFailed(call: () => Promise<unknown>, isOurs: (stored: Row | null) => boolean): Promise<Written> {
    try {
      await call();
      return { taken: true };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const stored = error.Item ? rowOf(error.Item) : null;
      return isOurs(stored) ? { taken: true } : { taken: false, stored };
    }
  }

  return {
    writer,
    async read(keys, signal) {
      const found = new Map<string, Row>();
      for (let i = 0; i < keys.length; i += KEYS_PER_CALL) {
        await readSome(keys.slice(i, i + KEYS_PER_CALL), found, signal);
      }
      return keys.map(({ pk, sk }) => found.get(JSON.stringify([pk, sk])) ?? null);
    },
    async list(pk, prefix, signal) {
      const rows: (Row & { sk: string })[] = [];
      let from: Record<string, AttributeValue> | undefined;
      do {
        const query = new QueryCommand({
          TableName,
          ConsistentRead: true,
          KeyConditionExpression: prefix === '' ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': { S: pk }, ...(prefix === '' ? {} : { ':prefix': { S: prefix } }) },
          ...(from ? { ExclusiveStartKey: from } : {}),
        });
        const page = await limited(signal, (abortSignal) => client.send(query, { abortSignal }));
        rows.push(...(page.Items ?? []).map((item) => ({ sk: item.sk?.S ?? '', ...rowOf(item) })));
        from = page.LastEvaluatedKey;
      } while (from);
      return rows;
    },
    async sortKeys(pk, signal) {
      const keys: string[] = [];
      let from: Record<string, AttributeValue> | undefined;
      do {
        const query = new QueryCommand({
          TableName,
          ConsistentRead: true,
          Select: 'SPECIFIC_ATTRIBUTES',
          ProjectionExpression: 'pk, sk',
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: pk } },
          ...(from ? { ExclusiveStartKey: from } : {}),
        });
        const page = await limited(signal, (abortSignal) => client.send(query, { abortSignal }));
        keys.push(...(page.Items ?? []).map((item) => item.sk?.S ?? ''));
        from = page.LastEvaluatedKey;
      } while (from);
      return keys;
    },
    async latest(pk, wanted, limit, signal) {
      const rows: Row[] = [];
      let from: Record<string, AttributeValue> | undefined;
      do {
        const query = new QueryCommand({
          TableName,
          ScanIndexForward: false,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: pk } },
          ...(from ? { ExclusiveStartKey: from } : {}),
        });
        const page = await limited(signal, (abortSignal) => client.send(query, { abortSignal }));
        rows.push(...(page.Items ?? []).map(rowOf).filter(({ columns }) => wanted(columns)));
        from = page.LastEvaluatedKey;
      } while (from && rows.length < limit);
      return rows.slice(0, limit);
    },
    async write(key, { columns, body }, condition, signal) {
      const mark = random.id(16);
      const put = new PutItemCommand({
        TableName,
        Item: { ...keyOf(key), ...attributes(columns), body: attribute(body), mark: { S: mark } },
        ...conditional(condition),
      });
      return unlessFailed(
        () => limited(signal, (abortSignal) => client.send(put, { abortSignal })),
        (stored) => stored?.columns.mark === mark,
      );
    },
    async remove(key, condition, signal) {
      const removal = new DeleteItemCommand({ TableName, Key: keyOf(key), ...conditional(condition) });
      return unlessFailed(
        () => limited(signal, (abortSignal) => client.send(removal, { abortSignal })),
        (stored) => stored === null,
      );
    },
  };
}

const keyOf = ({ pk, sk }: Key): Record<string, AttributeValue> => ({ pk: { S: pk }, sk: { S: sk } });

function attribute(value: string | number | boolean | Uint8Array): AttributeValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  return typeof value === 'boolean' ? { BOOL: value } : { B: value };
}

const attributes = (values: Columns): Record<string, AttributeValue> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, attribute(value)]));

function conditional(condition: Condition | null) {
  if (!condition) return {};
  const { values, ...expression } = expressionOf(condition);
  return {
    ...expression,
    // DynamoDB refuses an empty map.
    ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: attributes(values) }),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
}

function rowOf({ pk, sk, body, ...rest }: Record<string, AttributeValue>): Row {
  const columns = Object.entries(rest).flatMap(([name, { S, N, BOOL }]): [string, string | number | boolean][] => {
    const value = S ?? (N === undefined ? BOOL : Number(N));
    return value === undefined ? [] : [[name, value]];
  });
  return { columns: Object.fromEntries(columns), body: body?.B ?? body?.S ?? '' };
}
