import { describe, expect, it } from 'vitest';
import { doctorReportSchema } from '../../../src/model/finding.ts';
import { createBench } from '../support/cli-context.ts';
import { aHost, anEngine, anExam } from '../support/host-exam.ts';
import { put } from '../support/status-builder.ts';

const document = (name: string, provider: string, local: object = {}): string =>
  JSON.stringify({
    apiVersion: 'skep/v1alpha1',
    kind: 'ClusterSpec',
    metadata: { name },
    spec: { provider, managers: { count: 1 }, local },
  });

describe('skep doctor', () => {
  it('says of a good host that nothing is wrong, trying the node that npm start would make', async () => {
    const exam = anExam();
    const bench = await createBench({ hostExam: async () => exam });
    expect(await bench.run('doctor')).toBe(0);
    expect(bench.stdout.text()).toContain('✓ node: a node runs (docker:28-dind, already here)\n');
    expect(exam.tried).toEqual(['docker:28-dind']);
    expect(exam.closed).toBe(true);
  });

  it('exits 1 where something is in trouble, with the cure below it, and tries no node then', async () => {
    const exam = anExam({ answers: false, why: 'connect ENOENT', refusesOurVersion: false });
    const bench = await createBench({ hostExam: async () => exam });
    expect(await bench.run('doctor')).toBe(1);
    expect(bench.stdout.text()).toMatch(/^✗ engine: no Docker engine answers \(connect ENOENT\)\n {4}→ start Docker/);
    expect(bench.stdout.text()).toContain('provider simulated');
    expect(exam).toMatchObject({ tried: [], closed: true });
  });

  it.each([
    ['no node with an engine that skep cannot speak with', { api: { lowest: '1.12', highest: '1.39' } }, 0],
    ['a node also where something else is in trouble', { clockAheadMs: 7_200_000 }, 1],
  ])('tries %s', async (_, wish, tries) => {
    const exam = anExam({ answers: true, facts: anEngine(wish) });
    const bench = await createBench({ hostExam: async () => exam });
    expect(await bench.run('doctor')).toBe(1);
    expect(exam.tried).toHaveLength(tries);
  });

  it('keeps to its schema with -o json', async () => {
    const facts = anEngine({ rootless: true, host: aHost({ inotify: null }) });
    const bench = await createBench({ hostExam: async () => anExam({ answers: true, facts }) });
    expect(await bench.run('doctor', '-o', 'json')).toBe(0);
    const report = doctorReportSchema.parse(JSON.parse(bench.stdout.text()));
    expect(report.level).toBe('warning');
    expect(report.findings.find(({ check }) => check === 'rootless')).toMatchObject({
      level: 'warning',
      cluster: null,
    });
  });

  /** After a change: `npm run docs`. */
  it('has its schema checked in as it is', async () => {
    const bench = await createBench();
    expect(await bench.run('schema', 'doctor')).toBe(0);
    await expect(bench.stdout.text()).toMatchFileSnapshot('../../../manifests/schema/doctorreport.v1alpha1.json');
  });

  it('needs no engine for clusters that are not local', async () => {
    const bench = await createBench(); // one that is asked for an exam rejects
    await put(bench.dir, 'a.yaml', document('a', 'simulated'));
    expect(await bench.run('doctor', 'a.yaml')).toBe(0);
    expect(bench.stdout.text()).toContain('✓ engine: no cluster here needs a Docker engine\n');
  });

  it('tries a node for each way in which one is declared, and names the document of each finding', async () => {
    const exam = anExam();
    const bench = await createBench({ hostExam: async () => exam });
    await put(bench.dir, 'c/a.yaml', document('a', 'local', { publish: ['8080:80'] }));
    await put(bench.dir, 'c/b.yaml', document('b', 'local', { publish: ['8080:80'] }));
    await put(bench.dir, 'c/d.yaml', document('d', 'local', { image: 'other:1' }));
    expect(await bench.run('doctor', 'c')).toBe(1);
    expect(exam.tried).toEqual(['docker:28-dind', 'other:1']);
    expect(bench.stdout.text()).toContain('✗ ports (a): port 8080 is taken by the document of b');
  });

  it('exits 2 on a file with errors, and asks nobody', async () => {
    const bench = await createBench();
    await put(bench.dir, 'a.yaml', 'kind: ClusterSpec\n');
    expect(await bench.run('doctor', 'a.yaml')).toBe(2);
    expect(bench.stderr.text()).toMatch(/^a\.yaml:1:1: /);
    expect(bench.stdout.text()).toBe('');
  });

  it('finds the directories as they are', async () => {
    const bench = await createBench({ hostExam: async () => anExam() });
    await put(bench.dir, 'status/x.json', '{}');
    await bench.run('doctor', '--state', '/proc/nowhere');
    const { text } = bench.stdout;
    expect(text()).toContain(`✓ directories: status: ${bench.dir}/status\n`);
    expect(text()).toContain(`✓ directories: specs: ${bench.dir}/clusters (not there yet)\n`);
    expect(text().replaceAll(/\s+/g, ' ')).toContain('state: /proc/nowhere (not there yet)');
  });
});
