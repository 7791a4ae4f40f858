import { describe, expect, it } from 'vitest';
import { noFailpoint } from '../../src/base/failpoint.ts';
import { seededRandom } from '../../src/base/random.ts';
import type { Declared } from '../../src/model/declared.ts';
import { fromIsoTime, isoTime } from '../../src/model/iso-time.ts';
import type { Problem } from '../../src/model/problem.ts';
import type { Call } from '../../src/providers/simulated/faults.ts';
import { createSimulatedProvider } from '../../src/providers/simulated/provider.ts';
import { createKeeper } from '../support/keeper.ts';

type Keeper = ReturnType<typeof createKeeper>;

const SILENCE: Problem = { kind: 'unreachable', what: 'the engine', detail: 'no answer' };
const NO_LEADER: Problem = { kind: 'no-leader', detail: 'no quorum' };
const GONE: Declared = {
  kind: 'absent',
  absence: { firstMissedAt: 1, settled: true, settlesAt: null, suspicion: null },
};

async function aReadyCluster(): Promise<Keeper> {
  const keeper = createKeeper();
  keeper.declare({ workers: { web: 2 } });
  await keeper.keep();
  await keeper.acts.deployService(keeper.cluster, { name: 'hello', replicas: 2 });
  await keeper.clock.step(60_000);
  await keeper.pass();
  return keeper;
}

/** From now on looks of this port are answered with `problem`; null: they succeed again. */
function blind(keeper: Keeper, port: Call['port'], problem: Problem | null): void {
  const faulty = createSimulatedProvider({
    owner: 'me',
    clock: keeper.clock,
    worlds: keeper.worlds,
    random: seededRandom(2),
    failpoint: noFailpoint,
    faults: { before: (call) => (problem && call.port === port ? { kind: 'refuse', problem } : null) },
  });
  keeper.ports.providers = { aws: faulty, simulated: faulty, local: faulty };
}

const seen = ({ status }: ReturnType<Keeper['status']>) => {
  const { pools, nodes, managers, swarm, servicesBelowStrength, pendingTasks } = status;
  return { pools, nodes, managers, swarm, servicesBelowStrength, pendingTasks };
};

describe('what a status says when a look failed', () => {
  it.each(['infrastructure', 'swarm'] as const)('is what was seen before, and since when: %s', async (port) => {
    const keeper = await aReadyCluster();
    const before = seen(keeper.status());
    expect(before.pools.map(({ ready }) => ready)).toEqual([1, 2]);
    expect(keeper.status().status.staleSince).toBeUndefined();
    blind(keeper, port, SILENCE);
    await keeper.pass();
    const since = isoTime(keeper.clock.now());
    await keeper.clock.step(60_000);
    await keeper.pass();
    expect(seen(keeper.status())).toEqual(before);
    expect(keeper.status().status.staleSince).toBe(since);
    blind(keeper, port, null);
    await keeper.pass();
    expect(keeper.status().status.staleSince).toBeUndefined();
  });

  it('leaves out how managers stand while there is no leader', async () => {
    const keeper = await aReadyCluster();
    blind(keeper, 'swarm', NO_LEADER);
    await keeper.pass();
    const { managers, nodes } = keeper.status().status;
    expect(managers).toBeNull();
    expect(nodes.map(({ role, state }) => [role, state])).toEqual([
      ['manager', 'unknown'],
      ['worker', 'ready'],
      ['worker', 'ready'],
    ]);
  });

  it('counts against what is declared now', async () => {
    const keeper = await aReadyCluster();
    keeper.declare({ workers: { web: 5 } });
    blind(keeper, 'infrastructure', SILENCE);
    await keeper.pass();
    expect(keeper.status().status.pools[1]).toMatchObject({ name: 'web', declared: 5, ready: 2 });
  });

  it('is where the cluster is and came from, also without a document and with a silent record', async () => {
    const keeper = await aReadyCluster();
    const { status } = keeper.status();
    keeper.say(GONE);
    blind(keeper, 'records', SILENCE);
    await keeper.pass();
    const after = keeper.status();
    expect(after.status).toMatchObject({ provider: 'simulated', simulated: true, source: status.source });
    expect(after.status.observedSpecHash).toBe(status.observedSpecHash);
    expect(seen(after)).toEqual(seen({ ...after, status }));
  });

  it('names the time at which the back-off ends', async () => {
    const keeper = await aReadyCluster();
    blind(keeper, 'infrastructure', SILENCE);
    expect(await keeper.pass()).toMatchObject({ failed: true, nextMs: null });
    const { because, nextLookAt } = keeper.status().status;
    expect(because).toContain(`looks again at ${nextLookAt}.`);
    expect(fromIsoTime(nextLookAt ?? '') - keeper.clock.now()).toBe(keeper.ports.retryMs);
  });
});

describe('metadata.generation', () => {
  it('never goes back, also when a refused document is taken back', async () => {
    const keeper = await aReadyCluster();
    const seenSoFar: number[] = [];
    for (const wish of [
      { workers: { web: 2 }, spec: { swarm: { subnetSize: 25 } } },
      { workers: { web: 2 } },
      { workers: { web: 3 } },
    ]) {
      keeper.declare(wish);
      await keeper.pass();
      seenSoFar.push(keeper.status().metadata.generation);
    }
    expect(seenSoFar).toEqual([...seenSoFar].sort((a, b) => a - b));
    expect(seenSoFar[0]).toBe(2);
    await keeper.keep();
    const { metadata, status } = keeper.status();
    expect(status.observedGeneration).toBe(metadata.generation);
  });
});
