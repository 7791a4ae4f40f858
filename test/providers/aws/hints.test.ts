import { expect, it } from 'vitest';
import { fail, ok } from '../../../src/base/result.ts';
import type { ClusterName } from '../../../src/model/ids.ts';
import { followViews } from '../../../src/providers/aws/swarm/hints.ts';
import { readHead, writeView } from '../../../src/providers/aws/table/view.ts';
import { must, signal } from '../../conformance/subject.ts';
import { aSwarm } from '../../support/builders.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { createMemoryTable } from '../../support/memory-table.ts';
import { MACHINE } from './items.ts';

const [ONE, TWO] = ['one' as ClusterName, 'two' as ClusterName];

it('hints at what is new in a view and at the bell, not at an answer to a look, and goes on after trouble', async () => {
  const clock = createFakeClock();
  const table = createMemoryTable();
  const hints: string[] = [];
  const stop = new AbortController();
  let [parts, requests] = [0, 0];
  const { read } = table;
  table.read = (...call) => {
    requests += 1;
    return read(...call);
  };
  const write = async (cluster: ClusterName, look: number, version: number, ring: string | null = null) => {
    const head = must(await readHead(table, cluster, signal));
    const by = { look, through: MACHINE, ring, parts: `p${++parts}`, now: clock.now() };
    must(await writeView(table, cluster, head, by, ok(aSwarm({ version })), signal));
  };
  /** What is hinted at within two rounds. */
  const hinted = async (): Promise<readonly string[]> => {
    hints.length = 0;
    await clock.step(4_000);
    return [...hints];
  };

  const following = followViews(
    { table, clock },
    async () => [ONE, TWO],
    (name) => void hints.push(name),
    stop.signal,
  );
  expect(await hinted()).toEqual([]);
  await write(ONE, 1, 10);
  expect(await hinted()).toEqual([ONE]);
  await write(ONE, 2, 10);
  expect(await hinted()).toEqual([]);
  await write(ONE, 2, 11);
  await write(TWO, 1, 10);
  expect(await hinted()).toEqual([ONE, TWO]);
  await write(TWO, 1, 10, 'ding');
  expect(await hinted()).toEqual([TWO]);
  const head = must(await readHead(table, TWO, signal));
  const by = { look: 5, through: MACHINE, ring: 'ding', parts: 'px', now: clock.now() };
  must(await writeView(table, TWO, head, by, fail({ kind: 'no-leader', detail: 'none' }), signal));
  expect(await hinted()).toEqual([TWO]);

  const before = requests;
  await clock.step(20_000);
  expect(requests - before).toBe(10); // one for both clusters, every 2 s
  table.read = () => Promise.reject(Object.assign(new Error('no connection'), { name: 'TimeoutError' }));
  expect(await hinted()).toEqual([]);
  table.read = read;
  await write(ONE, 6, 12);
  expect(await hinted()).toEqual([ONE]);
  stop.abort();
  await following;
});
