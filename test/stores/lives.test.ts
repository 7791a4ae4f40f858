import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterName, MachineId, SwarmId } from '../../src/model/ids.ts';
import { ring } from '../../src/providers/aws/table/bell.ts';
import { appoint, readFounding } from '../../src/providers/aws/table/founding.ts';
import { writeJoining } from '../../src/providers/aws/table/join.ts';
import { RECORDS } from '../../src/providers/aws/table/keys.ts';
import { clearRemains, readRemains } from '../../src/providers/aws/table/remains.ts';
import type { Table } from '../../src/providers/aws/table/table.ts';
import { kindOf, must, signal } from '../conformance/subject.ts';
import { aFounding } from '../providers/aws/items.ts';
import { expectWhole, keepFor, namesOf, recordOf } from '../support/healing.ts';
import { createTableLife } from '../support/table-life.ts';
import { makeTable, STORES, type TestTable } from './tables.ts';

const MINUTE = 60_000;
const DEMO = 'demo' as ClusterName;

/** Whole lives of a cluster whose nodes nobody reaches but through the table. */
describe.each(STORES)('a cluster kept through agents and a table on %s', (store) => {
  let made: TestTable;
  beforeAll(async () => {
    made = await makeTable(store);
  });
  afterAll(() => made.close());

  const founding = async () => must(await readFounding(made.table, DEMO, signal));

  it('that lost all its managers is begun anew once a person said so, and by nobody else', async () => {
    const { keeper, stop } = createTableLife(made.table);
    try {
      keeper.declare({ managers: 3, workers: { web: 2 } });
      await keeper.keep();
      const { swarmId } = await recordOf(keeper);
      expect(await founding()).toMatchObject({ swarm: swarmId });
      const workers = await namesOf(keeper, 'web');
      for (const id of await namesOf(keeper, 'managers')) await keeper.acts.removeMachine(keeper.cluster, id);
      await keepFor(keeper, 2 * MINUTE);
      expect(keeper.status().status.holds.map(({ reason }) => reason)).toEqual(['QuorumLost']);
      expect(await founding()).toMatchObject({ swarm: swarmId });

      const at = keeper.clock.now();
      const recovery = { how: 'start-over', swarmId: swarmId as SwarmId, removes: [] } as const;
      const until = at + 15 * MINUTE;
      keeper.intents.push({ id: 'r1', kind: 'recover', by: 'ann', at, reason: null, until, recovery });
      await keeper.keep(15 * MINUTE);
      await expectWhole(keeper, 3, 2);
      expect(await namesOf(keeper, 'web')).toEqual(workers);
      const record = await recordOf(keeper);
      expect(record.swarmId).not.toBe(swarmId);
      expect(record).not.toHaveProperty('givenUp');
      expect(await founding()).toMatchObject({ swarm: record.swarmId });
    } finally {
      await stop();
    }
  });

  it('whose founder goes with its machine right after it published is founded anew, nobody asked', async () => {
    const own = await makeTable(store);
    const gone: string[] = [];
    const table: Table = {
      ...own.table,
      async write(key, row, ...rest) {
        const written = await own.table.write(key, row, ...rest);
        if (key.pk.startsWith('founding/') && row.columns.swarm !== undefined && gone.length === 0) {
          gone.push(must(await readFounding(own.table, DEMO, signal))?.founder ?? '');
          await keeper.acts.removeMachine(keeper.cluster, gone[0] as MachineId);
        }
        return written;
      },
    };
    const { keeper, stop } = createTableLife(table);
    try {
      keeper.declare({ managers: 3 });
      await keeper.keep(10 * MINUTE);
      await expectWhole(keeper, 3, 0);
      expect(await namesOf(keeper)).not.toContain(gone[0]);
      const last = must(await readFounding(own.table, DEMO, signal));
      expect(last?.swarm).toBe((await recordOf(keeper)).swarmId);
      expect(last?.founder).not.toBe(gone[0]);
    } finally {
      await stop();
      own.close();
    }
  });

  it('is deleted, and nothing of it is left in the table, however often the controller dies on the way; then made again', async () => {
    const own = await makeTable(store);
    let deaths = 0;
    let isDying = false;
    /** The item is gone, and the process with it. */
    const table: Table = {
      ...own.table,
      async remove(...args) {
        const removed = await own.table.remove(...args);
        if (!isDying || args[0].pk === RECORDS) return removed;
        deaths += 1;
        throw new TypeError('the process died');
      },
    };
    const { keeper, stop } = createTableLife(table);
    const pass = () => keeper.pass().catch((error) => expect(String(error)).toContain('died'));
    try {
      keeper.declare({ managers: 1, workers: { web: 1 } });
      await keeper.keep();
      const joining = { addresses: [], workerToken: 'of the loser of a founding' };
      must(await writeJoining(own.table, DEMO, 'another' as SwarmId, null, joining, signal));
      must(await ring(own.table, DEMO, 'ding', signal));
      await own.table.write({ pk: 'history/me', sk: 'then' }, { columns: {}, body: '' }, null, signal);
      must(await ring(own.table, 'demo-b' as ClusterName, 'ding', signal));
      const kinds = new Set((await own.keys()).map((key) => key.split(/[/ ]/)[0]));
      expect([...kinds].sort()).toEqual(['ask', 'bell', 'founding', 'history', 'join', 'node', 'order', 'view']);

      isDying = true;
      const gone = { firstMissedAt: 0, settled: true, settlesAt: null, suspicion: null };
      keeper.say({ kind: 'absent', absence: gone });
      while (must(await keeper.provider.records.read(DEMO, signal)) !== null) {
        await pass();
        await keeper.clock.step(5_000);
      }
      expect(deaths).toBeGreaterThan(5);
      expect(await own.keys()).toEqual(['bell/demo-b -', 'history/me then']);

      isDying = false;
      keeper.declare({ managers: 1, workers: { web: 1 } });
      await keeper.keep();
      await expectWhole(keeper, 1, 1);
    } finally {
      await stop();
      own.close();
    }
  });

  it('is not cleared by an earlier controller once it was made anew', async () => {
    const again = 'again' as ClusterName;
    must(await appoint(made.table, again, { ...aFounding, term: 5 }, null, signal));
    const options = { table: made.table, arnOf: (_: string, machine: MachineId) => `arn/${machine}` };
    expect(kindOf(await clearRemains(options, { cluster: again, term: 4 }, signal))).toBe('conflict');
    expect(must(await readRemains(options, again, signal))).toHaveLength(1);
    must(await clearRemains(options, { cluster: again, term: 5 }, signal));
    expect(must(await readRemains(options, again, signal))).toEqual([]);
  });
});
