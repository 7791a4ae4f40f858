import { describe, expect, it } from 'vitest';
import { fail, ok } from '../../../src/base/result.ts';
import type { Observed } from '../../../src/model/observed.ts';
import { planListSchema } from '../../../src/model/plan-list.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { aMachine, anInfrastructure, anObserved, aRecord, aSpec } from '../../support/builders.ts';
import { createBench } from '../support/cli-context.ts';
import { aStatus, put, putController, putStatus } from '../support/status-builder.ts';

const DEMO = `apiVersion: skep/v1alpha1
kind: ClusterSpec
metadata: {name: demo}
spec:
  provider: simulated
  managers: {count: 1}
  workers: [{name: web, count: 2}]
`;

/** A world that shows what it is given and refuses everything else. */
function showing({ record, infrastructure, swarm }: Observed, closed: { count: number } = { count: 0 }): Provider {
  const look = {
    kind: 'simulated',
    simulated: true,
    infrastructure: { observe: async () => infrastructure },
    swarm: { observe: async () => swarm },
    records: { read: async () => record },
    close: async () => {
      closed.count += 1;
    },
  };
  return look as unknown as Provider;
}

/** Without what the seed and the hash decide. */
const steady = (text: string) =>
  text
    .replace(/demo-(\w+)-[a-z0-9]{4}/g, 'demo-$1-xxxx')
    .replace(/(digest |Digest `)[0-9a-f]{12}/g, '$1xxxxxxxxxxxx')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'DAY TIME');

describe('plan', () => {
  it('shows diff, road, digest and sum of a cluster that is not there yet', async () => {
    const closed = { count: 0 };
    const bench = await createBench({ provider: async () => showing(anObserved(), closed) });
    await put(bench.dir, 'clusters/demo.yaml', DEMO);
    expect(await bench.run('plan', '--detailed-exitcode')).toBe(3);
    expect(steady(bench.stdout.text())).toMatchInlineSnapshot(`
      "demo  (simulated)  demo.yaml:1
        + cluster demo  simulated
        + pool managers  0 → 1 nodes
        + pool web  0 → 2 nodes
        ! spec.managers.count: 1 manager tolerates no loss: while it is away the swarm
          cannot be changed

        The road, 7 batches:
        1. write the record  (its document was accepted)
        2. make or mend what carries the machines  (nothing carries its machines yet)
        3. make 1 machine in managers: demo-managers-xxxx  (managers: 1 declared, 0
           there)
           make 2 machines in web: demo-web-xxxx, demo-web-xxxx  (web: 2 declared, 0
           there)
           → takes about 2s
        4. start the swarm on demo-managers-xxxx  (no machine has swarm state yet)
        5. label demo-managers-xxxx, set it active  (it joined and has no labels yet)
        6. join demo-web-xxxx as a worker  (its engine answers and is in no swarm)
           join demo-web-xxxx as a worker  (its engine answers and is in no swarm)
        7. label demo-web-xxxx, set it active  (it joined and has no labels yet)
           label demo-web-xxxx, set it active  (it joined and has no labels yet)
        in all about 4s, by defaults: nothing was seen in this cluster yet

        digest xxxxxxxxxxxx, seen DAY TIME

      Plan: 3 to make, 0 to change, 0 to take away.
      "
    `);
    expect(closed.count).toBe(1);
  });

  it('exits 0 without --detailed-exitcode', async () => {
    const bench = await createBench({ provider: async () => showing(anObserved()) });
    await put(bench.dir, 'clusters/demo.yaml', DEMO);
    expect(await bench.run('plan')).toBe(0);
  });

  it('writes markdown in which nothing from outside is markup', async () => {
    const bench = await createBench({ provider: async () => showing(anObserved()) });
    await put(bench.dir, 'clusters/de`mo`|<b>.yaml', DEMO);
    expect(await bench.run('plan', '-o', 'markdown')).toBe(0);
    const text = bench.stdout.text();
    expect(steady(text).slice(0, 400)).toMatchInlineSnapshot(`
      "### skep plan: 3 to make, 0 to change, 0 to take away

      #### \`demo\` (simulated) — \`\` de\`mo\`|<b>.yaml:1 \`\`

      **Warning:** \`spec.managers.count: 1 manager tolerates no loss: while it is away the swarm cannot be changed\`

      \`\`\`diff
      + cluster demo  simulated
      + pool managers  0 → 1 nodes
      + pool web  0 → 2 nodes
      \`\`\`

      <details><summary>The road: 7 batches, 10 steps</summary>

      1. \`write the record\`: \`its docu"
    `);
    expect(text).toContain('`` de`mo`|<b>.yaml:1 ``');
  });

  it('writes JSON with every step', async () => {
    const bench = await createBench({ provider: async () => showing(anObserved()) });
    await put(bench.dir, 'clusters/demo.yaml', DEMO);
    expect(await bench.run('plan', '-o', 'json')).toBe(0);
    expect(planListSchema.parse(JSON.parse(bench.stdout.text()))).toMatchObject({
      kind: 'PlanList',
      pending: true,
      summary: { make: 3, change: 0, takeAway: 0 },
      plans: [{ name: 'demo', simulated: true, couldNotLook: [], batches: expect.any(Array) }],
    });
  });

  /** After a change: `npm run docs`. */
  it('has its schema checked in as it is', async () => {
    const bench = await createBench();
    expect(await bench.run('schema', 'plan')).toBe(0);
    await expect(bench.stdout.text()).toMatchFileSnapshot('../../../manifests/schema/planlist.v1alpha1.json');
  });

  it('needs no provider with --observed', async () => {
    const bench = await createBench();
    const { record, infrastructure, swarm } = anObserved();
    const file = aStatus('demo', { observation: { record, infrastructure, swarm } });
    await put(bench.dir, 'seen.json', file);
    await put(bench.dir, 'demo.yaml', DEMO);
    expect(await bench.run('plan', 'demo.yaml', '--observed', 'seen.json')).toBe(0);
    expect(bench.stdout.text()).toContain('Plan: 3 to make, 0 to change, 0 to take away.');
    await put(bench.dir, 'other.yaml', DEMO.replace('name: demo', 'name: other'));
    expect(await bench.run('plan', 'other.yaml', '--observed', 'seen.json')).toBe(2);
    expect(bench.stderr.text()).toContain('seen.json is of demo');
  });

  it('plans a whole directory from a directory of status files: what is new, what changes, what goes', async () => {
    const bench = await createBench();
    const machines = [aMachine('gone-managers-aaaa')];
    const observed = anObserved({
      record: ok(aRecord({ spec: aSpec({ name: 'gone' }) })),
      infrastructure: ok(anInfrastructure(machines)),
    });
    const { record, infrastructure, swarm } = observed;
    await put(bench.dir, 'seen/gone.json', aStatus('gone', { observation: { record, infrastructure, swarm } }));
    await put(bench.dir, 'seen/old.json', aStatus('old', { phase: 'Deleted' }));
    await put(bench.dir, 'clusters/demo.yaml', DEMO);
    expect(await bench.run('plan', '--observed', 'seen', '--detailed-exitcode')).toBe(3);
    expect(bench.stdout.text()).toContain('+ cluster demo');
    expect(bench.stdout.text()).toContain('remove machine gone-managers-aaaa');
    expect(bench.stdout.text()).toContain('Plan: 3 to make, 0 to change, 1 to take away.');
    expect(bench.stdout.text()).not.toContain('old');
  });

  it('refuses a directory in which a status cannot be read: a plan would take its cluster for new', async () => {
    const bench = await createBench();
    await put(bench.dir, 'seen/demo.json', '{');
    await put(bench.dir, 'clusters/demo.yaml', DEMO);
    expect(await bench.run('plan', '--observed', 'seen')).toBe(2);
    expect(bench.stderr.text()).toContain('demo.json: no JSON');
  });

  it('says of a status that was written when looks failed that a later one is wanted', async () => {
    const problem = { kind: 'unreachable', what: 'the Docker engine', detail: 'no such socket' } as const;
    const { record } = anObserved();
    const bench = await createBench();
    await put(
      bench.dir,
      'seen.json',
      aStatus('demo', { observation: { record, infrastructure: fail(problem), swarm: fail(problem) } }),
    );
    await put(bench.dir, 'clusters/demo.yaml', DEMO);
    expect(await bench.run('plan', '--observed', 'seen.json')).toBe(1);
    expect(bench.stderr.text()).toContain('take a later one');
  });

  it('shows what goes when a document is gone', async () => {
    const spec = aSpec({ name: 'demo' });
    const machines = [aMachine('demo-managers-aaaa')];
    const observed = anObserved({ record: ok(aRecord({ spec })), infrastructure: ok(anInfrastructure(machines)) });
    const bench = await createBench({ provider: async () => showing(observed) });
    await put(bench.dir, 'clusters/other.txt', '');
    await putStatus(bench.dir, aStatus('demo', { provider: 'simulated', simulated: true }));
    await putController(bench.dir);
    expect(await bench.run('plan')).toBe(0);
    expect(bench.stdout.text()).toContain('demo  (simulated)  its document is gone');
    expect(bench.stdout.text()).toContain('remove machine demo-managers-aaaa');
    expect(bench.stdout.text()).toContain('Plan: 0 to make, 0 to change, 1 to take away.');
  });

  it('exits 1 and says what could not be looked at', async () => {
    const problem = { kind: 'unreachable', what: 'the Docker engine', detail: 'no such socket' } as const;
    const observed = anObserved({ infrastructure: fail(problem), swarm: fail(problem) });
    const bench = await createBench({ provider: async () => showing(observed) });
    await put(bench.dir, 'clusters/demo.yaml', DEMO);
    expect(await bench.run('plan')).toBe(1);
    expect(bench.stdout.text()).toContain('✗ could not look: the Docker engine does not answer: no such socket');
    expect(bench.stderr.text()).toContain('--observed');
  });

  it('prints complaints, exits 2, and still plans the documents that are good', async () => {
    const bench = await createBench({ provider: async () => showing(anObserved()) });
    await put(bench.dir, 'clusters/demo.yaml', DEMO);
    await put(bench.dir, 'clusters/bad.yaml', DEMO.replace('count: 1', 'cuont: 1').replace('name: demo', 'name: bad'));
    expect(await bench.run('plan')).toBe(2);
    expect(bench.stderr.text()).toContain('bad.yaml:6:14: unknown key "cuont"');
    expect(bench.stdout.text()).toContain('Plan: 3 to make');
  });

  it('prints normalised documents with --show-spec', async () => {
    const bench = await createBench();
    await put(bench.dir, 'clusters/demo.yaml', DEMO);
    expect(await bench.run('plan', '--show-spec')).toBe(0);
    expect(bench.stdout.text()).toContain('drainTimeout: 15m');
    const { parseFile } = await import('../../../src/model/cluster-spec/parse.ts');
    expect(parseFile('x', bench.stdout.text()).documents[0]?.complaints).toEqual([]);
  });
});
