import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Seen } from '../../../src/cli/intents/with-cluster.ts';
import { follow } from '../../../src/cli/recover/follow.ts';
import { leaveIntent } from '../../../src/controller/store/inbox.ts';
import type { ClusterName } from '../../../src/model/ids.ts';
import type { Intent } from '../../../src/model/record.ts';
import { anInfrastructure, aRecord } from '../../support/builders.ts';
import { createBench } from '../support/cli-context.ts';

it('an intent that moves onto the record while one looks is not over', async () => {
  const bench = await createBench();
  const state = join(bench.dir, '.skep');
  const cluster = 'demo' as ClusterName;
  const intent: Intent = { id: 'i1', kind: 'recover', by: 'ann', at: 0, reason: null, until: null };
  await leaveIntent(state, { cluster, intent });
  const seenWith = (intents: readonly Intent[]): Seen => ({
    record: aRecord({ intents }),
    infrastructure: anInfrastructure([]),
    swarm: { ok: true, value: null },
  });
  const looks = [
    // Read before it stood there; taken up right afterwards.
    async () => rm(join(state, 'intents/i1.json')).then(() => seenWith([])),
    async () => seenWith([intent]),
    async () => seenWith([]),
  ];
  const over: boolean[] = [];
  const opened = {
    name: cluster,
    paths: { specs: bench.dir, status: bench.dir, state },
    look: () => looks.shift()?.() ?? Promise.reject(new Error('one look too many')),
  };
  const following = follow(
    opened,
    { id: 'i1', until: bench.clock.now() + 60_000 },
    (_, isOver) => {
      over.push(isOver);
      return isOver ? 'over' : null;
    },
    bench.context,
  );
  await bench.clock.step(2_000);
  expect(await following).toBe('over');
  expect(over).toEqual([false, false, true]);
});
