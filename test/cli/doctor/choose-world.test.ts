import { describe, expect, it } from 'vitest';
import { chooseWorld } from '../../../src/cli/doctor/choose-world.ts';
import type { NodeTrial } from '../../../src/model/host-facts.ts';
import { createBench } from '../support/cli-context.ts';
import { aHost, anEngine, anExam, type RecordedExam } from '../support/host-exam.ts';

async function chosen(exam: RecordedExam) {
  const { context } = await createBench({ hostExam: async () => exam });
  const world = await chooseWorld(context);
  expect(exam.closed).toBe(true);
  return world;
}
const good = () => ({ answers: true, facts: anEngine() }) as const;

describe('the world that npm start offers', () => {
  it('is local where a node runs, with what it needs beside', async () => {
    const further = { privileged: false, capAdd: ['SYS_ADMIN'] };
    const exam = anExam(good(), { kind: 'runs', imageOrigin: 'just pulled', further });
    expect(await chosen(exam)).toMatchObject({ provider: 'local', imageOrigin: 'just pulled', local: further });
  });

  it('is local also where the doctor would only warn', async () => {
    const facts = anEngine({ rootless: true, host: aHost({ inotify: { watches: 1, instances: 1 } }) });
    expect(await chosen(anExam({ answers: true, facts }))).toMatchObject({ provider: 'local' });
  });

  it.each([
    [
      'no engine answers',
      anExam({ answers: false, why: 'ENOENT', refusesOurVersion: false }),
      'no Docker engine answers (ENOENT)',
    ],
    [
      'the engine is too old',
      anExam({ answers: true, facts: anEngine({ api: { lowest: '1.12', highest: '1.39' } }) }),
      'the engine is too old',
    ],
    [
      'the disk is full',
      anExam({ answers: true, facts: anEngine({ host: aHost({ disk: { free: 1, total: 1e9 } }) }) }),
      '0.0 GB of 1.0 GB free',
    ],
  ])('is simulated when %s, without trying a node', async (_, exam, reason) => {
    expect(await chosen(exam)).toEqual({ provider: 'simulated', reason: expect.stringContaining(reason) });
    expect(exam.tried).toEqual([]);
  });

  it.each<[string, NodeTrial, string]>([
    ['a node does not run', { kind: 'fails', why: 'no rights' }, 'cannot run a node: no rights'],
    ['there is no image', { kind: 'no-image', why: 'no route' }, 'could not be pulled (no route)'],
  ])('is simulated when %s', async (_, trial, reason) => {
    expect(await chosen(anExam(good(), trial))).toEqual({
      provider: 'simulated',
      reason: expect.stringContaining(reason),
    });
  });
});
