import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPlace, type Place, startProgram } from '../support/controller-process.ts';

const program = fileURLToPath(new URL('../../bin/skep.js', import.meta.url));
const NO_DOCKER = { DOCKER_HOST: 'unix:///nonexistent.sock' };

describe('npm start where no Docker engine answers', () => {
  let place: Place;
  beforeEach(async () => {
    place = await createPlace();
  });
  afterEach(() => place.remove());

  it('says that the world is simulated and why; the file is followed when its number changes and when it goes', async () => {
    const started = startProgram(program, place, ['run', '--demo', '--deletion-grace', '1s'], NO_DOCKER);
    await place.until('demo', 'Ready with 3 nodes', (f) => f.status.phase === 'Ready' && f.status.nodes.length === 3);
    expect(started.log()).toMatch(/World: simulated/);
    expect(started.log()).toMatch(/Why: no Docker engine answers/);
    expect((await place.statusOf('demo'))?.status.simulated).toBe(true);
    const text = await readFile(join(place.specs, 'demo.yaml'), 'utf8');
    await place.commit('demo.yaml', text.replace('count: 2', 'count: 4'));
    await place.until('demo', 'Ready with 5 nodes', (f) => f.status.phase === 'Ready' && f.status.nodes.length === 5);
    const shown = startProgram(program, place, ['status'], NO_DOCKER, ['status']);
    expect(await shown.ended).toBe(0);
    expect(shown.log()).toContain('(simulated)');
    await place.uncommit('demo.yaml');
    await place.untilPhase('demo', 'Deleted');
    expect(await started.stop()).toBe(0);
  });
});
