import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fail, ok } from '../../src/base/result.ts';
import type { ClusterName, NodeId } from '../../src/model/ids.ts';
import type { SwarmView } from '../../src/model/observed.ts';
import { readBell, ring } from '../../src/providers/aws/table/bell.ts';
import { reportKey } from '../../src/providers/aws/table/keys.ts';
import { readReports, writeReport } from '../../src/providers/aws/table/report.ts';
import { readHead, readView, type ViewHead, writeView } from '../../src/providers/aws/table/view.ts';
import { kindOf, must, signal } from '../conformance/subject.ts';
import { aReport, MACHINE } from '../providers/aws/items.ts';
import { aMember, aSwarm } from '../support/builders.ts';
import { makeTable, STORES, type TestTable } from './tables.ts';

const NOW = 1_700_000_000_000;
const DAY = 86_400_000;

describe.each(STORES)('reports on %s', (store) => {
  let made: TestTable;
  beforeAll(async () => {
    made = await makeTable(store);
  });
  afterAll(() => made.close());

  const arn = (i: number) => `arn:aws:ec2:eu-west-3:123456789012:instance/i-${i}`;
  const at = (i: number) => ({ arn: arn(i), now: NOW });

  it('of a hundred and twenty nodes are read in their order, two requests for all', async () => {
    const cluster = 'many' as ClusterName;
    for (const i of [0, 99, 119]) must(await writeReport(made.table, cluster, at(i), aReport, signal));
    const arns = Array.from({ length: 120 }, (_, i) => arn(i));
    const reports = must(await readReports(made.table, cluster, arns, signal)).map(must);
    expect(reports.flatMap((report, i) => (report ? [i] : []))).toEqual([0, 99, 119]);
    expect(reports[99]).toEqual(aReport);
  });

  it('answer the newest look that was seen, never an older one', async () => {
    const cluster = 'looks' as ClusterName;
    must(await writeReport(made.table, cluster, at(1), aReport, signal));
    expect(kindOf(await writeReport(made.table, cluster, at(1), { ...aReport, look: 16 }, signal))).toBe('conflict');
    must(await writeReport(made.table, cluster, at(1), { ...aReport, look: 18 }, signal));
    const [row] = await made.table.read([reportKey(cluster, arn(1))], signal);
    expect(row?.columns.expires).toBe((NOW + 7 * DAY) / 1_000);
  });

  it('ring', async () => {
    const cluster = 'bell' as ClusterName;
    for (const text of ['one', 'two']) must(await ring(made.table, cluster, text, signal));
    expect(must(await readBell(made.table, cluster, signal))).toEqual({ ring: 'two' });
  });

  describe('views', () => {
    let count = 0;
    const by = (look: number, over: object = {}) => ({
      look,
      through: MACHINE,
      ring: null,
      parts: `p${++count}`,
      now: NOW,
      ...over,
    });
    /** Text that does not shrink: 36 characters give some 24 bytes. */
    const noise = (i: number) => Array.from({ length: 4 }, (_, j) => Math.sin(i * 4 + j).toString(36)).join('');
    const aView = (members: number): SwarmView =>
      aSwarm({
        members: Array.from({ length: members }, (_, i) => aMember(noise(i), { id: noise(-i - 1) as NodeId })),
      });
    const headOf = async (cluster: ClusterName) => must(await readHead(made.table, cluster, signal)) as ViewHead;
    const partsOf = async (cluster: ClusterName) => made.table.list(`view/${cluster}`, 'part/', signal);

    it('come back whole, small or larger than an item may be, and leave no part of the last one', async () => {
      const cluster = 'view' as ClusterName;
      const large = aView(15_000);
      must(await writeView(made.table, cluster, null, by(1), ok(large), signal));
      expect((await headOf(cluster)).count).toBeGreaterThan(1);
      expect(must(await readView(made.table, cluster, await headOf(cluster), signal))).toEqual(large);
      must(await writeView(made.table, cluster, await headOf(cluster), by(2), ok(aView(1)), signal));
      expect(must(await readView(made.table, cluster, await headOf(cluster), signal))).toEqual(aView(1));
      expect(await partsOf(cluster)).toHaveLength(1);
    });

    it('that are as they were write their head only, until the parts are a day old', async () => {
      const cluster = 'same' as ClusterName;
      must(await writeView(made.table, cluster, null, by(1), ok(aView(1)), signal));
      const first = await headOf(cluster);
      must(await writeView(made.table, cluster, first, by(2, { ring: 'ding' }), ok(aView(1)), signal));
      expect(await headOf(cluster)).toEqual({ ...first, look: 2, ring: 'ding' });
      must(
        await writeView(made.table, cluster, await headOf(cluster), by(3, { now: NOW + DAY }), ok(aView(1)), signal),
      );
      const [part, ...others] = await partsOf(cluster);
      expect(others).toEqual([]);
      expect(part?.columns.expires).toBeGreaterThan((NOW + 7 * DAY) / 1_000);
      expect(must(await readView(made.table, cluster, await headOf(cluster), signal))).toEqual(aView(1));
    });

    it('of two managers at once: one is taken, whole, and the other leaves nothing behind', async () => {
      const cluster = 'two' as ClusterName;
      must(await writeView(made.table, cluster, null, by(1), ok(aView(1)), signal));
      const seen = await headOf(cluster);
      const kinds = await Promise.all(
        [2, 3, 4, 5].map(async (size) =>
          kindOf(await writeView(made.open(), cluster, seen, by(2), ok(aView(size)), signal)),
        ),
      );
      expect(kinds.filter((kind) => kind === 'ok')).toHaveLength(1);
      const view = must(await readView(made.table, cluster, await headOf(cluster), signal));
      expect(view.members).toHaveLength(2 + kinds.indexOf('ok'));
      expect(await partsOf(cluster)).toHaveLength(1);
      expect(kindOf(await readView(made.table, cluster, seen, signal))).toBe('conflict');
    });

    it('are not hidden by a manager that sees nothing at the same look, only at a later one', async () => {
      const cluster = 'cut-off' as ClusterName;
      const nothing = fail({ kind: 'no-leader' as const, detail: 'no leader' });
      must(await writeView(made.table, cluster, null, by(4), ok(aView(1)), signal));
      const seen = await headOf(cluster);
      expect(kindOf(await writeView(made.table, cluster, seen, by(4), nothing, signal))).toBe('conflict');
      expect(kindOf(await writeView(made.table, cluster, seen, by(3), ok(aView(2)), signal))).toBe('conflict');
      must(await writeView(made.table, cluster, seen, by(5), nothing, signal));
      expect(kindOf(await readView(made.table, cluster, await headOf(cluster), signal))).toBe('no-leader');
      expect(await partsOf(cluster)).toEqual([]);
      must(await writeView(made.table, cluster, await headOf(cluster), by(5), ok(aView(1)), signal));
      expect(must(await readView(made.table, cluster, await headOf(cluster), signal))).toEqual(aView(1));
    });
  });
});
