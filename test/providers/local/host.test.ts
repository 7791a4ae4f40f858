import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { noFailpoint } from '../../../src/base/failpoint.ts';
import { systemRandom } from '../../../src/base/random.ts';
import { createRecordsReader } from '../../../src/controller/records-reader.ts';
import type { ClusterName } from '../../../src/model/ids.ts';
import { createLocalProvider } from '../../../src/providers/local/provider.ts';
import { aRef } from '../../support/builders.ts';
import { createKeeper } from '../../support/keeper.ts';

const { signal } = new AbortController();

describe.each(['ssh://ops@host', 'tcp://10.0.0.1:2375', 'unix:///no/such.sock'])(
  'with DOCKER_HOST %s',
  (dockerHost) => {
    const local = () =>
      createLocalProvider({
        owner: 'me',
        dockerHost,
        clock: systemClock,
        random: systemRandom,
        failpoint: noFailpoint,
      });

    it('every port of the local provider answers a problem', async () => {
      const provider = local();
      const detail = dockerHost.startsWith('unix:') ? 'ENOENT' : `DOCKER_HOST: ${dockerHost} is no unix:// socket`;
      for (const answer of [
        await provider.records.list(signal),
        await provider.records.read('demo' as ClusterName, signal),
        await provider.infrastructure.observe(aRef(), signal),
        await provider.infrastructure.ensure(aRef(), { forwardTo: [] }, signal),
        await provider.strangers(signal),
      ]) {
        expect(answer).toMatchObject({
          ok: false,
          problem: { kind: 'unreachable', detail: expect.stringContaining(detail) },
        });
      }
      await provider.close();
    });

    it('simulated clusters are kept', async () => {
      const keeper = createKeeper();
      const provider = local();
      keeper.ports.providers.local = provider;
      keeper.declare({ workers: { web: 1 } });
      await keeper.keep();
      expect(keeper.status().status.phase).toBe('Ready');
      const view = await createRecordsReader([provider, keeper.provider], new Set())(signal);
      expect(view).toMatchObject({ records: [{ cluster: 'demo' }], unreadable: [], missing: null });
      await provider.close();
    });
  },
);
