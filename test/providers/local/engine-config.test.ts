import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { noFailpoint } from '../../../src/base/failpoint.ts';
import type { Images } from '../../../src/providers/local/images.ts';
import { createMachines } from '../../../src/providers/local/machines.ts';
import { LABEL, labelsOf } from '../../../src/providers/local/names.ts';
import { must, signal } from '../../conformance/subject.ts';
import { aRef, aWish, type SpecWish } from '../../support/builders.ts';
import { aHostEngine, aNetwork } from './host-engine.ts';

const CONFIG = { 'log-opts': { 'max-size': '50m' } };

describe("a machine's daemon.json", () => {
  function aHost(spec: SpecWish['spec'], made: Readonly<Record<string, string>> = {}) {
    const ref = aRef({ workers: { web: 1 }, ...(spec ? { spec } : {}) });
    const { cluster } = ref;
    const subnet = labelsOf('me', cluster, 'network', { [LABEL.subnet]: '172.30.9.0/24' });
    const host = aHostEngine({
      'GET /networks/skep-demo': () => aNetwork('skep-demo', { Labels: subnet }),
      'GET /containers/json': () => [],
      'GET /containers/demo-web-aaaa/json': () => ({ Config: { Labels: labelsOf('me', cluster, 'machine', made) } }),
    });
    const images: Images = { ensure: never, resolve: never, load: never };
    const options = { host: host.engine, owner: 'me', clock: systemClock, images, failpoint: noFailpoint };
    const machines = createMachines({ ...options, forget: () => {} });
    const wish = aWish('demo-web-aaaa', { pool: 'web' });
    return {
      ...host,
      make: async () => must(await machines.resize(ref, { pool: 'web', count: 1, machines: [wish] }, signal)),
      start: async () => must(await machines.startMachine(ref, wish.id, signal)),
      config: () => (host.changes.find(({ method }) => method === 'PUT')?.body as Buffer | undefined)?.toString(),
    };
  }

  it('is in place before the engine starts for the first time, and stands on the machine', async () => {
    const host = aHost({ engine: { config: CONFIG } });
    await host.make();
    expect(host.said()).toEqual([
      'POST /containers/create',
      'PUT /containers/demo-web-aaaa/archive',
      'POST /containers/demo-web-aaaa/start',
    ]);
    expect(host.changes[0]?.body).toMatchObject({ Labels: { [LABEL.config]: JSON.stringify(CONFIG) } });
    expect(host.config()).toContain(`etc/docker/daemon.json`);
    expect(host.config()).toContain(JSON.stringify(CONFIG));
  });

  it('is the one that the machine was made with, whatever the spec says when it is started again', async () => {
    const host = aHost({ engine: { config: { debug: true } } }, { [LABEL.config]: JSON.stringify(CONFIG) });
    await host.start();
    expect(host.config()).toContain(JSON.stringify(CONFIG));
    expect(host.said().at(-1)).toBe('POST /containers/demo-web-aaaa/start');
  });

  it('is left to the image where the spec says nothing', async () => {
    const host = aHost(undefined);
    await host.make();
    await host.start();
    expect(host.config()).toBeUndefined();
    expect(host.changes[0]?.body).not.toMatchObject({ Labels: { [LABEL.config]: expect.anything() } });
  });
});

const never = (): never => {
  throw new Error('not expected');
};
