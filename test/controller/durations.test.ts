import { describe, expect, it } from 'vitest';
import { planCluster } from '../../src/controller/plan/plan-cluster.ts';
import { aDesired, START } from '../support/builders.ts';
import { createKeeper } from '../support/keeper.ts';
import { aSituation, draining, FACTS, JOINING, type Situation, seen, withMember } from '../support/worlds.ts';

type Keeper = ReturnType<typeof createKeeper>;
const recordOf = ({ worlds, cluster }: Keeper) => worlds.read(cluster)?.record;

async function aCluster(): Promise<Keeper> {
  const keeper = createKeeper();
  keeper.declare({ workers: { web: 2 } });
  await keeper.keep();
  return keeper;
}

describe('the record of a cluster', () => {
  it('says nothing of its first day, when all machines boot at once', async () => {
    expect(recordOf(await aCluster())?.durations).toEqual({});
  });

  it('learns from each node that comes, and writes nothing for it otherwise', async () => {
    const keeper = await aCluster();
    keeper.declare({ workers: { web: 3 } });
    await keeper.keep();
    const { startup, drain } = recordOf(keeper)?.durations ?? {};
    expect(startup?.count).toBe(1);
    expect(startup?.ms).toBeGreaterThanOrEqual(2_000); // simulated.bootTime
    expect(startup?.ms).toBeLessThan(30_000);
    expect(drain).toBeUndefined();
    const before = recordOf(keeper)?.revision;
    await keeper.keep();
    expect(recordOf(keeper)?.revision).toBe(before);
  });
});

/** The samples that one plan takes: what the record it writes has and the one before had not. */
function learnt(at: Situation, now = START + 5_000) {
  const { batch } = planCluster(at.declared, seen(at, { now }), FACTS);
  return batch.flatMap((s) => (s.kind === 'write-record' ? [s.next.durations] : []));
}
const W1 = 'demo-web-0001';

describe('a plan', () => {
  it('notes the startup of a node with the step that admits it', () => {
    const at = withMember(aSituation({ managers: 1, web: 1 }, { workers: { web: 1 } }), W1, JOINING);
    expect(learnt(at)).toEqual([{ startup: { ms: 5_000, count: 1 } }]);
  });

  it('notes the startup of a manager with its promotion', () => {
    const joined = { ...JOINING, role: 'worker', manager: null } as const;
    const at = withMember(aSituation({ managers: 3 }, { managers: 3 }), 'demo-managers-0003', joined);
    expect(learnt(at)).toEqual([{ startup: { ms: 5_000, count: 1 } }]);
  });

  it('notes nothing of a machine that was made while a rollout settled, and waited for its turn', () => {
    const at = withMember(aSituation({ managers: 1, web: 1 }, { workers: { web: 1 } }), W1, JOINING);
    const rollout = { startedAt: START, state: 'well', since: START - 20_000, weak: [] } as const;
    expect(learnt({ ...at, record: { ...at.record, rollout } })).toEqual([{}]);
    const settledBefore = { ...rollout, since: START - 30_000 };
    expect(learnt({ ...at, record: { ...at.record, rollout: settledBefore } })).toMatchObject([
      { startup: { count: 1 } },
    ]);
  });

  it('notes nothing of a node that was labelled anew, nor while the cluster is made', () => {
    const at = withMember(aSituation({ managers: 1, web: 1 }, { workers: { web: 1 } }), W1, JOINING);
    expect(learnt(at, START + 600_001)).toEqual([]);
    expect(learnt({ ...at, record: { ...at.record, firstReadyAt: null } })).toEqual([]);
    expect(learnt(at, START)).toEqual([]); // as in a road, where nothing takes time
  });

  it('notes nothing with the acceptance of a document, before which nothing else is done', () => {
    const at = withMember(aSituation({ managers: 1, web: 1 }, { workers: { web: 1 } }), W1, JOINING);
    const desired = aDesired({ workers: { web: 2 } });
    expect(learnt({ ...at, declared: { kind: 'document', desired } })).toEqual([{}]);
  });

  it('notes a drain with the step that ends it', () => {
    const at = withMember(aSituation({ managers: 1, web: 2 }, { workers: { web: 1 } }), W1, draining('web', 7_000));
    expect(learnt(at)).toEqual([{ drain: { ms: 12_000, count: 1 } }]);
  });

  it('notes no drain that somebody spoilt the time of', () => {
    const member = draining('web', 7_000);
    const labels = { ...member.labels, 'skep.since': 'yesterday' };
    const at = aSituation({ managers: 1, web: 2 }, { workers: { web: 1 } });
    expect(learnt(withMember(at, W1, { ...member, labels }))).toEqual([]);
  });
});
