import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseFile } from '../../../src/model/cluster-spec/parse.ts';
import type { ClusterSpec } from '../../../src/model/cluster-spec/schema.ts';
import { specHashOf } from '../../../src/model/desired.ts';
import { type Bench, createBench } from '../support/cli-context.ts';
import { aStatus, put, putController, putStatus } from '../support/status-builder.ts';

const read = (bench: Bench, path: string) => readFile(join(bench.dir, path), 'utf8');
const intents = async ({ dir }: Bench) => {
  const names = await readdir(join(dir, '.skep/intents'));
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(dir, '.skep/intents', name), 'utf8'))));
};

const SHOP = `# The shop.
apiVersion: skep/v1alpha1
kind: ClusterSpec
metadata: {name: shop}
spec:
  provider: simulated
  managers: {count: 1}
  workers:
    - name: web # front
      count: 2
`;

describe('create', () => {
  it('writes a document, local by default, and says when nobody acts on it', async () => {
    const bench = await createBench();
    expect(await bench.run('create', 'demo', '--manager-size', '3', '--size', '5')).toBe(0);
    expect(await read(bench, 'clusters/demo.yaml')).toBe(`apiVersion: skep/v1alpha1
kind: ClusterSpec
metadata:
  name: demo
spec:
  provider: local
  managers:
    count: 3 # 1, 3, 5 or 7
  workers:
    - name: default
      count: 5
`);
    expect(bench.stdout.text()).toBe('clusters/demo.yaml declares demo: local, 8 nodes.\n');
    expect(bench.stderr.text()).toContain('No controller is running here');
    expect(await bench.run('validate', 'clusters')).toBe(0);
  });

  it('begins with another document, comments kept', async () => {
    const bench = await createBench();
    await put(bench.dir, 'base.yaml', SHOP);
    expect(await bench.run('create', 'two', '--from', 'base.yaml', '--size', '4', '--set', 'paused=true')).toBe(0);
    expect(await read(bench, 'clusters/two.yaml')).toBe(
      `${SHOP.replace('name: shop', 'name: two').replace('count: 2', 'count: 4')}  paused: true\n`,
    );
  });

  it.each([
    [['create', 'Demo'], 'DNS label'],
    [['create', 'demo', '--managers', '2'], 'spec.managers.count'],
    [['create', 'demo', '--set', 'spec.colour=red'], 'unknown key'],
    [['create', 'shop'], 'declared already, in shop.yaml:2'],
    [['create', 'demo', '--provider', 'cloud'], 'Allowed choices are aws, local, simulated'],
  ])('writes nothing when the result would be wrong: %j', async (argv, why) => {
    const bench = await createBench();
    await put(bench.dir, 'clusters/shop.yaml', SHOP);
    expect(await bench.run(...argv)).toBe(2);
    expect(bench.stderr.text()).toContain(why);
    expect(await readdir(join(bench.dir, 'clusters'))).toEqual(['shop.yaml']);
  });
});

describe('scale, update and up', () => {
  it('change the file in place and keep its mode', async () => {
    const bench = await createBench();
    await put(bench.dir, 'clusters/shop.yaml', SHOP);
    const { mode } = await stat(join(bench.dir, 'clusters/shop.yaml'));
    expect(await bench.run('scale', 'shop', 'web=3')).toBe(0);
    expect(await bench.run('scale', 'shop', '4')).toBe(0);
    expect(await bench.run('update', 'shop', '--set', 'workers.web.nodeLabels={tier: web}')).toBe(0);
    expect(await bench.run('up', '--size', '7')).toBe(0);
    expect(await read(bench, 'clusters/shop.yaml')).toBe(
      `${SHOP.replace('count: 2', 'count: 7')}      nodeLabels:\n        tier: web\n`,
    );
    expect(bench.stdout.text()).toBe(`shop.yaml: spec.workers[0].count 2 → 3
shop.yaml: spec.workers[0].count 3 → 4
shop.yaml: spec.workers[0].nodeLabels unset → {"tier":"web"}
shop.yaml: spec.workers[0].count 4 → 7
`);
    expect((await stat(join(bench.dir, 'clusters/shop.yaml'))).mode).toBe(mode);
    expect(await readdir(join(bench.dir, 'clusters'))).toEqual(['shop.yaml']);
  });

  it('refuse what the parser refuses, with its words, and write nothing', async () => {
    const bench = await createBench();
    await put(bench.dir, 'clusters/shop.yaml', SHOP);
    expect(await bench.run('scale', 'shop', 'managers=2')).toBe(2);
    expect(bench.stderr.text()).toMatch(/^shop\.yaml:7:\d+: spec\.managers\.count/);
    expect(bench.stderr.text()).toContain('Nothing was written.');
    expect(await read(bench, 'clusters/shop.yaml')).toBe(SHOP);
  });

  it('up declares demo when nothing is there', async () => {
    const bench = await createBench();
    expect(await bench.run('up', '--size', '1')).toBe(0);
    expect(await readdir(join(bench.dir, 'clusters'))).toEqual(['demo.yaml']);
  });
});

describe('rm', () => {
  it('takes out the one document, then leaves a confirmation', async () => {
    const bench = await createBench();
    const other = SHOP.replaceAll('shop', 'lab');
    await put(bench.dir, 'clusters/all.yaml', `${SHOP}---\n${other}`);
    await putController(bench.dir);
    expect(await bench.run('rm', 'lab')).toBe(0);
    expect(await read(bench, 'clusters/all.yaml')).toBe(SHOP);
    expect(await bench.run('rm', 'shop')).toBe(0);
    expect(await readdir(join(bench.dir, 'clusters'))).toEqual([]);
    const left = await intents(bench);
    expect(left.map(({ cluster }) => cluster).sort()).toEqual(['lab', 'shop']);
    expect(left[0].intent).toMatchObject({ kind: 'confirm', by: 'ada', until: null });
    expect(bench.stderr.text()).toBe('');
  });

  it('refuses a name that nobody knows', async () => {
    const bench = await createBench();
    expect(await bench.run('rm', 'nobody')).toBe(2);
  });
});

describe('pause, resume, confirm and retry', () => {
  it('leave their intents in the inbox', async () => {
    const bench = await createBench();
    await putStatus(bench.dir, aStatus());
    expect(await bench.run('pause', 'demo', '--reason', 'maintenance', '--for', '2h')).toBe(0);
    expect(await intents(bench)).toMatchObject([
      { cluster: 'demo', intent: { kind: 'pause', reason: 'maintenance', until: bench.clock.now() + 7_200_000 } },
    ]);
    expect(await bench.run('resume', 'demo')).toBe(0);
    expect(await bench.run('confirm', 'demo')).toBe(0);
    expect(await bench.run('retry', 'demo')).toBe(0);
    expect(await bench.run('rebalance', 'demo', '--reason', 'new nodes are empty')).toBe(0);
    expect((await intents(bench)).map(({ intent }) => intent.kind).sort()).toEqual([
      'confirm',
      'pause',
      'rebalance',
      'resume',
      'retry',
    ]);
    expect(bench.stderr.text()).toContain('No controller is running here: nothing happens until one does');
  });

  it('of a rollout name the document that they are about', async () => {
    const bench = await createBench();
    await put(bench.dir, 'clusters/shop.yaml', SHOP);
    const specHash = specHashOf(parseFile('', SHOP).documents[0]?.spec as ClusterSpec);
    expect(await bench.run('abort', 'shop', '--reason', 'wrong image')).toBe(0);
    expect(await intents(bench)).toMatchObject([{ intent: { kind: 'abort', reason: 'wrong image', specHash } }]);
    await put(bench.dir, 'clusters/again.yaml', SHOP);
    expect(await bench.run('rollout', 'shop', '--now')).toBe(0);
    const said = (await intents(bench)).find(({ intent }) => intent.kind === 'rollout');
    expect(said.intent).toMatchObject({ reason: null, specHash: null });
  });
});
