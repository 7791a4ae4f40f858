import { describe, expect, it } from 'vitest';
import { withoutSecrets } from '../../../src/controller/fold-status/without-secrets.ts';
import { aDesired, aRecord } from '../../support/builders.ts';

describe('the record in a status', () => {
  it('tells of engine.config only the keys, in the spec and beside the hashes', () => {
    const config = {
      proxies: { 'http-proxy': 'http://me:hunter2@proxy' },
      'registry-mirrors': ['hunter2'],
      debug: true,
    };
    const { spec, pools } = aDesired({ spec: { engine: { config } } });
    const hashInputs = { 'v1:a': { provider: 'simulated' }, [pools[0]?.machineHash ?? '']: pools[0]?.hashInputs };
    const shown = withoutSecrets({ ok: true, value: aRecord({ spec, hashInputs }) });
    expect(JSON.stringify(shown)).not.toContain('hunter2');
    expect(shown.ok && shown.value?.spec.spec.engine.config).toEqual({
      proxies: { 'http-proxy': '(not shown)' },
      'registry-mirrors': ['(not shown)'],
      debug: true,
    });
    expect(shown.ok && shown.value?.hashInputs).toEqual({ 'v1:a': { provider: 'simulated' } });
  });
});
