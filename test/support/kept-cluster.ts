import { expect } from 'vitest';
import type { StatusFile } from '../../src/model/status.ts';
import { type ControllerProcess, createPlace, type Place, startController } from './controller-process.ts';
import { expectNoDebris } from './debris.ts';
import { containersOf, eventually, membersOf, type SeenMember } from './docker-oracle.ts';
import { type LocalWish, localSpec } from './local-spec.ts';
import { type RealEngine, SERVICE_IMAGE, startEngine } from './real-engine.ts';

/** A real cluster that a controller keeps, for tests that break it and ask Docker what became of it. */
export interface KeptCluster {
  readonly engine: RealEngine;
  readonly place: Place;
  readonly name: string;
  controller: ControllerProcess;
  /** Starts a controller after the other was stopped, with these variables set. */
  restart(env?: Readonly<Record<string, string>>): void;
  commit(wish: LocalWish): Promise<void>;
  /** Running node containers, sorted; of one pool when it is named. */
  nodes(pool?: string): Promise<readonly string[]>;
  /** The n-th of a pool, in order of name. */
  node(pool: string, n?: number): Promise<string>;
  members(): Promise<readonly SeenMember[]>;
  /** docker, in a manager that runs and answers. */
  swarm(...args: string[]): Promise<string>;
  swarmId(): Promise<string>;
  /** Ready with so many nodes, and by Docker's own word nothing that nothing uses. `since`: only a later status counts. */
  whole(nodes: number, since?: string): Promise<StatusFile>;
  until(what: string, check: (file: StatusFile) => boolean, limitMs?: number): Promise<StatusFile>;
  down(): Promise<void>;
}

/** Healing waits that a test can wait for; half of a pool may look bad. */
export const SHORT_HEALTH = { unhealthyAfter: '3s', startupTimeout: '60s', maxUnhealthy: '50%' };

/** `images`: what the engine holds; see test/env/engine. */
export async function keptCluster(
  name: string,
  subnet: number,
  wish: LocalWish,
  images = '28.5,service',
): Promise<KeptCluster> {
  const engine = await startEngine(`kept-${name}`, ['--images', images]);
  const place = await createPlace();
  let managers = wish.managers ?? 3;
  const nodes = async (pool?: string): Promise<readonly string[]> =>
    (await containersOf(engine, name)).filter((id) => pool === undefined || id.startsWith(`${name}-${pool}-`));
  async function answering(): Promise<string> {
    for (const id of await nodes('managers')) {
      const state = await engine.docker('inspect', '-f', '{{.State.Paused}}', id);
      if (state === 'true') continue;
      const control = await engine.inNode(id, 'info', '-f', '{{.Swarm.ControlAvailable}}').catch(() => '');
      if (control === 'true') return id;
    }
    throw new Error(`no manager of ${name} answers`);
  }
  const until: KeptCluster['until'] = (what, check, limitMs = 120_000) => place.until(name, what, check, limitMs);
  const start = (env: Readonly<Record<string, string>> = {}): ControllerProcess =>
    startController(place, engine.dockerHost, env, ['--resync', '5s']);
  const cluster: KeptCluster = {
    engine,
    place,
    name,
    // What a swarm's own managers know and no container's event tells is seen at the resync.
    controller: start(),
    restart(env) {
      cluster.controller = start(env);
    },
    commit(next) {
      managers = next.managers ?? 3;
      const document = localSpec(name, engine, subnet, {
        ...next,
        local: { preloadImages: [SERVICE_IMAGE], ...next.local },
        spec: { health: SHORT_HEALTH, ...next.spec },
      });
      return place.commit(`${name}.yaml`, document);
    },
    nodes,
    async node(pool, n = 0) {
      const id = (await nodes(pool))[n];
      expect(id, `node ${n} of ${pool}`).toBeDefined();
      return id as string;
    },
    members: async () => membersOf(engine, await answering()),
    swarm: async (...args) => engine.inNode(await answering(), ...args),
    swarmId: async () => engine.inNode(await answering(), 'info', '-f', '{{.Swarm.Cluster.ID}}'),
    until,
    async whole(count, since = '') {
      const isWhole = (file: StatusFile): boolean => {
        const ready = file.status.conditions.find((c) => c.type === 'Ready');
        return (
          file.status.phase === 'Ready' &&
          file.status.nodes.length === count &&
          Date.parse(ready?.lastTransitionTime ?? '') >= (since === '' ? 0 : Date.parse(since))
        );
      };
      const file = await until(`whole with ${count} nodes`, isWhole);
      // Managers that come back may elect once more.
      await eventually('nothing is left over', 20_000, () => expectNoDebris(engine, name, managers).then(() => true));
      return file;
    },
    async down() {
      await cluster.controller.stop();
      await engine.down();
      await place.remove();
    },
  };
  await cluster.commit(wish);
  await until('Ready', (file) => file.status.phase === 'Ready');
  return cluster;
}

/** `since` for `whole`: the swarm needs a while to notice, so a Ready from before must not count. ISO 8601. */
export const now = (): string => new Date().toISOString();
