import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { readMail, readOfficeMail } from '../../../src/agent/mail.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { seededRandom } from '../../../src/base/random.ts';
import { fail, ok } from '../../../src/base/result.ts';
import type { MachineId } from '../../../src/model/ids.ts';
import type { SwarmView } from '../../../src/model/observed.ts';
import type { ClusterRecord } from '../../../src/model/record.ts';
import { readBell, ring } from '../../../src/providers/aws/table/bell.ts';
import { createTableFiles } from '../../../src/providers/aws/table/files.ts';
import { appoint, publish, readFounding } from '../../../src/providers/aws/table/founding.ts';
import { latestTold, tell } from '../../../src/providers/aws/table/history.ts';
import { readJoining, writeJoining } from '../../../src/providers/aws/table/join.ts';
import { requestKey } from '../../../src/providers/aws/table/keys.ts';
import { createTableLease } from '../../../src/providers/aws/table/lease.ts';
import { beginLook, readLook } from '../../../src/providers/aws/table/look.ts';
import { claim, giveUp, place, readOrder, settle } from '../../../src/providers/aws/table/order.ts';
import { createTableRecords } from '../../../src/providers/aws/table/records.ts';
import { clearRemains } from '../../../src/providers/aws/table/remains.ts';
import { readReports, writeReport } from '../../../src/providers/aws/table/report.ts';
import { ask, readRequest } from '../../../src/providers/aws/table/request.ts';
import { createTable, type Table } from '../../../src/providers/aws/table/table.ts';
import { readHead, readView, writeView } from '../../../src/providers/aws/table/view.ts';
import { aFounding, anOrder, aReport, aRequest, MACHINE } from './items.ts';
import { allows, ME, ROLES, type Role, type Try } from './policies.ts';
import { ONE, OTHER, RIGHTS, SWARM } from './rights.ts';

const { signal } = new AbortController();

/** What the code really asks of DynamoDB: verbs with their partitions. The table is empty, or takes everything. */
function recorded(): { readonly table: Table; readonly tries: Try[] } {
  const tries: Try[] = [];
  const send = async (command: { readonly input: Input }): Promise<object> => {
    const { input } = command;
    const keys = Object.values(input.RequestItems ?? {}).flatMap(({ Keys }) => Keys);
    const values = input.ExpressionAttributeValues?.[':pk'];
    const partitions = [
      ...keys.map(({ pk }) => pk.S),
      input.Item?.pk.S,
      input.Key?.pk.S,
      input.Item ? null : values?.S,
    ];
    tries.push({
      verb: command.constructor.name.replace('Command', ''),
      partitions: partitions.filter((pk) => pk != null),
      ...(input.ProjectionExpression && { attributes: input.ProjectionExpression.split(', ') }),
    });
    return {};
  };
  const client = { send } as unknown as DynamoDBClient;
  return {
    table: createTable({ client, name: 'skep', writer: '0.4', clock: systemClock, random: seededRandom(1) }),
    tries,
  };
}

interface Input {
  readonly RequestItems?: Readonly<
    Record<string, { readonly Keys: readonly { readonly pk: { readonly S: string } }[] }>
  >;
  readonly Item?: { readonly pk: { readonly S: string } };
  readonly Key?: { readonly pk: { readonly S: string } };
  readonly ProjectionExpression?: string;
  readonly ExpressionAttributeValues?: Readonly<Record<string, { readonly S: string }>>;
}

const head = { look: 1, through: MACHINE, ring: null, parts: 'p1', now: 1_700_000_000_000 };
const seen = { ...head, digest: null, problem: null, parts: 'p0', count: 1, writtenAt: head.now };
const view = ok({ id: SWARM } as unknown as SwarmView);
const none = fail({ kind: 'no-leader', detail: 'none' } as const);
const open = { ...anOrder, state: 'open', claim: null, answer: null } as const;

/** As if every item of a cluster were there. */
const full = (table: Table): Table => ({
  ...table,
  async sortKeys(pk, inner) {
    await table.sortKeys(pk, inner);
    return [ME, OTHER].map((id) => requestKey(ONE, id as MachineId).sk);
  },
  async read(keys, inner) {
    await table.read(keys, inner);
    return keys.map(() => ({ columns: {}, body: '' }));
  },
});

const anyNode = async (table: Table) => {
  await readMail(table, ONE, MACHINE, signal);
  await readLook(table, ONE, signal);
  await readRequest(table, ONE, MACHINE, signal);
  await readFounding(table, ONE, signal);
  await readJoining(table, ONE, SWARM, signal);
  await writeReport(table, ONE, { arn: ME, now: head.now }, aReport, signal);
  await ring(table, ONE, 'ding', signal);
};

const DUTIES: Readonly<Record<Role, (table: Table) => Promise<unknown>>> = {
  worker: anyNode,
  manager: async (table) => {
    await anyNode(table);
    await readOfficeMail(table, ONE, signal);
    await publish(table, ONE, aFounding, SWARM, signal);
    await writeJoining(table, ONE, SWARM, null, { addresses: [], workerToken: 't' }, signal);
    await readOrder(table, ONE, signal);
    await claim(table, ONE, open, 'c1', signal);
    await settle(table, ONE, anOrder, { problem: null, through: MACHINE, swarm: SWARM, version: 1 }, signal);
    await readHead(table, ONE, signal);
    await writeView(table, ONE, seen, head, view, signal);
    await writeView(table, ONE, null, head, none, signal);
    await readReports(table, ONE, [ME, OTHER], signal);
    await readBell(table, ONE, signal);
  },
  controller: async (table) => {
    const records = createTableRecords(table, 'ours');
    await records.list(signal);
    await records.read(ONE, signal);
    await records.swap(ONE, null, { term: 1, revision: 1 } as ClusterRecord, signal);
    await records.swap(ONE, 1, null, signal);
    const lease = createTableLease(table, 'ours');
    await lease.read(signal);
    await lease.swap(null, { holder: 'a', term: 1, renewals: 0, released: false }, signal);
    await beginLook(table, ONE, 1, signal);
    await ask(table, ONE, MACHINE, { ...aRequest, verb: 'join' }, signal);
    await readFounding(table, ONE, signal);
    await appoint(table, ONE, aFounding, null, signal);
    await readOrder(table, ONE, signal);
    await place(table, ONE, null, { ...anOrder, act: { verb: 'rebalance', service: 's', version: 1 } }, signal);
    await giveUp(table, ONE, open, 4, signal);
    await readHead(table, ONE, signal);
    await readView(table, ONE, seen, signal);
    await readReports(table, ONE, [ME, OTHER], signal);
    await clearRemains({ table: full(table), arnOf: (_, id) => id }, { cluster: ONE, term: 4 }, signal);
    const files = createTableFiles(table, 'ours');
    await files.all('status');
    await files.read('status', 'one.json');
    await files.write('status', 'one.json', '{}', 1);
    await files.remove('status', 'two.json', 1);
    await tell(table, 'ours', { at: head.now, cluster: ONE, level: 'info', code: 'SKP407', text: 'x' }, 'u');
    await latestTold(table, 'ours', { cluster: null, levels: ['info'], limit: 10 });
  },
};

describe.each(ROLES)('what a %s does by itself', (role) => {
  it('is allowed, and uses all that is allowed', async () => {
    const { table, tries } = recorded();
    await DUTIES[role](table);
    const refused: string[] = [];
    for (const attempt of tries)
      if (!(await allows(role, attempt))) refused.push(`${attempt.verb} ${attempt.partitions}`);
    expect(refused).toEqual([]);

    const used = new Set(tries.flatMap(({ verb, partitions }) => (partitions ?? []).map((pk) => `${verb} ${pk}`)));
    const granted = RIGHTS.filter(([pk]) => !/two|one-b/.test(pk)).flatMap(([pk, rights]) =>
      rights[role].split(' ').flatMap((verb) => (verb === '' ? [] : [`${verb} ${pk}`])),
    );
    const unused = [...new Set(granted)].filter((right) => !used.has(right));
    expect(unused).toEqual([]);
  });
});
