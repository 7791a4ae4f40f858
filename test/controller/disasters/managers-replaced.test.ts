import { describe, expect, it } from 'vitest';
import type { MachineId } from '../../../src/model/ids.ts';
import { carriersOf, type Film, film, majority, swarmIn, votersIn } from '../../support/film.ts';
import { aCluster, expectWhole, type Keeper, namesOf, recordOf } from '../../support/healing.ts';

/** What happened when managers were replaced, and what skep does instead: docs/disasters.md. */

const MINUTE = 60_000;
const NEWER = { engine: { config: { debug: true } } };

/** Never are fewer voters there than raft needs, and never does it count one whose machine is gone. */
function expectSafe(seen: Film, most: number): void {
  expect(seen.filter((world) => votersIn(world) < majority(swarmIn(world).peers.length))).toEqual([]);
  expect(seen.filter((world) => carriersOf(world).includes(null))).toEqual([]);
  expect(Math.max(...seen.map((world) => swarmIn(world).peers.length))).toBe(most);
}

const leaderOf = (keeper: Keeper): MachineId => {
  const world = keeper.worlds.read(keeper.cluster);
  const leader = world && swarmIn(world).leader;
  const machine = world?.machines.find((m) => m.membership?.node === leader);
  if (!machine) throw new Error('no leader');
  return machine.id;
};

describe('docker-archive/for-aws #81', { timeout: 60_000 }, () => {
  it('lost the quorum of five near the fourth replacement, the terminated ones still in raft: here each is out of raft before its machine goes', async () => {
    const keeper = await aCluster({ managers: 5 });
    const before = await namesOf(keeper);
    keeper.declare({ managers: 5, spec: NEWER });
    const seen = await film(keeper, 60 * MINUTE);
    expectSafe(seen, 6);
    await expectWhole(keeper, 5, 0);
    expect((await namesOf(keeper)).filter((id) => before.includes(id))).toEqual([]);
  });
});

describe('moby #30847', { timeout: 60_000 }, () => {
  it('let a replacement join while the dead manager was in raft, four with one dead: here the dead one leaves raft first', async () => {
    const keeper = await aCluster({ managers: 3, workers: { web: 1 } });
    for (let i = 0; i < 3; i++) {
      await keeper.acts.removeMachine(keeper.cluster, leaderOf(keeper));
      const seen = await film(keeper, 10 * MINUTE);
      expect(Math.max(...seen.map((world) => swarmIn(world).peers.length))).toBe(3);
      expect(Math.min(...seen.map((world) => swarmIn(world).peers.length))).toBe(2);
      await expectWhole(keeper, 3, 1);
    }
  });
});

describe('docker-archive/deploykit #401 (InfraKit)', { timeout: 60_000 }, () => {
  it('stopped updating 3+3 nodes when the leader was recreated: here the leader is the last manager to go, and all six are new', async () => {
    const keeper = await aCluster({ managers: 3, workers: { web: 3 } });
    const before = await namesOf(keeper);
    const leader = leaderOf(keeper);
    keeper.declare({ managers: 3, workers: { web: 3 }, spec: NEWER });
    const seen = await film(keeper, 60 * MINUTE);
    expectSafe(seen, 4);
    await expectWhole(keeper, 3, 3);
    expect((await namesOf(keeper)).filter((id) => before.includes(id))).toEqual([]);
    const old = seen.map((world) => carriersOf(world).flatMap((m) => (m && before.includes(m.id) ? [m.id] : [])));
    expect(old.findLast((ids) => ids.length > 0)).toEqual([leader]);
  });

  it('and when the leader dies in the middle of it, whoever leads next, the rollout goes on to its end', async () => {
    const keeper = await aCluster({ managers: 3, workers: { web: 3 } });
    const before = await namesOf(keeper);
    keeper.declare({ managers: 3, workers: { web: 3 }, spec: NEWER });
    let hasDied = false;
    await film(keeper, 60 * MINUTE, async (world) => {
      const old = carriersOf(world).filter((m) => m && before.includes(m.id)).length;
      if (hasDied || old > 2 || votersIn(world) < 3) return;
      hasDied = true;
      await keeper.acts.removeMachine(keeper.cluster, leaderOf(keeper));
    });
    expect(hasDied).toBe(true);
    await expectWhole(keeper, 3, 3);
    expect((await namesOf(keeper)).filter((id) => before.includes(id))).toEqual([]);
  });
});

describe('kubernetes-sigs/cluster-api #11772', { timeout: 120_000 }, () => {
  it('broke etcd when a single control plane was rolled forward and quickly back: here the way back is as safe at any moment', async () => {
    const ends = new Set<number>();
    for (let moment = 1; moment <= 24; moment += 2) {
      const keeper = await aCluster({ managers: 1 });
      const { swarmId } = await recordOf(keeper);
      keeper.declare({ managers: 1, spec: NEWER });
      const seen = await film(keeper, 30 * MINUTE, async (_world, frames) => {
        if (frames >= moment * 4) keeper.declare({ managers: 1 });
      });
      ends.add(Math.max(...seen.map((world) => swarmIn(world).peers.length)));
      expect(seen.filter((world) => carriersOf(world).includes(null))).toEqual([]);
      await expectWhole(keeper, 1, 0);
      expect((await recordOf(keeper)).swarmId).toBe(swarmId);
    }
    // Some of the moments were before the second joined raft, others after.
    expect([...ends].sort()).toEqual([1, 2]);
  });
});
