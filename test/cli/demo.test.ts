import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type World, writeDemo } from '../../src/cli/demo.ts';
import { parseFile } from '../../src/model/cluster-spec/parse.ts';
import { createBench } from './support/cli-context.ts';
import { anExam } from './support/host-exam.ts';
import { aStatus, put } from './support/status-builder.ts';

const local: World = {
  provider: 'local',
  image: 'docker:28-dind',
  imageOrigin: 'to be pulled from Docker Hub, about 360 MB',
  cost: 'about 60 MB of memory a node',
  local: { privileged: false, capAdd: ['SYS_ADMIN', 'NET_ADMIN'] },
};

const none = async () => [];

async function demoIn(world: World) {
  const { dir } = await createBench();
  const lines = await writeDemo({
    specsDir: join(dir, 'clusters'),
    shown: 'clusters',
    probe: async () => world,
    living: none,
  });
  const text = await readFile(join(dir, 'clusters/demo.yaml'), 'utf8');
  return { lines, text, documents: parseFile('demo.yaml', text).documents };
}

describe('the demo', () => {
  it('says on Docker where the node image comes from and what that costs', async () => {
    const { lines, text, documents } = await demoIn(local);
    expect(lines).toEqual([
      'World: local. Nodes are containers of the Docker engine here; it answers and can run them.',
      'Node image: docker:28-dind, to be pulled from Docker Hub, about 360 MB.',
      'Cost: about 60 MB of memory a node.',
      'Wrote clusters/demo.yaml: 1 manager, 2 workers. Change a number in it, or delete it.',
    ]);
    expect(documents).toMatchObject([
      {
        name: 'demo',
        complaints: [],
        spec: { spec: { provider: 'local', local: { image: 'docker:28-dind', capAdd: ['SYS_ADMIN', 'NET_ADMIN'] } } },
      },
    ]);
    expect(text).toMatchInlineSnapshot(`
      "# Written because this directory was empty. It is yours: change it and watch.
      apiVersion: skep/v1alpha1
      kind: ClusterSpec
      metadata:
        name: demo
      spec:
        provider: local # containers of the Docker engine here
        managers:
          count: 1 # 1, 3, 5 or 7
        workers:
          - name: web
            count: 2 # change this number, save, and watch
        local:
          image: docker:28-dind
          privileged: false
          capAdd:
            - SYS_ADMIN
            - NET_ADMIN
      # Delete this file and the cluster goes, half a minute later.
      "
    `);
  });

  it('says without Docker that the world is simulated, and why', async () => {
    const { lines, documents } = await demoIn({ provider: 'simulated', reason: 'no Docker engine answers' });
    expect(lines.slice(0, 2)).toEqual(['World: simulated. Nothing real is made.', 'Why: no Docker engine answers']);
    expect(documents).toMatchObject([{ name: 'demo', complaints: [], spec: { spec: { provider: 'simulated' } } }]);
  });

  it('writes nothing and asks nobody where a spec is already', async () => {
    const { dir } = await createBench();
    await put(dir, 'clusters/a.yaml', 'metadata: {name: a}');
    const probe = () => Promise.reject(new Error('not to be asked'));
    expect(await writeDemo({ specsDir: join(dir, 'clusters'), shown: 'clusters', probe, living: none })).toEqual([
      'Keeping what clusters declares: a (with errors).',
    ]);
  });

  it('is not written where the directory lost the files of clusters that live', async () => {
    const bench = await createBench({
      hostExam: async () => anExam(),
      runController: async () => 0,
    });
    await put(bench.dir, 'status/a.json', JSON.stringify(aStatus('a')));
    expect(await bench.run('run', '--demo')).toBe(0);
    expect(bench.stdout.text()).toContain('declares nothing, and clusters live: a. No demo is written.');
    await expect(readFile(join(bench.dir, 'clusters/demo.yaml'))).rejects.toThrow('ENOENT');
  });

  it('run --demo shows the world, then what the controller does', async () => {
    const bench = await createBench({
      hostExam: async () => anExam(),
      runController: async (options) => (options.logToFile ? 0 : 1),
    });
    expect(await bench.run('run', '--demo')).toBe(0);
    expect(bench.stdout.text()).toContain('World: local.');
  });
});
