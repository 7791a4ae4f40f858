import { describe, expect, it } from 'vitest';
import { isOutdated, machineHashV1, unknownHash } from '../../src/model/machine-hash.ts';

const MADE = { provider: 'local', image: 'docker:28-dind' };
const TODAY = { machineHash: machineHashV1(MADE) };
const OTHER = { machineHash: machineHashV1({ ...MADE, image: 'docker:29-dind' }) };
const EMPTY = { hashInputs: {} };

describe('a machine', () => {
  it('is outdated when its hash differs from that of its pool in the same version', () => {
    expect(isOutdated({ hash: TODAY.machineHash }, TODAY, EMPTY)).toBe(false);
    expect(isOutdated({ hash: TODAY.machineHash }, OTHER, EMPTY)).toBe(true);
    expect(unknownHash({ hash: TODAY.machineHash }, OTHER, EMPTY)).toBe(false);
  });

  it.each(['v0:older', 'v9:newer'])('whose hash is %s is judged by what it was made of', (hash) => {
    const record = { hashInputs: { [hash]: MADE } };
    expect(isOutdated({ hash }, TODAY, record)).toBe(false);
    expect(isOutdated({ hash }, OTHER, record)).toBe(true);
    expect(unknownHash({ hash }, OTHER, record)).toBe(false);
  });

  it.each(['v0:older', 'v9:newer', ''])(
    'whose hash is %j is not outdated when nobody knows of what it was made',
    (hash) => {
      for (const record of [EMPTY, null, { hashInputs: { [TODAY.machineHash]: MADE } }]) {
        expect(isOutdated({ hash }, OTHER, record)).toBe(false);
        expect(unknownHash({ hash }, OTHER, record)).toBe(true);
      }
    },
  );
});
