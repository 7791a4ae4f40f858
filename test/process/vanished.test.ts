import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { specText } from '../controller/loop/support/specs.ts';
import { createPlace, startProgram } from '../support/controller-process.ts';

const program = fileURLToPath(new URL('../../bin/skep.js', import.meta.url));
const NO_DOCKER = { DOCKER_HOST: 'unix:///nonexistent.sock' };

it.each([[['run']], [['run', '--demo']]])(
  'a controller (%s) that starts without its specs directory makes none, and holds the deletion of its one cluster',
  async (command) => {
    const place = await createPlace();
    onTestFinished(() => place.remove());
    const start = () => {
      const started = startProgram(program, place, [...command, '--deletion-grace', '100ms'], NO_DOCKER);
      onTestFinished(() => void started.kill());
      return started;
    };
    await place.commit('a.yaml', specText('a'));
    const first = start();
    await place.untilPhase('a', 'Ready');
    expect(await first.stop()).toBe(0);
    await rm(place.specs, { recursive: true });
    const second = start();
    const { status } = await place.untilPhase('a', 'Held');
    expect(status.holds).toMatchObject([{ reason: 'DeletionHeld', why: 'the specs directory itself is gone' }]);
    expect(status.nodes).toHaveLength(4);
    expect(existsSync(place.specs)).toBe(false);
    expect(await second.stop()).toBe(0);
  },
);
