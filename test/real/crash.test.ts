import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControllerProcess, createPlace, type Place, startController } from '../support/controller-process.ts';
import { containersOf, eventually, membersOf } from '../support/docker-oracle.ts';
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

  it.each(Array.from({ length: LIVES }, (_, i) => i + 1))(
    'life %i: converges after every restart, makes nothing twice, leaves nothing',
    async (life) => {
      const cluster = `c${life}`;
      const file = `${cluster}.yaml`;
      const made = countMade(engineName, cluster);
      const commit = (web: number): Promise<void> =>
        place.commit(
          file,
          localSpec(cluster, engine, life, { workers: { web }, local: { preloadImages: [SERVICE_IMAGE] } }),
        );
      const hits = new Set<string>();
      const live = killing(place, engine, hits);

      await commit(1);
      await live.until(pointsOf(CREATING, point), () => place.untilPhase(cluster, 'Ready', 120_000));
      const manager = (await containersOf(engine, cluster))[0] ?? '';
      const swarm = await engine.inNode(manager, 'info', '-f', '{{.Swarm.Cluster.ID}}');
      await commit(2);
      await live.until([], () =>
        place.until(cluster, 'two workers', (f) => f.status.phase === 'Ready' && f.status.nodes.length === 5, 120_000),
      );
      await commit(1);
      await live.until(pointsOf(SCALING, point), () =>
        place.until(cluster, 'one worker', (f) => f.status.phase === 'Ready' && f.status.nodes.length === 4, 120_000),
      );
      expect((await membersOf(engine, manager)).map((m) => m.hostname)).toEqual(await containersOf(engine, cluster));
      expect(await engine.inNode(manager, 'info', '-f', '{{.Swarm.Cluster.ID}}')).toBe(swarm);
      await place.uncommit(file);
      await live.until(pointsOf(DELETING, point), () => place.untilPhase(cluster, 'Deleted', 120_000));
      expect(await engine.labelled(`skep.cluster=${cluster}`)).toEqual([]);
      expect([...(await made.stop())].sort()).toEqual([...new Set(await made.stop())].sort());
      expect(await made.stop()).toHaveLength(5);
      const wanted = [...pointsOf(CREATING, point), ...pointsOf(SCALING, point), ...pointsOf(DELETING, point)];
      expect([...hits].sort()).toEqual(wanted.sort());
    },
    600_000,
  );
});

/** Runs controllers that die at the armed points, one after the other, until all are hit and `done` holds. */
function killing(place: Place, engine: RealEngine, hits: Set<string>) {
  return {
    async until(points: readonly string[], done: () => Promise<unknown>): Promise<void> {
      const left = new Set(points);
      let controller: ControllerProcess;
      while (left.size > 0) {
        const armed = [...left].map((name) => `${name}@1`).join(',');
        controller = startController(place, engine.dockerHost, { SKEP_TEST_FAILPOINTS: armed });
        const ended = await Promise.race([controller.ended, sleepFor(90_000)]);
        if (ended === undefined) {
          await controller.kill();
          throw new Error(`never hit: ${[...left].join(', ')}\n${controller.log().slice(-4_000)}`);
        }
        const hit = /failpoint (\S+)/.exec(controller.log())?.[1];
        expect(ended, controller.log().slice(-2_000)).toBe('SIGKILL');
        if (!hit) throw new Error(`it died and did not say where\n${controller.log().slice(-2_000)}`);
        hits.add(hit);
        left.delete(hit);
      }
      controller = startController(place, engine.dockerHost);
      try {
        await done();
      } finally {
        expect(await controller.stop()).toBe(0);
      }
    },
  };
}

const sleepFor = (ms: number): Promise<undefined> => new Promise((resolve) => setTimeout(() => resolve(undefined), ms).unref());

/** Names of node containers that were ever created, as Docker's own events tell. */
function countMade(engineName: string, cluster: string) {
  const script = fileURLToPath(new URL('../env/engine', import.meta.url));
  const filter = [
    '--filter',
    'event=create',
    '--filter',
    'type=container',
    '--filter',
    `label=skep.cluster=${cluster}`,
  ];
  const child = spawn(script, ['docker', engineName, 'events', ...filter, '--format', '{{.Actor.Attributes.name}}']);
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  return {
    async stop(): Promise<readonly string[]> {
      await eventually('events arrived', 2_000, async () => text.length > 0);
      child.kill();
      return text.split('\n').filter(Boolean);
    },
  };
}
