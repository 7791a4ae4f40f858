import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type ControllerProcess, createPlace, type Place, startProgram } from '../support/controller-process.ts';

const program = fileURLToPath(new URL('../../bin/skep.js', import.meta.url));
const document = stringify({
  apiVersion: 'skep/v1alpha1',
  kind: 'ClusterSpec',
  metadata: { name: 'sim' },
  spec: {
    provider: 'simulated',
    managers: { count: 1 },
    workers: [{ name: 'web', count: 2 }],
    simulated: { bootTime: '200ms' },
  },
});

/** The shipped numbers: lease 12 s, renewed every 2 s, looked at every 2 s with up to 20 % jitter. */
describe('a second skep run on the same directories', () => {
  let place: Place;
  let running: ControllerProcess[];
  const start = (): ControllerProcess => {
    const one = startProgram(program, place, ['run', '--log-format', 'json'], {
      DOCKER_HOST: 'unix:///nonexistent.sock',
    });
    running.push(one);
    return one;
  };
  const leads = (one: ControllerProcess): boolean => one.log().includes('SKP401');
  const until = async (what: string, limitMs: number, check: () => boolean): Promise<number> => {
    const began = Date.now();
    while (!check()) {
      if (Date.now() - began > limitMs) throw new Error(`not within ${limitMs} ms: ${what}`);
      await sleep(20);
    }
    return Date.now() - began;
  };

  beforeEach(async () => {
    place = await createPlace();
    running = [];
    await place.commit('sim.yaml', document);
  });
  afterEach(async () => {
    await Promise.all(running.map((one) => one.kill()));
    await place.remove();
  });

  it('stands by, and takes over within 17 s of a crash; the cluster stays and is kept on', async () => {
    const first = start();
    await place.untilPhase('sim', 'Ready');
    const second = start();
    await until('it stands by', 10_000, () => second.log().includes('SKP402'));
    await sleep(3_000);
    expect(leads(second)).toBe(false);
    const world = await readFile(join(place.state, 'worlds', 'sim.json'), 'utf8');
    await first.kill();
    expect(await until('it takes over', 30_000, () => leads(second))).toBeLessThan(17_000);
    await place.commit('sim.yaml', document.replace('count: 2', 'count: 3'));
    await place.until('sim', 'Ready with 4 nodes', (f) => f.status.phase === 'Ready' && f.status.nodes.length === 4);
    const names = [...world.matchAll(/"sim-web-\w{4}"/g)].map(([name]) => name);
    const after = await readFile(join(place.state, 'worlds', 'sim.json'), 'utf8');
    expect(names.every((name) => after.includes(name))).toBe(true);
    expect((await place.statusOf('sim'))?.status.controller?.term).toBe(2);
  });

  it('takes over within 3 s of a clean exit', async () => {
    const first = start();
    await place.untilPhase('sim', 'Ready');
    const second = start();
    await until('it stands by', 10_000, () => second.log().includes('SKP402'));
    expect(await first.stop()).toBe(0);
    expect(await until('it takes over', 10_000, () => leads(second))).toBeLessThan(3_000);
  });
});
