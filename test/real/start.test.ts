import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControllerProcess, createPlace, type Place, startProgram } from '../support/controller-process.ts';
import { containersOf, membersOf } from '../support/docker-oracle.ts';
import { NODE_IMAGES, type RealEngine, startEngine } from '../support/real-engine.ts';

const program = fileURLToPath(new URL('../../bin/skep.js', import.meta.url));

/** What `npm start` runs, at its own numbers, on an engine that has the default node image (here one of our making by its name). */
describe('npm start where a Docker engine can run nodes', () => {
  let engine: RealEngine;
  let place: Place;
  let started: ControllerProcess;

  beforeAll(async () => {
    engine = await startEngine('start', ['--images', '28.5']);
    await engine.docker('tag', NODE_IMAGES.newest, 'docker:28-dind');
    place = await createPlace();
    started = startProgram(program, place, ['run', '--demo'], { DOCKER_HOST: engine.dockerHost });
  });
  afterAll(async () => {
    await started?.stop();
    await engine?.down();
    await place?.remove();
  });

  it('says which world it is, where the node image comes from and what it costs, and makes a real swarm', async () => {
    await place.until('demo', 'Ready with 3 nodes', (f) => f.status.phase === 'Ready' && f.status.nodes.length === 3);
    expect(started.log()).toMatch(/World: local/);
    expect(started.log()).toMatch(/Node image: docker:28-dind, /);
    expect(started.log()).toMatch(/Cost: /);
    const nodes = await containersOf(engine, 'demo');
    const manager = nodes.find((name) => name.includes('-managers-')) ?? '';
    expect((await membersOf(engine, manager)).map((m) => m.hostname)).toEqual(nodes);
    expect(await engine.labelled('skep.owner=probe')).toEqual([]);
  });

  it('follows the number in the file', async () => {
    const text = await readFile(join(place.specs, 'demo.yaml'), 'utf8');
    await place.commit('demo.yaml', text.replace('count: 2', 'count: 3'));
    await place.until('demo', 'Ready with 4 nodes', (f) => f.status.phase === 'Ready' && f.status.nodes.length === 4);
    expect(await containersOf(engine, 'demo')).toHaveLength(4);
  });

  it('goes with the file, after the deletion grace', async () => {
    await place.uncommit('demo.yaml');
    await place.untilPhase('demo', 'Deleted', 90_000);
    expect(await engine.labelled('skep.cluster=demo')).toEqual([]);
    expect(await started.stop()).toBe(0);
  });
});
