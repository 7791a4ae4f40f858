import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPlace, type Place, startController } from '../support/controller-process.ts';
import { followContainers } from '../support/docker-events.ts';
import { containersOf, membersOf } from '../support/docker-oracle.ts';
import { localSpec } from '../support/local-spec.ts';
import { type RealEngine, SERVICE_IMAGE, startEngine } from '../support/real-engine.ts';

/** Every kind of effect of a life; `during` is between its parts or between request and answer. */
const CREATING = [
  'write-record',
  'ensure-carriers',
  'grow-pool',
  'load-image',
  'init-swarm',
  'join',
  'promote',
  'set-node',
  'write-status',
];
const SCALING = ['remove-machine', 'remove-member'];
const DELETING = ['destroy-carriers', 'forget-record'];
const POINTS = ['before', 'during', 'after'] as const;
const LIVES = Number(process.env.SKEP_TEST_LIVES ?? 1);
/** More lives than any point needs; one that is still not hit then is never hit. */
const MAX_LIVES = 5;

/** write-status has no part in between that could be seen: its file is replaced in one rename. forget-record is one request. */
const pointsOf = (kinds: readonly string[], point: string): string[] =>
  kinds
    .filter((kind) => point !== 'during' || (kind !== 'write-status' && kind !== 'forget-record'))
    .map((kind) => `${kind}:${point}`);

describe.each(POINTS)('kill -9 %s each effect', (point) => {
  let engine: RealEngine;
  let place: Place;
  const engineName = `crash-${point.slice(0, 3)}`;

  beforeAll(async () => {
    engine = await startEngine(engineName);
    place = await createPlace();
  });
  afterAll(async () => {
    await engine?.down();
    await place?.remove();
  });

  it(
    `${LIVES} time(s): converges after every restart, makes nothing twice, leaves nothing`,
    async () => {
      for (let round = 0; round < LIVES; round++) {
        const left = new Set([CREATING, SCALING, DELETING].flatMap((kinds) => pointsOf(kinds, point)));
        // A step that runs beside another dies with it and is not hit itself: what is left is hit in the next life.
        for (let life = 0; left.size > 0; life++) {
          expect(life, `never hit: ${[...left].join(', ')}`).toBeLessThan(MAX_LIVES);
          await live(`c${round}${life}`, round * MAX_LIVES + life, left);
        }
      }
    },
    LIVES * 600_000,
  );

  async function live(cluster: string, subnet: number, left: Set<string>): Promise<void> {
    const file = `${cluster}.yaml`;
    const made = followContainers(engineName, cluster, 'create');
    const commit = (web: number): Promise<void> => {
      const wish = { workers: { web }, local: { preloadImages: [SERVICE_IMAGE] } };
      return place.commit(file, localSpec(cluster, engine, subnet, wish));
    };
    const ready = (nodes: number) => () =>
      place.until(
        cluster,
        `${nodes} nodes`,
        (f) => f.status.phase === 'Ready' && f.status.nodes.length === nodes,
        120_000,
      );
    const until = (done: () => Promise<unknown>): Promise<void> => killing(place, engine, left, done);

    await commit(1);
    await until(ready(4));
    const manager = (await containersOf(engine, cluster))[0] ?? '';
    const swarm = await engine.inNode(manager, 'info', '-f', '{{.Swarm.Cluster.ID}}');
    await commit(2);
    await until(ready(5));
    await commit(1);
    await until(ready(4));
    expect((await membersOf(engine, manager)).map((m) => m.hostname)).toEqual(await containersOf(engine, cluster));
    expect(await engine.inNode(manager, 'info', '-f', '{{.Swarm.Cluster.ID}}')).toBe(swarm);
    await place.uncommit(file);
    await until(() => place.untilPhase(cluster, 'Deleted', 120_000));
    expect(await engine.labelled(`skep.cluster=${cluster}`)).toEqual([]);
    expect(await made.stop()).toHaveLength(5);
  }
});

/** Runs controllers that die at the armed points, one after the other, until `done` holds; what was hit leaves `left`. */
async function killing(
  place: Place,
  engine: RealEngine,
  left: Set<string>,
  done: () => Promise<unknown>,
): Promise<void> {
  const reached = done().then(() => 'done' as const);
  for (;;) {
    const armed = [...left].map((name) => `${name}@1`).join(',');
    const controller = startController(place, engine.dockerHost, armed === '' ? {} : { SKEP_TEST_FAILPOINTS: armed });
    const end = await Promise.race([controller.ended, reached]).catch(async (error) => {
      await controller.kill();
      throw new Error(`${error}\n${controller.log().slice(-3_000)}`);
    });
    if (end === 'done') {
      const code = await controller.stop();
      const late = /failpoint (\S+)/.exec(controller.log())?.[1];
      if (late) left.delete(late);
      else expect(code, controller.log().slice(-2_000)).toBe(0);
      return;
    }
    expect(end, controller.log().slice(-2_000)).toBe('SIGKILL');
    const hit = /failpoint (\S+)/.exec(controller.log())?.[1];
    if (!hit) throw new Error(`it died and did not say where\n${controller.log().slice(-2_000)}`);
    left.delete(hit);
  }
}
