import { describe, expect, it } from 'vitest';
import { mayStepDown, stepDown } from '../../../src/agent/termination/step-down.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { seededRandom } from '../../../src/base/random.ts';
import { fail, ok } from '../../../src/base/result.ts';
import type { ClusterName, MachineId, NodeId, SwarmId } from '../../../src/model/ids.ts';
import { DOCKERS_OPTIONS, type EngineView, type Member, type SwarmView } from '../../../src/model/observed.ts';
import { createOrdering } from '../../../src/providers/aws/swarm/ordering.ts';
import { appoint, publish } from '../../../src/providers/aws/table/founding.ts';
import { beginLook } from '../../../src/providers/aws/table/look.ts';
import { claim, giveUp, place, readOrder, settle } from '../../../src/providers/aws/table/order.ts';
import { aMember, aSwarm, asManager } from '../../support/builders.ts';
import { createMemoryTable } from '../../support/memory-table.ts';

const { signal } = new AbortController();
const ME = 'n1' as NodeId;
const MACHINE = 'm1' as MachineId;

const managers = (count: number, over: Partial<Member> = {}): readonly Member[] =>
  Array.from({ length: count }, (_, i) => aMember(`n${i + 1}`, { ...asManager(i === 1), ...(i === 1 ? over : {}) }));
const cut: Partial<Member> = { manager: { leader: false, reachability: 'unreachable' } };
const seen = (members: readonly Member[], over: Partial<SwarmView> = {}) => aSwarm({ members, ...over });
const demoteMe = { verb: 'demote', node: ME, version: 10 };

describe('a manager that is going to be taken away', () => {
  it.each([
    ['4 of 4, 3 declared', 4, 3],
    ['2 of 2, 1 declared', 2, 1],
    ['6 of 6, 5 declared', 6, 5],
    ['5 of 5, 3 declared', 5, 3],
  ])('leaves raft: %s', (_, count, declared) => {
    expect(mayStepDown(seen(managers(count)), ME, undefined, declared)).toEqual(demoteMe);
  });

  it.each([
    ['as many as declared', seen(managers(3)), 3],
    ['fewer than declared', seen(managers(4)), 5],
    ['the only one', seen(managers(1)), 1],
    ['another one is unreachable', seen(managers(4, cut)), 3],
    ['nobody knows how many are declared', seen(managers(4)), null],
    ['another one is on its way out', seen([...managers(4), aMember('n9', { ...asManager(), role: 'worker' })]), 3],
    ['one is being promoted', seen([...managers(4), aMember('n9', { role: 'manager' })]), 3],
    ['a root rotation is going on', seen(managers(4), { rootRotationInProgress: true }), 3],
    ['the leader has just changed', seen([...managers(4), aMember('n9', { state: 'unknown' })]), 3],
    ['it is no manager', seen([aMember('n1'), ...managers(5).slice(1)]), 3],
    ['it is out already', seen([aMember('n1', { ...asManager(), role: 'worker' }), ...managers(5).slice(1)]), 3],
    ['it is in no list', seen(managers(5).slice(1)), 3],
    [
      'a person keeps it',
      seen([aMember('n1', { ...asManager(), labels: { 'skep.hold': 'mine' } }), ...managers(4).slice(1)]),
      3,
    ],
  ])('stays: %s', (_, view, declared) => {
    expect(mayStepDown(view, ME, undefined, declared)).toBeNull();
  });

  it('stays while raft has a member that is in no list', () => {
    const peers = managers(4).map(({ id }) => id);
    expect(mayStepDown(seen(managers(4)), ME, peers, 3)).toEqual(demoteMe);
    expect(mayStepDown(seen(managers(4)), ME, [...peers, 'ghost' as NodeId], 3)).toBeNull();
  });
});

const ONE = 'one' as ClusterName;
const SWARM = 'swarm1' as SwarmId;
const engine: EngineView = {
  version: '28.5.2',
  swarm: 'active',
  nodeId: ME,
  isManager: true,
  error: null,
  missingImages: [],
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
const four = async () => ok(seen(managers(4)));
const other = {
  id: 'o1',
  term: 7,
  limitMs: 30_000,
  act: { verb: 'promote', node: 'n9' as NodeId, version: 3 },
} as const;

describe('its demotion', () => {
  it('is ordered by itself, once, under the term of the last look', async () => {
    const { ask, order } = await aTable(3);
    expect(await ask(four)).toEqual(ok(true));
    expect(await order()).toMatchObject({ state: 'open', term: 7, act: demoteMe, limitMs: 30_000, by: MACHINE });
    expect(await ask(four)).toEqual(ok(false));
  });

  it('is not ordered where the controller has not said how many are declared', async () => {
    const { ask, order } = await aTable();
    expect(await ask(four)).toEqual(ok(false));
    expect(await order()).toBeNull();
  });

  it('is not ordered in the name of a swarm that does not count', async () => {
    const { ask, order } = await aTable(3);
    expect(await ask(async () => ok(seen(managers(4), { id: 'swarm2' as SwarmId })))).toEqual(ok(false));
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
    const times = { pollMs: 1, lookMs: 1_000, beginMs: 10_000, doMs: 10_000 };
    const arnOf = () => '';
    const controller = createOrdering({ table, clock, times, arnOf, random: seededRandom(2) });
    const ref = { cluster: ONE, term: 7 };
    expect(await controller(ref, other.act, signal)).toMatchObject({ problem: { kind: 'conflict' } });
    expect(await controller(ref, other.act, signal)).toEqual(ok(undefined));
    expect(await controller(ref, other.act, signal)).toEqual(ok(undefined));
    expect((await order())?.by).toBeUndefined();
  });
});
