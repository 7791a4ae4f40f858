import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterName, MachineId, SwarmId } from '../../src/model/ids.ts';
import { appoint, type Founding, publish, readFounding } from '../../src/providers/aws/table/founding.ts';
import { readJoining, writeJoining } from '../../src/providers/aws/table/join.ts';
import { kindOf, must, signal } from '../conformance/subject.ts';
import { aFounding } from '../providers/aws/items.ts';
import { makeTable, STORES, type TestTable } from './tables.ts';

describe.each(STORES)('founding on %s', (store) => {
  let made: TestTable;
  beforeAll(async () => {
    made = await makeTable(store);
  });
  afterAll(() => made.close());

  const cluster = (name: string) => name as ClusterName;
  const swarmOf = (i: number) => `swarm-${i}` as SwarmId;
  const anAppointment = (nonce: string, term = 1): Omit<Founding, 'swarm'> => {
    const { swarm: _, ...rest } = aFounding;
    return { ...rest, nonce, term, founder: `i-${nonce}` as MachineId };
  };
  const stored = async (name: ClusterName) => must(await readFounding(made.table, name, signal)) as Founding;

  it('lets one swarm be published, whoever of twenty was appointed and whatever each believes', async () => {
    for (let round = 0; round < 20; round++) {
      const name = cluster(`race-${round}`);
      const other = made.open();
      // Two controllers of different terms appoint while twenty founders publish what they believe to be theirs.
      const appointments = [anAppointment('a', 1), anAppointment('b', 2)];
      const founders = Array.from({ length: 20 }, async (_, i) => {
        const mine: Founding = { ...(appointments[i % 2] as Omit<Founding, 'swarm'>), swarm: null };
        return kindOf(await publish(i < 10 ? made.table : other, name, mine, swarmOf(i), signal));
      });
      const appointed = appointments.map((one) => appoint(other, name, one, null, signal));
      await Promise.all(appointed);
      const kinds = await Promise.all(founders);
      const last = await stored(name);
      if (last.swarm === null) {
        expect(kindOf(await publish(made.table, name, last, swarmOf(99), signal))).toBe('ok');
        expect(kinds.filter((kind) => kind === 'ok')).toEqual([]);
      } else {
        expect(kinds.map((kind, i) => (kind === 'ok' ? swarmOf(i) : ''))).toContain(last.swarm);
        expect(kinds.filter((kind) => kind === 'ok')).toHaveLength(1);
      }
      const { swarm } = await stored(name);
      expect(kindOf(await appoint(other, name, anAppointment('c', 9), null, signal))).toBe('conflict');
      expect(await stored(name)).toMatchObject({ swarm });
    }
  });

  it('takes no publication by one who was replaced, and none of an older term', async () => {
    const name = cluster('replaced');
    must(await appoint(made.table, name, anAppointment('a', 4), null, signal));
    const first = await stored(name);
    expect(kindOf(await appoint(made.table, name, anAppointment('old', 3), null, signal))).toBe('conflict');
    must(await appoint(made.table, name, anAppointment('b', 4), null, signal));
    expect(kindOf(await publish(made.table, name, first, swarmOf(1), signal))).toBe('conflict');
    must(await publish(made.table, name, await stored(name), swarmOf(2), signal));
    expect(await stored(name)).toMatchObject({ nonce: 'b', swarm: swarmOf(2) });
  });

  it('founds a second swarm only over the very one that a person gave up', async () => {
    const name = cluster('lost');
    must(await appoint(made.table, name, anAppointment('a', 4), null, signal));
    must(await publish(made.table, name, await stored(name), swarmOf(1), signal));
    expect(kindOf(await appoint(made.table, name, anAppointment('b', 5), swarmOf(7), signal))).toBe('conflict');
    expect(kindOf(await appoint(made.table, name, anAppointment('b', 3), swarmOf(1), signal))).toBe('conflict');
    must(await appoint(made.table, name, anAppointment('b', 5), swarmOf(1), signal));
    expect(await stored(name)).toMatchObject({ nonce: 'b', swarm: null });
  });

  it('keeps how to join each swarm apart, and renews it only over what was seen', async () => {
    const name = cluster('join');
    const first = { addresses: ['10.0.0.1:2377'], workerToken: 'one' };
    must(await writeJoining(made.table, name, swarmOf(1), null, first, signal));
    must(await writeJoining(made.table, name, swarmOf(2), null, { ...first, workerToken: 'two' }, signal));
    const seen = must(await readJoining(made.table, name, swarmOf(1), signal));
    const renewed = { addresses: ['10.0.0.2:2377'], workerToken: 'rotated' };
    must(await writeJoining(made.table, name, swarmOf(1), seen, renewed, signal));
    expect(kindOf(await writeJoining(made.table, name, swarmOf(1), seen, first, signal))).toBe('conflict');
    expect(kindOf(await writeJoining(made.table, name, swarmOf(1), null, first, signal))).toBe('conflict');
    expect(must(await readJoining(made.table, name, swarmOf(1), signal))).toEqual({ ...renewed, revision: 2 });
    expect(must(await readJoining(made.table, name, swarmOf(2), signal))).toMatchObject({ workerToken: 'two' });
  });
});
