import { describe, expect, it } from 'vitest';
import { planRoad, ROAD_WORK } from '../../../src/controller/plan/plan-road.ts';
import { withNotes } from '../../../src/controller/plan/road-notes.ts';
import type { NodeId } from '../../../src/model/ids.ts';
import { fromIsoTime } from '../../../src/model/iso-time.ts';
import type { Member } from '../../../src/model/observed.ts';
import type { Road } from '../../../src/model/plan.ts';
import type { ClusterRecord } from '../../../src/model/record.ts';
import type { Step } from '../../../src/model/step.ts';
import { aDesired, anObserved, aService, aTask } from '../../support/builders.ts';
import { aSituation, FACTS, seen } from '../../support/worlds.ts';

const NEWER = { engine: { config: { debug: true } } };
interface Wish {
  readonly managers: 1 | 3;
  readonly web: number;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly record?: Partial<ClusterRecord>;
  readonly now?: number;
  readonly work?: number;
}

/** The road of an upgrade of every node; on each worker run a task of `shop` and one of `api`, which is moved start-first. */
function upgrade({ managers, web, spec = {}, record = {}, now, work }: Wish): Road {
  const at = aSituation({ managers, web }, { managers, workers: { web } }, record);
  const services = [aService('shop', { replicas: web }), aService('api', { labels: { 'skep.drain': 'surge' } })];
  const workers = at.swarm.members.filter((m) => m.role === 'worker');
  const tasks = workers.flatMap((m) => [aTask('shop', m.id), aTask('api', m.id)]);
  const desired = aDesired({ managers, workers: { web }, spec: { ...NEWER, ...spec } });
  const observed = seen({ ...at, swarm: { ...at.swarm, services, tasks } }, now === undefined ? {} : { now });
  return planRoad({ kind: 'document', desired }, observed, FACTS, work);
}
const steps = (road: Road) => road.batches.flat();
const waits = (road: Road) => road.batches.map(([first]) => first?.note.waitMs ?? 0).filter((ms) => ms > 0);

describe('the road of an upgrade', () => {
  it('goes on to the end: settling is time that passes, once for each node but the first, and machines boot meanwhile', () => {
    const road = upgrade({ managers: 3, web: 2 });
    expect(steps(road).filter((s) => s.kind === 'remove-machine')).toHaveLength(5);
    expect(road.isCut).toBe(false);
    // The canary settles alone.
    expect(waits(road)).toEqual([30_000, 28_000, 28_000, 28_000]);
    expect(waits(upgrade({ managers: 3, web: 2, spec: { rollout: { settle: '0s' } } }))).toEqual([]);
  });

  it('has a margin after every step, and no time without tolerance with three managers', () => {
    const road = upgrade({ managers: 3, web: 1 });
    expect(Math.min(...steps(road).map(({ note }) => note.marginAfter ?? -1))).toBe(1);
    expect(road.estimate.withoutToleranceMs).toBe(0);
  });

  it('of a cluster that is not there yet has no such time: there is nothing to lose', () => {
    const desired = aDesired({ managers: 3 });
    const road = planRoad({ kind: 'document', desired }, anObserved(), FACTS);
    expect(steps(road).map((s) => s.kind)).toContain('promote');
    expect(steps(road)[0]?.note.marginAfter).toBeNull();
    expect(road.estimate.withoutToleranceMs).toBe(0);
  });

  it('says how long a single manager is without tolerance while it is replaced', () => {
    const road = upgrade({ managers: 1, web: 1 });
    const changes = steps(road).filter((s) => s.kind === 'promote' || s.kind === 'demote');
    expect(changes.map(({ kind, note }) => [kind, note.marginAfter])).toEqual([
      ['promote', 0],
      ['demote', 0],
    ]);
    expect(road.estimate.withoutToleranceMs).toBe(2_000);
  });

  it('names the services that blink, and no other: not global ones, nor those that start first', () => {
    const at = aSituation({ managers: 1, web: 2 }, { workers: { web: 1 } });
    const services = [
      aService('shop'),
      aService('elsewhere'),
      aService('agent', { mode: 'global', replicas: null }),
      aService('api', { labels: { 'skep.drain': 'surge' } }),
    ];
    const [w1, w2] = at.swarm.members.filter((m) => m.role === 'worker');
    const tasks = services.map(({ name }) => aTask(name, (name === 'elsewhere' ? w2 : w1)?.id ?? ''));
    const before = seen({ ...at, swarm: { ...at.swarm, services, tasks } });
    const drain = {
      kind: 'set-node',
      ...(w1 as Member),
      node: w1?.id as NodeId,
      availability: 'drain',
      why: '',
    } as const;
    const note = (step: Step) =>
      withNotes({ steps: [step], before, after: before, waitMs: 0, durations: {} })[0]?.note.blinks;
    expect(note(drain)).toEqual(['shop']);
    expect(note({ ...drain, availability: 'pause' })).toEqual([]);
  });

  it('names them once for each drain', () => {
    const drains = steps(upgrade({ managers: 1, web: 2 })).filter((s) => s.note.blinks.length > 0);
    expect(drains.map((s) => [s.kind, s.note.blinks])).toEqual([
      ['set-node', ['shop']],
      ['set-node', ['shop']],
    ]);
  });

  it('is estimated by what was seen in this cluster, else by its bootTime and by defaults', () => {
    const guess = upgrade({ managers: 1, web: 1, spec: { simulated: { bootTime: '20s' } } }).estimate;
    const durations = { startup: { ms: 3_000, count: 2 }, drain: { ms: 1_500, count: 1 } };
    const known = upgrade({ managers: 1, web: 1, record: { durations } }).estimate;
    const settle = 30_000;
    // Two machines removed, one promotion, one demotion; the last member leaves 12.5 s after its machine.
    const rest = 4 * 1_000 + 12_500;
    expect(guess).toMatchObject({ basis: 'defaults', totalMs: settle + rest + 2 * 20_000 + 5_000 });
    expect(known).toMatchObject({ basis: 'seen', totalMs: settle + rest + 2 * 3_000 + 1_500 });
  });

  it('waits for the window that it begins in', () => {
    const maintenance = { timeZone: 'UTC', windows: [{ start: '0 2 * * *', duration: '3h' }] };
    const now = fromIsoTime('2026-06-01T00:30:00Z');
    const road = upgrade({ managers: 1, web: 1, spec: { maintenance }, now });
    expect(waits(road)).toEqual([90 * 60_000, 30_000]);
    expect(road.holds.map((h) => h.reason)).toContain('OutsideWindow');
    expect(steps(road).filter((s) => s.kind === 'remove-machine')).toHaveLength(2);
  });

  it('is cut where nobody reads on, and says so', () => {
    const road = upgrade({ managers: 3, web: 20, work: ROAD_WORK.glance / 10 });
    expect(road.isCut).toBe(true);
    expect(road.batches.length).toBeLessThan(30);
  });
});
