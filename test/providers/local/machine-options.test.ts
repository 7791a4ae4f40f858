import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ClusterName } from '../../../src/model/ids.ts';
import { parseEvent } from '../../../src/providers/local/hints.ts';
import { socketPath } from '../../../src/providers/local/host.ts';
import { securityOptions } from '../../../src/providers/local/machine-options.ts';
import { isMachineName, isOurs, labelsOf } from '../../../src/providers/local/names.ts';
import { isYoung } from '../../../src/providers/local/readiness.ts';

const cluster = 'demo' as ClusterName;

describe('securityOptions', () => {
  it('says systempaths=unconfined as the API wants it, and nothing about paths otherwise', async () => {
    expect(await securityOptions(['seccomp=unconfined', 'systempaths=unconfined'])).toEqual({
      SecurityOpt: ['seccomp=unconfined'],
      MaskedPaths: [],
      ReadonlyPaths: [],
    });
    expect(await securityOptions(['apparmor=unconfined'])).toEqual({ SecurityOpt: ['apparmor=unconfined'] });
  });

  it("takes a seccomp profile's file by its text, and throws when it cannot be read", async () => {
    const dir = mkdtempSync(join(tmpdir(), 'skep-seccomp-'));
    writeFileSync(join(dir, 'p.json'), '{ "defaultAction": "SCMP_ACT_ALLOW" }');
    expect(await securityOptions([`seccomp=${dir}/p.json`])).toEqual({
      SecurityOpt: ['seccomp={"defaultAction":"SCMP_ACT_ALLOW"}'],
    });
    rmSync(dir, { recursive: true });
    await expect(securityOptions([`seccomp=${dir}/p.json`])).rejects.toThrow('ENOENT');
  });
});

describe('isOurs', () => {
  const labels = labelsOf('me', cluster, 'machine');
  it('asks for owner, cluster and kind', () => {
    expect(isOurs(labels, 'me', cluster, 'machine')).toBe(true);
    expect(isOurs(labels, 'you', cluster)).toBe(false);
    expect(isOurs(labels, 'me', 'other' as ClusterName)).toBe(false);
    expect(isOurs(labels, 'me', cluster, 'network')).toBe(false);
    expect(isOurs(null, 'me', cluster)).toBe(false);
  });
});

describe('isMachineName', () => {
  it.each([
    ['demo-web-a1b2', true],
    ['demo-web-a1b2c', false],
    ['demo-web', false],
    ['demo-db-a1b2', false],
    ['demo2-web-a1b2', false],
  ])('%s: %s', (name, expected) => {
    expect(isMachineName(name, cluster, ['managers', 'web'])).toBe(expected);
  });
});

describe('isYoung', () => {
  it.each([
    ['Up Less than a second', true],
    ['Up 1 second', true],
    ['Up 59 seconds (health: starting)', true],
    ['Up About a minute', false],
    ['Up 3 hours', false],
    ['Exited (0) 2 seconds ago', false],
  ])('%s: %s', (status, expected) => {
    expect(isYoung(status)).toBe(expected);
  });
});

describe('parseEvent', () => {
  it('names the cluster of a thing that has our label', () => {
    expect(parseEvent('{"Type":"container","Action":"die","Actor":{"Attributes":{"skep.cluster":"demo"}}}')).toBe(
      'demo',
    );
    expect(parseEvent('{"Type":"container","Actor":{"Attributes":{}}}')).toBeNull();
    expect(parseEvent('')).toBeNull();
  });
});

describe('socketPath', () => {
  it('takes unix sockets only', () => {
    expect(socketPath(undefined)).toBe('/var/run/docker.sock');
    expect(socketPath('unix:///run/user/1/docker.sock')).toBe('/run/user/1/docker.sock');
    expect(() => socketPath('tcp://10.0.0.1:2375')).toThrow('unix://');
  });
});
