import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { systemRandom } from '../../src/base/random.ts';
import { demoWanted } from '../../src/cli/doctor/examine.ts';
import { createHostExam } from '../../src/providers/local/doctor/exam.ts';
import type { HostExam } from '../../src/providers/provider.ts';
import { NODE_FLAGS, NODE_IMAGES, type RealEngine, startEngine } from '../support/real-engine.ts';

const never = new AbortController().signal;

describe('the exam of a host', () => {
  let engine: RealEngine;
  let exam: HostExam;
  const told: string[] = [];
  beforeAll(async () => {
    engine = await startEngine('exam');
    const onProgress = (text: string) => void told.push(text);
    exam = createHostExam({ dockerHost: engine.dockerHost, clock: systemClock, random: systemRandom, onProgress });
  });
  afterAll(async () => {
    exam?.close();
    await engine?.down();
  });
  const local = async (wish: object) => ({ ...(await demoWanted()).local, image: NODE_IMAGES.newest, ...wish });
  const probes = () => engine.docker('ps', '-aq', '--filter', 'name=skep-probe-');

  it('says of the engine what docker says', async () => {
    const port = '127.0.0.1:38080';
    await engine.docker('network', 'create', '--subnet', engine.subnet(9), '--label', 'skep.cluster=x', 'seen');
    await engine.docker('run', '-d', '--name', 'holder', '-p', `${port}:80`, 'skep-test-service:1');
    const answer = await exam.engine(never);
    const [version, root] = (await engine.docker('info', '--format', '{{.ServerVersion}} {{.DockerRootDir}}')).split(
      ' ',
    );
    await engine.docker('rm', '-f', 'holder');
    await engine.docker('network', 'rm', 'seen');
    expect(answer).toMatchObject({ answers: true, facts: { version, dataRoot: root, rootless: false } });
    if (!answer.answers) return;
    expect(answer.facts.networks).toContainEqual({ name: 'seen', cluster: 'x', subnets: [engine.subnet(9)] });
    expect(answer.facts.published).toContainEqual({
      container: 'holder',
      cluster: null,
      address: '127.0.0.1',
      port: 38_080,
    });
    expect(answer.facts.host?.listening).toContainEqual({ address: '127.0.0.1', port: 38_080 });
    expect(Math.abs(answer.facts.clockAheadMs ?? Number.NaN)).toBeLessThan(1_000);
  });

  it('runs a node as it is declared, and leaves nothing', async () => {
    const volumes = await engine.docker('volume', 'ls', '-q');
    expect(await exam.tryNode(await local(NODE_FLAGS), false, never)).toMatchObject({ kind: 'runs', further: {} });
    expect(await probes()).toBe('');
    expect(await engine.docker('volume', 'ls', '-q')).toBe(volumes);
  });

  it('finds what a node needs where privileged is refused', async () => {
    expect(await exam.tryNode(await local({}), false, never)).toMatchObject({
      kind: 'runs',
      further: { privileged: false, capAdd: ['SYS_ADMIN', 'NET_ADMIN'] },
    });
    expect(await probes()).toBe('');
  });

  it('says why a node does not run', async () => {
    const trial = await exam.tryNode(await local({ privileged: false }), false, never);
    expect(trial).toMatchObject({ kind: 'fails', why: expect.stringMatching(/its engine ended with code \d+: ./) });
    expect(await probes()).toBe('');
  });

  it('pulls nothing unless it is told to', async () => {
    expect(await exam.tryNode(await local({ image: 'nowhere.invalid/none:1' }), false, never)).toEqual({
      kind: 'no-image',
      why: null,
    });
    const pulled = await exam.tryNode(await local({ image: 'nowhere.invalid/none:1' }), true, never);
    expect(pulled).toMatchObject({ kind: 'no-image', why: expect.stringContaining('nowhere.invalid') });
  });

  it('leaves nothing when it is interrupted, and removes what an earlier one that was killed left', async () => {
    const old = String(Date.now() - 11 * 60_000);
    const label = (name: string, value: string) => ['--label', `${name}=${value}`];
    const left = (name: string, created: string) =>
      engine.docker(
        'create',
        '--name',
        name,
        ...label('skep.owner', 'probe'),
        ...label('skep.pool', 'probe'),
        ...label('skep.created', created),
        'skep-test-service:1',
      );
    await left('skep-probe-killed', old);
    await left('skep-probe-another', String(Date.now()));
    const stop = new AbortController();
    const trial = exam.tryNode(await local(NODE_FLAGS), false, stop.signal);
    trial.catch(() => {});
    await expect
      .poll(() => engine.docker('ps', '-q', '--filter', 'name=skep-probe-'), { timeout: 20_000 })
      .not.toBe('');
    stop.abort();
    await expect(trial).rejects.toThrow();
    const names = await engine.docker('ps', '-a', '--filter', 'name=skep-probe-', '--format', '{{.Names}}');
    expect(names).toBe('skep-probe-another');
  });
});
