import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runStory as runReplicas } from '../../src/simulation/replicas/run-schedule.ts';
import type { ReplicaStory } from '../../src/simulation/replicas/story.ts';
import { runStory } from '../../src/simulation/run-schedule.ts';
import type { Story } from '../../src/simulation/story.ts';
import { PLANTS } from './support/plants.ts';

/** On an idle machine each takes a second or two. */
const LIMIT_MS = 60_000;

interface Recorded {
  readonly seed: number;
  readonly invariant: string;
  readonly story: Story | ReplicaStory;
}

const recordOf = (name: string): Recorded =>
  JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8'));

function replay(name: string): readonly string[] {
  const script = fileURLToPath(new URL('./plant-replay.mjs', import.meta.url));
  const ran = spawnSync(process.execPath, [script, name], { encoding: 'utf8', timeout: LIMIT_MS });
  expect(ran.status, ran.stderr).toBe(0);
  return JSON.parse(ran.stdout);
}

const live = (story: Story | ReplicaStory) => ('aheadMs' in story ? runReplicas(story) : runStory(story));

describe.each(PLANTS)('a planted mistake: $name', ({ name, what, breaks }) => {
  const { invariant, story } = recordOf(name);

  it(`is found: ${what}`, { timeout: LIMIT_MS }, () => {
    expect(breaks).toContain(invariant);
    expect(replay(name)).toContain(invariant);
  });

  it('and nothing is broken where it is not planted', { timeout: LIMIT_MS }, async () => {
    expect((await live(story)).broken).toEqual([]);
  });
});
