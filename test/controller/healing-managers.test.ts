import { describe, expect, it } from 'vitest';
import type { MachineId, NodeId } from '../../src/model/ids.ts';
import type { Call, Fault } from '../../src/providers/simulated/faults.ts';
import { aCluster, expectWhole, holdsOf, type Keeper, keepFor, namesOf, one, stepsOf } from '../support/healing.ts';
import { createKeeper } from '../support/keeper.ts';

const MINUTE = 60_000;
const signal = new AbortController().signal;
const QUICK = { spec: { health: { unhealthyAfter: '1m' } } } as const;

const swarmOf = async (keeper: Keeper) => {
  const { swarm } = await keeper.world();
  if (!swarm) throw new Error('no swarm');
  return swarm;
};
/** A manager that does not lead. */
async function follower(keeper: Keeper): Promise<MachineId> {
  const found = (await swarmOf(keeper)).members.find((m) => m.manager?.leader === false);
  return (found?.hostname ?? '') as MachineId;
}
const indexOf = (steps: readonly string[], start: string): number => steps.findIndex((s) => s.startsWith(start));

describe('managers that are lost', () => {
  it.each([3, 5] as const)(
    'one after the other, of %i: each replaced, and raft is never left with a dead peer',
    async (managers) => {
      const keeper = await aCluster({ managers, workers: { web: 1 } });
      for (let i = 0; i < 3; i++) {
        await keeper.acts.removeMachine(keeper.cluster, await one(keeper, 'managers'));
        await keeper.keep();
        await expectWhole(keeper, managers, 1);
      }
    },
  );

  it('two of five at once: one is out of raft, then the other, and only then anybody is promoted', async () => {
    const keeper = await aCluster({ managers: 5, ...QUICK });
    const leader = (await swarmOf(keeper)).members.find((m) => m.manager?.leader)?.hostname;
    const lost = (await namesOf(keeper)).filter((id) => id !== leader).slice(0, 2);
    const before = stepsOf(keeper).length;
    for (const id of lost) await keeper.acts.removeMachine(keeper.cluster, id);
    await keeper.keep();
    await expectWhole(keeper, 5, 0);
    const steps = stepsOf(keeper).slice(before);
    const demotions = lost.map((id) => indexOf(steps, `demote ${id}`));
    expect(Math.min(...demotions)).toBeGreaterThanOrEqual(0);
    expect(indexOf(steps, 'promote')).toBeGreaterThan(Math.max(...demotions));
  });

  it('with the quorum: nothing is made, nothing removed, and who comes back releases it', async () => {
    const keeper = await aCluster({ managers: 3, workers: { web: 1 } });
    const before = await namesOf(keeper);
    const frozen = (await namesOf(keeper, 'managers')).slice(0, 2);
    const done = stepsOf(keeper).length;
    for (const id of frozen) await keeper.acts.freeze(keeper.cluster, id);
    await keepFor(keeper, 20 * MINUTE);
    expect(holdsOf(keeper)).toEqual(['SwarmUnreachable']);
    expect(stepsOf(keeper).slice(done)).toEqual([]);
    for (const id of frozen) await keeper.acts.thaw(keeper.cluster, id);
    await keeper.keep();
    expect(await namesOf(keeper)).toEqual(before);
    await expectWhole(keeper, 3, 1);
  });

  it('for good, with the quorum: QuorumLost in the words that a person needs', async () => {
    const keeper = await aCluster({ managers: 3, workers: { web: 1 } });
    const [first, second, survivor] = await namesOf(keeper, 'managers');
    for (const id of [first, second]) await keeper.acts.removeMachine(keeper.cluster, id as MachineId);
    await keepFor(keeper, 20 * MINUTE);
    expect(holdsOf(keeper)).toEqual(['QuorumLost']);
    expect(keeper.status().status.because).toContain(`skep recover demo --survivor ${survivor}`);
    expect(await namesOf(keeper, 'managers')).toEqual([survivor]);
  });

  it('with the quorum, while the list still calls them reachable: nothing is made', async () => {
    let isOld = false;
    const before = (call: Call): Fault | null =>
      isOld && call.port === 'swarm' && call.method === 'observe' ? { kind: 'stale' } : null;
    const keeper = createKeeper(1, { faults: { before } });
    keeper.declare({ managers: 3, workers: { web: 1 } });
    await keeper.keep();
    const [first, second, survivor] = await namesOf(keeper, 'managers');
    isOld = true;
    for (const id of [first, second]) await keeper.acts.removeMachine(keeper.cluster, id as MachineId);
    await keeper.pass();
    await keeper.pass();
    isOld = false;
    expect(await namesOf(keeper, 'managers')).toEqual([survivor]);
  });

  it('all of them, with an empty machine in the place of the first: never a second swarm', async () => {
    const keeper = await aCluster({ managers: 1, workers: { web: 1 } });
    const id = await one(keeper, 'managers');
    await keeper.worlds.change(keeper.cluster, null, signal, ({ world }) => {
      const machine = world?.machines.find((m) => m.id === id);
      if (machine) machine.membership = null;
      return { ok: true, value: undefined };
    });
    const done = stepsOf(keeper).length;
    await keepFor(keeper, 20 * MINUTE);
    expect(stepsOf(keeper).slice(done)).toEqual([]);
    expect(holdsOf(keeper)[0]).toMatch(/QuorumLost|SwarmUnreachable/);
  });
});

describe('raft', () => {
  it('loses one that was promoted and died before it got there, by force', async () => {
    const keeper = await aCluster({ managers: 1, workers: { web: 1 } });
    const id = await one(keeper, 'web');
    const swarm = await swarmOf(keeper);
    const member = swarm.members.find((m) => m.hostname === id);
    const ref = { cluster: keeper.cluster, spec: keeper.declare({ managers: 1, workers: { web: 1 } }).spec };
    const node = { id: member?.id as NodeId, version: member?.version ?? 0 };
    expect((await keeper.provider.swarm.promote(ref, swarm.through, node, signal)).ok).toBe(true);
    await keeper.acts.removeMachine(keeper.cluster, id);
    await keeper.keep();
    expect(stepsOf(keeper)).toContain(`remove member ${id} by force`);
    await expectWhole(keeper, 1, 1);
  });

  it('with a member that the node list lacks changes no manager, and says so', async () => {
    const keeper = await aCluster({ managers: 3, ...QUICK });
    const done = stepsOf(keeper).length;
    await keeper.acts.makeGhost(keeper.cluster, await follower(keeper));
    await keepFor(keeper, 5 * MINUTE);
    expect(holdsOf(keeper)).toEqual(['MembershipUnsettled']);
    expect(
      stepsOf(keeper)
        .slice(done)
        .filter((s) => /^(promote|demote)/.test(s)),
    ).toEqual([]);
  });
});

describe('a manager that somebody demoted', () => {
  it('is replaced, drained and taken away; it is never promoted again', async () => {
    const keeper = await aCluster({ managers: 3, workers: { web: 1 } });
    await keeper.acts.deployService(keeper.cluster, { name: 'hello', replicas: 8 });
    await keeper.clock.step(5_000);
    const id = await follower(keeper);
    const swarm = await swarmOf(keeper);
    const member = swarm.members.find((m) => m.hostname === id);
    const ref = { cluster: keeper.cluster, spec: keeper.declare({ managers: 3, workers: { web: 1 } }).spec };
    const node = { id: member?.id as NodeId, version: member?.version ?? 0 };
    const done = stepsOf(keeper).length;
    expect((await keeper.provider.swarm.demote(ref, swarm.through, node, signal)).ok).toBe(true);
    await keeper.keep();
    await expectWhole(keeper, 3, 1);
    const steps = stepsOf(keeper).slice(done);
    expect(steps).not.toContain(`promote ${id}`);
    expect(indexOf(steps, 'promote')).toBeLessThan(indexOf(steps, `drain ${id}`));
    expect(indexOf(steps, `drain ${id}`)).toBeLessThan(indexOf(steps, `remove machine ${id}`));
  });
});
