import { describe, expect, it } from 'vitest';
import { stepDown } from '../../../src/agent/termination/step-down.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { seededRandom } from '../../../src/base/random.ts';
import { fail, ok } from '../../../src/base/result.ts';
import type { ClusterName, MachineId, NodeId, SwarmId } from '../../../src/model/ids.ts';
import { DOCKERS_OPTIONS, type EngineView, type SwarmView } from '../../../src/model/observed.ts';
import { createLooks } from '../../../src/providers/aws/swarm/looks.ts';
import { createOrdering } from '../../../src/providers/aws/swarm/ordering.ts';
import { appoint, publish } from '../../../src/providers/aws/table/founding.ts';
import { beginLook } from '../../../src/providers/aws/table/look.ts';
import { claim, giveUp, place, readOrder, settle } from '../../../src/providers/aws/table/order.ts';
import { aMember, aRef, aSwarm, asManager } from '../../support/builders.ts';
import { createMemoryTable } from '../../support/memory-table.ts';

const { signal } = new AbortController();
const ME = 'n1' as NodeId;
const MACHINE = 'm1' as MachineId;
const ONE = 'one' as ClusterName;
const SWARM = 'swarm1' as SwarmId;
const engine: EngineView = {
  version: '28.5.2',
  swarm: 'active',
  nodeId: ME,
  isManager: true,
  error: null,
};

async function aTable(declared?: number) {
  const table = createMemoryTable();
  const options = { ...DOCKERS_OPTIONS, addressPools: [], subnetSize: 24, dataPathPort: 4789 };
  const appointed = { founder: MACHINE, nonce: 'x', term: 2, options };
  await appoint(table, ONE, appointed, null, signal);
  await publish(table, ONE, { ...appointed, swarm: null }, SWARM, signal);
  await beginLook(table, ONE, 7, signal, declared);
  const ask = (look: () => Promise<ReturnType<typeof ok<SwarmView>>>) =>
    stepDown({ cluster: ONE, machine: MACHINE, table, look, random: seededRandom(1) }, engine, signal);
  const order = async () => {
    const read = await readOrder(table, ONE, signal);
    if (!read.ok) throw new Error('no order');
    return read.value;
  };
  return { table, ask, order };
}
const managed = aSwarm({ members: ['n1', 'n2', 'n3', 'n4'].map((id) => aMember(id, asManager(id === 'n2'))) });
const four = async () => ok(managed);
const other = {
  id: 'o1',
  term: 7,
  limitMs: 30_000,
  act: { verb: 'promote', node: 'n9' as NodeId, version: 3 },
} as const;

const TIMES = { pollMs: 1, lookMs: 1_000, beginMs: 10_000, doMs: 10_000 };

describe('its demotion', () => {
  it('is ordered by itself, once, under the term of the last look', async () => {
    const { ask, order } = await aTable(3);
    expect(await ask(four)).toEqual(ok(true));
    expect(await order()).toMatchObject({
      state: 'open',
      term: 7,
      act: { verb: 'demote', node: ME, version: 10 },
      limitMs: 30_000,
      by: MACHINE,
    });
    expect(await ask(four)).toEqual(ok(false));
  });

  it('is not ordered where the controller has not said how many are declared', async () => {
    const { ask, order } = await aTable();
    expect(await ask(four)).toEqual(ok(false));
    expect(await order()).toBeNull();
  });

  it('is ordered by what the controller declares with each of its looks', async () => {
    const { table, ask, order } = await aTable();
    const looks = createLooks({ table, clock: systemClock, times: TIMES, arnOf: () => '', random: seededRandom(2) });
    await looks.reports({ ...aRef({ managers: 5 }), cluster: ONE, term: 8 }, [MACHINE], signal);
    expect(await ask(four)).toEqual(ok(false));
    await looks.reports({ ...aRef({ managers: 3 }), cluster: ONE, term: 8 }, [MACHINE], signal);
    expect(await ask(four)).toEqual(ok(true));
    expect((await order())?.term).toBe(8);
  });

  it('is not ordered in the name of a swarm that does not count', async () => {
    const { ask, order } = await aTable(3);
    expect(await ask(async () => ok({ ...managed, id: 'swarm2' as SwarmId }))).toEqual(ok(false));
    expect(await order()).toBeNull();
  });

  it('waits for the order before it: open, claimed, or given up when nobody knows what came of it', async () => {
    const { table, ask, order } = await aTable(3);
    await place(table, ONE, null, other, signal);
    expect(await ask(four)).toEqual(ok(false));
    const open = await order();
    if (!open) throw new Error('no order');
    await claim(table, ONE, open, 'c1', signal);
    expect(await ask(four)).toEqual(ok(false));
    const claimed = await order();
    if (!claimed) throw new Error('no order');
    await giveUp(table, ONE, claimed, 8, signal);
    expect(await ask(four)).toEqual(ok(false));
    expect((await order())?.id).toBe('o1');
  });

  it('follows one that is done, or was given up before anybody began', async () => {
    for (const isClaimed of [true, false]) {
      const { table, ask, order } = await aTable(3);
      await place(table, ONE, null, other, signal);
      const open = await order();
      if (!open) throw new Error('no order');
      if (isClaimed) {
        await claim(table, ONE, open, 'c1', signal);
        const answer = { problem: null, through: MACHINE, swarm: SWARM, version: 4 };
        await settle(table, ONE, { ...open, state: 'claimed', claim: 'c1' }, answer, signal);
      } else {
        await giveUp(table, ONE, open, 8, signal);
      }
      expect(await ask(four)).toEqual(ok(true));
      expect((await order())?.term).toBe(isClaimed ? 7 : 8);
    }
  });

  it('gives way to an order that was placed while it looked', async () => {
    const { table, ask, order } = await aTable(3);
    const late = async () => {
      await place(table, ONE, null, other, signal);
      return four();
    };
    expect(await ask(late)).toEqual(ok(false));
    expect((await order())?.id).toBe('o1');
  });

  it('is not ordered blindly', async () => {
    const { table, order } = await aTable(3);
    const problem = { kind: 'no-leader', detail: 'x' } as const;
    const look = async () => fail(problem);
    expect(
      await stepDown({ cluster: ONE, machine: MACHINE, table, look, random: seededRandom(1) }, engine, signal),
    ).toEqual(fail(problem));
    expect(await order()).toBeNull();
  });
});

describe('the controller, after a manager has ordered its own demotion', () => {
  it('plans again once, since it may have looked before; then it orders', async () => {
    const { table, ask, order } = await aTable(3);
    await ask(four);
    const done = async () => {
      const open = await order();
      if (open?.state !== 'open') return;
      await claim(table, ONE, open, 'c1', signal);
      const answer = { problem: null, through: MACHINE, swarm: SWARM, version: 4 };
      await settle(table, ONE, { ...open, state: 'claimed', claim: 'c1' }, answer, signal);
    };
    await done();
    const clock = { ...systemClock, sleep: done };
    const controller = createOrdering({ table, clock, times: TIMES, arnOf: () => '', random: seededRandom(2) });
    const ref = { cluster: ONE, term: 7 };
    expect(await controller(ref, other.act, signal)).toMatchObject({ problem: { kind: 'conflict' } });
    expect(await controller(ref, other.act, signal)).toEqual(ok(undefined));
    expect(await controller(ref, other.act, signal)).toEqual(ok(undefined));
    expect((await order())?.by).toBeUndefined();
  });
});
