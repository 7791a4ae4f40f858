import { randomBytes } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { inject } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { systemRandom } from '../../src/base/random.ts';
import { createTable, type Table } from '../../src/providers/aws/table/table.ts';
import type { StoreName } from './both-stores.ts';

export const STORES: readonly StoreName[] = ['DynamoDB Local', 'MiniStack'];

export interface TestTable {
  readonly name: string;
  readonly table: Table;
  /** The same table over connections of its own, as another process has it; `arrange` may spoil them. */
  open(arrange?: (client: DynamoDBClient) => void): Table;
  /** Partition and sort key of each item, as the store has them: `pk sk`. */
  keys(): Promise<readonly string[]>;
  close(): void;
}

/** A new table, as the stack makes it. */
export const makeTable = (store: StoreName): Promise<TestTable> => makeTableAt(inject('endpoints')[store]);

export async function makeTableAt(endpoint: string): Promise<TestTable> {
  const name = `skep-${randomBytes(6).toString('hex')}`;
  const clients: DynamoDBClient[] = [];
  const connect = (): DynamoDBClient => {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const client = new DynamoDBClient({ region: 'eu-west-3', endpoint, credentials });
    clients.push(client);
    return client;
  };
  const open = (arrange: (client: DynamoDBClient) => void = () => {}): Table => {
    const client = connect();
    arrange(client);
    return createTable({ client, name, writer: '0.4', clock: systemClock, random: systemRandom });
  };
  await connect().send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
    }),
  );
  const close = (): void => {
    for (const client of clients) client.destroy();
  };
  const scanning = connect();
  const keys = async (): Promise<readonly string[]> => {
    const { Items, LastEvaluatedKey } = await scanning.send(new ScanCommand({ TableName: name, ConsistentRead: true }));
    if (LastEvaluatedKey) throw new Error('more than one page');
    return (Items ?? []).map(({ pk, sk }) => `${pk?.S} ${sk?.S}`).sort();
  };
  return { name, table: open(), open, keys, close };
}
