import { describe, expect, it } from 'vitest';
import { noFailpoint } from '../../src/base/failpoint.ts';
import { seededRandom } from '../../src/base/random.ts';
import type { Declared } from '../../src/model/declared.ts';
import { expand } from '../../src/model/desired.ts';
import type { Problem } from '../../src/model/problem.ts';
import { type StatusFile, statusFileSchema } from '../../src/model/status.ts';
import type { Call } from '../../src/providers/simulated/faults.ts';
import { createSimulatedProvider } from '../../src/providers/simulated/provider.ts';
import { aSpec, SOURCE, type SpecWish } from '../support/builders.ts';
import { createKeeper } from '../support/keeper.ts';
import { kstatus, type Reading } from '../support/kstatus.ts';

type Keeper = ReturnType<typeof createKeeper>;

const BROKEN: Declared = {
  kind: 'broken',
  complaints: [{ path: 'demo.yaml', line: 3, column: 1, message: 'unknown key "conut"' }],
};
const CONFLICT: Declared = {
  kind: 'conflict',
  places: [SOURCE, { ...SOURCE, path: 'copy.yaml' }],
};
const missing = (settled: boolean): Declared => ({
  kind: 'absent',
  absence: { firstMissedAt: 1, settled, settlesAt: null, suspicion: null },
});
const WEB = (count: number): SpecWish => ({ workers: { web: count } });

/** Both ages of the library must read it alike: a reader may have either. */
function reading(file: StatusFile): Reading {
  statusFileSchema.parse(file);
  const plain: unknown = JSON.parse(JSON.stringify(file));
  const [now, before] = [kstatus(plain), kstatus(plain, 'without Ready')];
  expect(before.status, 'read alike without the Ready rule').toBe(now.status);
  return now.status;
}

/** One pass, then the file as it stands, read. */
async function passOf(keeper: Keeper): Promise<Reading> {
  await keeper.pass();
  return reading(keeper.status());
}

/** Every reading from now on until the cluster rests, one a pass. */
async function readingsOf(keeper: Keeper, isAsDeclared: () => Promise<boolean>): Promise<readonly Reading[]> {
  const seen: Reading[] = [];
  for (const end = keeper.clock.now() + 300_000; keeper.clock.now() < end; ) {
    const { rest, nextMs } = await keeper.pass();
    const now = reading(keeper.status());
    seen.push(now);
    if (now === 'Current') expect(await isAsDeclared(), 'Current before it is as declared').toBe(true);
    if (rest !== null) return seen;
    await keeper.clock.step(nextMs ?? 1_000);
  }
  throw new Error(`still ${keeper.status().status.because}`);
}

const distinct = (readings: readonly Reading[]): readonly Reading[] => readings.filter((r, i) => r !== readings[i - 1]);

/** Asked of the world, not of our own status. */
const hasNodes = (keeper: Keeper, managers: number, web: number) => async (): Promise<boolean> => {
  const { machines, swarm } = await keeper.world();
  const members = swarm?.members ?? [];
  return (
    machines.length === managers + web &&
    members.length === machines.length &&
    members.filter((m) => m.manager?.reachability === 'reachable').length === managers &&
    members.every((m) => m.state === 'ready' && m.availability === 'active' && m.labels['skep.pool'] !== undefined)
  );
};

/** From now on the calls that `picks` are answered with `problem`; without a problem none are. */
function inject(keeper: Keeper, picks: (call: Call) => boolean, problem: Problem | null): void {
  const faulty = createSimulatedProvider({
    owner: 'me',
    clock: keeper.clock,
    worlds: keeper.worlds,
    random: seededRandom(2),
    failpoint: noFailpoint,
    faults: { before: (call) => (problem && picks(call) ? { kind: 'refuse', problem } : null) },
  });
  keeper.ports.providers = { aws: faulty, simulated: faulty, local: faulty };
}

async function aReadyCluster(wish: SpecWish = WEB(1)): Promise<Keeper> {
  const keeper = createKeeper();
  keeper.declare(wish);
  await keeper.keep();
  expect(reading(keeper.status())).toBe('Current');
  return keeper;
}

describe('a status file, read by the rules of kstatus', () => {
  it('is in progress from the very first write until the world is as declared, then current', async () => {
    const keeper = createKeeper();
    keeper.declare({ managers: 3, workers: { web: 2 } });
    const readings = await readingsOf(keeper, hasNodes(keeper, 3, 2));
    expect(distinct(readings)).toEqual(['InProgress', 'Current']);
    expect(keeper.status()).toMatchObject({ metadata: { generation: 1 }, status: { observedGeneration: 1 } });
  });

  it.each([
    ['a number that grows', WEB(1), WEB(3), 3],
    ['a number that shrinks', WEB(3), WEB(1), 1],
  ])('is in progress at once after an edit: %s', async (_, from, to, web) => {
    const keeper = await aReadyCluster(from);
    keeper.declare(to);
    const readings = await readingsOf(keeper, hasNodes(keeper, 1, web));
    expect(distinct(readings)).toEqual(['InProgress', 'Current']);
    expect(keeper.status()).toMatchObject({ metadata: { generation: 2 }, status: { observedGeneration: 2 } });
  });

  it('stays current over passes in which nothing happens', async () => {
    const keeper = await aReadyCluster();
    await keeper.pass();
    const before = keeper.status();
    await keeper.clock.step(60_000);
    expect(await passOf(keeper)).toBe('Current');
    const { observation, ...status } = keeper.status().status;
    expect({ ...status, nextLookAt: null }).toEqual({ ...before.status, nextLookAt: null, observation: undefined });
    expect(observation).toMatchObject({ now: keeper.clock.now() });
  });

  it('is terminating from the deletion mark to the tombstone, and in progress when the document returns', async () => {
    const keeper = await aReadyCluster();
    keeper.say(missing(false));
    expect(await passOf(keeper)).toBe('InProgress');
    keeper.say(missing(true));
    const readings = await readingsOf(keeper, async () => false);
    expect(distinct(readings)).toEqual(['Terminating']);
    expect(keeper.status().status.phase).toBe('Deleted');
    keeper.declare(WEB(1));
    expect(distinct(await readingsOf(keeper, hasNodes(keeper, 1, 1)))).toEqual(['InProgress', 'Current']);
  });

  it.each([
    ['its file is broken', BROKEN, 'SpecInvalid'],
    ['two documents bear its name', CONFLICT, 'NameConflict'],
  ])('has failed for a cluster never seen before when %s', async (_, declared, reason) => {
    const keeper = createKeeper();
    keeper.say(declared);
    expect(await passOf(keeper)).toBe('Failed');
    expect(conditionOf(keeper.status(), 'SpecValid')).toMatchObject({ status: 'False', reason });
    keeper.declare(WEB(0));
    expect(distinct(await readingsOf(keeper, hasNodes(keeper, 1, 0)))).toEqual(['InProgress', 'Current']);
  });

  it.each([
    ['its file is broken', BROKEN],
    ['two documents bear its name', CONFLICT],
  ])('has failed for a living cluster when %s, and is current again when it is mended', async (_, declared) => {
    const keeper = await aReadyCluster();
    keeper.say(declared);
    expect(await passOf(keeper)).toBe('Failed');
    keeper.declare(WEB(1));
    expect(await passOf(keeper)).toBe('Current');
  });

  it('has failed when the document asks for what a living cluster cannot change', async () => {
    const keeper = await aReadyCluster();
    keeper.declare({ ...WEB(1), spec: { swarm: { subnetSize: 25 } } });
    expect(await passOf(keeper)).toBe('Failed');
    expect(keeper.status().status.holds[0]?.reason).toBe('SpecInvalid');
  });

  it('has failed while a step is refused, and goes on when it no longer is', async () => {
    const keeper = createKeeper();
    keeper.declare(WEB(1));
    inject(keeper, (c) => c.method === 'resize', {
      kind: 'refused',
      field: 'spec.local.image',
      detail: 'no such image',
    });
    const readings = await readingsOf(keeper, async () => false);
    expect(distinct(readings)).toEqual(['InProgress', 'Failed']);
    expect(keeper.status().status.because).toContain('spec.local.image: no such image');
    inject(keeper, () => false, null);
    expect(distinct(await readingsOf(keeper, hasNodes(keeper, 1, 1)))).toEqual(['InProgress', 'Current']);
  });

  it('has failed when its very first step is refused', async () => {
    const keeper = createKeeper();
    keeper.declare(WEB(1));
    inject(keeper, (c) => c.method === 'swap', { kind: 'refused', field: null, detail: 'not allowed' });
    expect(await passOf(keeper)).toBe('Failed');
  });

  it('is in progress while the world does not answer', async () => {
    const keeper = createKeeper();
    keeper.declare(WEB(1));
    inject(keeper, () => true, { kind: 'unreachable', what: 'the engine', detail: 'connection refused' });
    expect(await passOf(keeper)).toBe('InProgress');
  });

  it.each(['records', 'infrastructure', 'swarm'] as const)(
    'is in progress while the look at its %s fails',
    async (port) => {
      const keeper = await aReadyCluster();
      const problem: Problem = { kind: 'unreachable', what: port, detail: 'connection refused' };
      inject(keeper, (c) => c.port === port, problem);
      expect(await passOf(keeper)).toBe('InProgress');
      inject(keeper, () => false, null);
      expect(await passOf(keeper)).toBe('Current');
    },
  );

  it('has failed when something is held', async () => {
    const keeper = await aReadyCluster(WEB(2));
    await keeper.acts.deployService(keeper.cluster, { name: 'db', replicas: 6, localData: ['pgdata'] });
    await keeper.clock.step(5_000);
    keeper.declare(WEB(0));
    const readings = await readingsOf(keeper, async () => false);
    expect(readings.at(-1)).toBe('Failed');
    expect(keeper.status().status.phase).toBe('Held');
  });

  it('has failed when its deletion waits for a word, and is current when the document is back', async () => {
    const keeper = await aReadyCluster({ ...WEB(1), spec: { deletionPolicy: 'Confirm' } });
    keeper.say(missing(true));
    expect(await passOf(keeper)).toBe('Failed');
    keeper.declare({ ...WEB(1), spec: { deletionPolicy: 'Confirm' } });
    expect(await passOf(keeper)).toBe('Current');
  });

  it('has failed while it is paused, by its document or by a person, and goes on when it no longer is', async () => {
    const keeper = await aReadyCluster();
    keeper.declare({ ...WEB(2), spec: { paused: true } });
    expect(await passOf(keeper)).toBe('Failed');
    keeper.declare(WEB(1));
    expect(await passOf(keeper)).toBe('Current');
    const intent = { by: 'ana', reason: null, until: null } as const;
    keeper.intents.push({ ...intent, id: 'i1', kind: 'pause', at: keeper.clock.now() });
    expect(await passOf(keeper)).toBe('Failed');
    expect(keeper.status().status).toMatchObject({ phase: 'Paused', holds: [{ release: 'skep resume demo' }] });
    keeper.intents.push({ ...intent, id: 'i2', kind: 'resume', at: keeper.clock.now() });
    expect(await passOf(keeper)).toBe('Current');
  });

  it('keeps the time of a condition until its status changes', async () => {
    const keeper = createKeeper();
    const times = new Map<string, { status: string; at: string }>();
    const moved: string[] = [];
    const look = (file: StatusFile): void => {
      for (const { type, status, lastTransitionTime: at } of file.status.conditions) {
        const last = times.get(type);
        if (last?.status === status) expect(at, `${type} stays ${status}`).toBe(last.at);
        else {
          expect(Date.parse(at)).toBe(keeper.clock.now());
          moved.push(`${type}=${status}`);
        }
        times.set(type, { status, at });
      }
      const there = new Set(file.status.conditions.map((c) => c.type));
      for (const type of times.keys()) if (!there.has(type as never)) times.delete(type);
    };
    for (const declared of [WEB(1), WEB(2)]) {
      keeper.declare(declared);
      for (;;) {
        const { rest, nextMs } = await keeper.pass();
        look(keeper.status());
        if (rest !== null) break;
        await keeper.clock.step(nextMs ?? 1_000);
      }
      await keeper.clock.step(60_000);
    }
    expect(moved.filter((m) => !m.startsWith('SpecValid'))).toEqual([
      'Ready=False',
      'Reconciling=True',
      'Ready=True',
      'Ready=False',
      'Reconciling=True',
      'Ready=True',
    ]);
  });

  it('names the document it speaks of and the one that is in force', async () => {
    const keeper = await aReadyCluster();
    const living = expand(aSpec({ name: 'demo', ...WEB(1) }), SOURCE);
    expect(keeper.status().status).toMatchObject({ specHash: living.specHash, observedSpecHash: living.specHash });
    const refused = keeper.declare({ ...WEB(1), spec: { swarm: { subnetSize: 25 } } });
    await keeper.pass();
    expect(keeper.status().status).toMatchObject({ specHash: refused.specHash, observedSpecHash: living.specHash });
  });
});

describe('the reading itself', () => {
  const file = (status: object, metadata: object = { generation: 2 }) => ({ kind: 'ClusterStatus', metadata, status });
  const condition = (type: string, status: string) => ({ type, status, reason: 'R', message: type });

  it.each([
    ['is current without a status', { kind: 'ClusterStatus', metadata: {} }, 'Current'],
    ['is current without an observed generation', file({}), 'Current'],
    [
      'is in progress while generations differ, stalled or not',
      file({ observedGeneration: 1, conditions: [condition('Stalled', 'True')] }),
      'InProgress',
    ],
    [
      'is terminating before anything else',
      file({ observedGeneration: 1 }, { generation: 2, deletionTimestamp: '2026-01-01T00:00:00Z' }),
      'Terminating',
    ],
    ['has failed when stalled', file({ observedGeneration: 2, conditions: [condition('Stalled', 'True')] }), 'Failed'],
    [
      'takes no notice of Stalled being False',
      file({ observedGeneration: 2, conditions: [condition('Stalled', 'False')] }),
      'Current',
    ],
    [
      'takes the first of two conditions',
      file({ conditions: [condition('Reconciling', 'True'), condition('Stalled', 'True')] }),
      'InProgress',
    ],
    [
      'is in progress when Ready is False',
      file({ observedGeneration: 2, conditions: [condition('Ready', 'False')] }),
      'InProgress',
    ],
    [
      'is in progress when Ready is Unknown',
      file({ observedGeneration: 2, conditions: [condition('Ready', 'Unknown')] }),
      'InProgress',
    ],
  ])('%s', (_, resource, wanted) => {
    expect(kstatus(resource).status).toBe(wanted);
  });

  it.each([
    ['a generation that is no integer', file({ observedGeneration: 1.5 })],
    [
      'a condition time that is none',
      file({ conditions: [{ ...condition('Ready', 'True'), lastTransitionTime: 'now' }] }),
    ],
    ['a status that is no object', { metadata: { generation: 1 }, status: 'fine' }],
  ])('is an error with %s', (_, resource) => {
    expect(() => kstatus(resource)).toThrow();
  });
});

function conditionOf(file: StatusFile, type: string) {
  return file.status.conditions.find((c) => c.type === type);
}
