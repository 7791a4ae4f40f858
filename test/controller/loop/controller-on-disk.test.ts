import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { seededRandom } from '../../../src/base/random.ts';
import { runController } from '../../../src/controller/loop/controller.ts';
import type { PassContext } from '../../../src/controller/loop/pass-context.ts';
import { watchFiles } from '../../../src/controller/loop/watch-files.ts';
import { createInbox, leaveIntent } from '../../../src/controller/store/inbox.ts';
import { createSqliteLease } from '../../../src/controller/store/sqlite-lease.ts';
import { createStatusFiles } from '../../../src/controller/store/status-files.ts';
import type { ClusterName } from '../../../src/model/ids.ts';
import { aStatus } from '../store/a-status.ts';
import { collectEvents } from './support/collect-events.ts';
import { RESTS } from './support/loop-world.ts';
import { put, sourceOf, specText, temporaryDirectory } from './support/specs.ts';

/** The product's lease times, a tenth as long. */
const TIMES = { leaseMs: 1_200, renewMs: 200, giveUpMs: 800, lookMs: 200, lookJitter: 0.2, callMs: 150 };

async function controllerOn(base: string, id: string) {
  const stop = new AbortController();
  const sink = collectEvents();
  const passes: { key: string; at: number; context: PassContext }[] = [];
  const statuses = createStatusFiles(join(base, 'status'));
  const lease = createSqliteLease(join(base, 'status/_lease.sqlite'));
  await mkdir(join(base, 'clusters'), { recursive: true });
  const ended = runController(
    {
      owner: 'o',
      id,
      pid: 1,
      version: '0.1.0',
      specsDirectory: join(base, 'clusters'),
      source: sourceOf(join(base, 'clusters')),
      watch: watchFiles(sink),
      statuses,
      inbox: createInbox(join(base, 'state'), sink),
      lease,
      leaseTimes: TIMES,
      records: async () => ({ records: [], unreadable: [], missing: null }),
      async reconcile(key, context) {
        passes.push({ key, at: performance.now(), context });
        const controller = { owner: 'o', id, term: context.term };
        const declared = await context.declared(null);
        const because = declared.kind === 'document' ? declared.desired.source.path : declared.kind;
        await statuses.write(key, aStatus(key, { controller, because }));
        for (const { intent } of context.intents) await context.intentDone(intent.id);
        return RESTS;
      },
      hints: () => {},
      workers: 2,
      resyncMs: 60_000,
      relistMs: 10_000,
      deletionGraceMs: 30_000,
      once: false,
      clock: systemClock,
      random: seededRandom(1),
      sink,
    },
    stop.signal,
  );
  return {
    passes,
    sink,
    async finish() {
      stop.abort();
      const begun = performance.now();
      await ended;
      lease.close();
      return performance.now() - begun;
    },
  };
}

async function until(isTrue: () => boolean, ms = 5_000): Promise<void> {
  for (const begun = performance.now(); !isTrue(); await delay(2)) {
    if (performance.now() - begun > ms) throw new Error('did not happen in time');
  }
}

const handles = () => process.getActiveResourcesInfo().filter((kind) => /Timeout|FSEvent|FSReq/.test(kind)).length;

describe('the loop on real files', () => {
  it('begins a pass within 150 ms of a renamed file and of an intent, writes what it saw, leaves nothing open', async () => {
    const base = temporaryDirectory();
    await put(join(base, 'clusters/a.yaml'), specText('a'));
    const before = handles();
    const run = await controllerOn(base, 'one');
    await until(() => run.passes.length === 1);
    await delay(300);
    const reactions: number[] = [];
    for (let i = 1; i <= 5; i += 1) {
      await writeFile(join(base, 'clusters/.new'), specText('a', i + 1));
      const begun = performance.now();
      await rename(join(base, 'clusters/.new'), join(base, 'clusters/a.yaml'));
      await until(() => run.passes.length === 1 + i);
      reactions.push((run.passes.at(-1)?.at ?? 0) - begun);
    }
    // The middle one: a busy machine may be late once.
    expect(reactions.sort((a, b) => a - b)[2]).toBeLessThan(150);
    const intent = { id: 'i', kind: 'pause', by: 'ops', at: 1, reason: null, until: null } as const;
    await leaveIntent(join(base, 'state'), { cluster: 'a' as ClusterName, intent });
    const left = performance.now();
    await until(() => run.passes.length === 7);
    expect((run.passes.at(-1)?.at ?? 0) - left).toBeLessThan(1_000);
    await delay(300);
    const index = JSON.parse(await readFile(join(base, 'status/index.json'), 'utf8'));
    expect(index.clusters).toMatchObject([{ name: 'a', because: 'a.yaml' }]);
    expect(JSON.parse(await readFile(join(base, 'status/_source.json'), 'utf8'))).toMatchObject({ documents: 1 });
    expect(await run.finish()).toBeLessThan(1_000);
    await delay(50);
    expect(handles()).toBeLessThanOrEqual(before);
  }, 20_000);

  it('visits what a former holder left untold: a cluster that only its status file still names', async () => {
    const base = temporaryDirectory();
    const statuses = createStatusFiles(join(base, 'status'));
    await statuses.write('gone' as ClusterName, aStatus('gone', { phase: 'Deleting' }));
    await statuses.write('told' as ClusterName, aStatus('told', { phase: 'Deleted' }));
    const run = await controllerOn(base, 'one');
    await until(() => run.passes.length === 1);
    await delay(100);
    await run.finish();
    expect(run.passes.map(({ key }) => key)).toEqual(['gone']);
  });

  it('hands over to a standby, with a higher term; a removed lease file ends the first holder', async () => {
    const base = temporaryDirectory();
    await put(join(base, 'clusters/a.yaml'), specText('a'));
    const one = await controllerOn(base, 'one');
    await until(() => one.passes.length === 1);
    const two = await controllerOn(base, 'two');
    await delay(1_500);
    expect(two.passes).toEqual([]);
    const left = performance.now();
    await one.finish();
    await until(() => two.passes.length === 1);
    expect(performance.now() - left).toBeLessThan(1_000);
    expect(two.passes[0]?.context.term).toBe(2);

    const three = await controllerOn(base, 'three');
    await delay(300);
    await rm(join(base, 'status/_lease.sqlite'));
    expect(two.passes[0]?.context.mayBegin()).toBe(false);
    expect(two.sink.codes()).toContain('SKP403');
    await until(() => [...two.passes, ...three.passes].some(({ context }) => context.term === 3));
    await two.finish();
    await three.finish();
  }, 20_000);
});
