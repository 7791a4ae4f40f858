import { describe, expect, it } from 'vitest';
import type { ApiNode, ApiSwarm } from '../../../src/providers/swarm/api.ts';
import { familiar } from '../../../src/providers/swarm/engine-view.ts';
import {
  isCurrent,
  parseMember,
  parseSwarm,
  parseTask,
  withRestarts,
} from '../../../src/providers/swarm/swarm-view.ts';

const node = (over: Partial<ApiNode>): ApiNode => ({
  ID: 'n1',
  Version: { Index: 7 },
  Spec: { Role: 'worker', Availability: 'active' },
  Description: { Hostname: 'h', Engine: { EngineVersion: '28.5.2' } },
  Status: { State: 'ready', Addr: '10.0.0.5' },
  ...over,
});

describe('parseSwarm', () => {
  /** Self-signed, made for this test; it ends on 2026-12-21T15:32:44Z. */
  const ROOT = `-----BEGIN CERTIFICATE-----
MIIBfDCCASGgAwIBAgIUQ4dnCRDQu45wKhDr9lGdl7nSjVswCgYIKoZIzj0EAwIw
EzERMA8GA1UEAwwIc3dhcm0tY2EwHhcNMjYxMTIxMTUzMjQ0WhcNMjYxMjIxMTUz
MjQ0WjATMREwDwYDVQQDDAhzd2FybS1jYTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABICVJod7SPlbUXfP8Xf02Gm088RZXHtacobMNNDKgVwBzGgbuWDyU+pw5K7z
coHnzayiaOIt7korC4mTMRYe5pSjUzBRMB0GA1UdDgQWBBSeekiGeg3Xbcf8bhJ8
MzFVU6FNczAfBgNVHSMEGDAWgBSeekiGeg3Xbcf8bhJ8MzFVU6FNczAPBgNVHRMB
Af8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQCluEWVIU0Ce0FNn1Lx5t1J+cfI
mPjXy+7zukZDVp7AKQIhAMzPER+VF+zxqX2LY71Uy/taC5WdTHiiuJxil8afrnPp
-----END CERTIFICATE-----
`;
  const swarm = (TrustRoot: string, AutoLockManagers = false): ApiSwarm => ({
    ID: 's',
    Version: { Index: 1 },
    RootRotationInProgress: false,
    DefaultAddrPool: null,
    SubnetSize: 24,
    DataPathPort: 4789,
    Spec: { EncryptionConfig: { AutoLockManagers } },
    TLSInfo: { TrustRoot },
  });

  it.each([
    ['the root certificate', ROOT, Date.UTC(2026, 11, 21, 15, 32, 44)],
    ['none', '', null],
    ['one that cannot be read', ROOT.replace('MIIB', 'AAAA'), null],
  ])('says when it ends: %s', (_, pem, end) => {
    expect(parseSwarm(swarm(pem)).security).toEqual({ rootExpiresAt: end, autolock: false });
  });

  it('says whether autolock is on', () => {
    expect(parseSwarm(swarm('', true)).security?.autolock).toBe(true);
  });
});

describe('parseMember', () => {
  it('reads a worker', () => {
    expect(parseMember(node({}))).toEqual({
      id: 'n1',
      version: 7,
      hostname: 'h',
      address: '10.0.0.5',
      role: 'worker',
      availability: 'active',
      state: 'ready',
      manager: null,
      labels: {},
      engineVersion: '28.5.2',
      resources: { nanoCpus: 0, memoryBytes: 0 },
      engineLabels: {},
      platform: { os: '', arch: '' },
    });
  });

  it('reads what constraints and reservations are compared with', () => {
    const Description = {
      Hostname: 'h',
      Platform: { OS: 'linux', Architecture: 'x86_64' },
      Resources: { NanoCPUs: 2_000_000_000, MemoryBytes: 1_024 },
      Engine: { EngineVersion: '28.5.2', Labels: { disk: 'ssd' } },
    };
    expect(parseMember(node({ Description }))).toMatchObject({
      resources: { nanoCpus: 2e9, memoryBytes: 1_024 },
      engineLabels: { disk: 'ssd' },
      platform: { os: 'linux', arch: 'x86_64' },
    });
  });

  it.each(['0.0.0.0', '127.0.0.1', ''])('takes the raft address of a manager that is listed at "%s"', (Addr) => {
    const ManagerStatus = { Leader: true, Reachability: 'reachable', Addr: '10.0.0.9:2377' };
    const member = parseMember(node({ Status: { State: 'ready', Addr }, ManagerStatus }));
    expect(member).toMatchObject({ address: '10.0.0.9', manager: { leader: true, reachability: 'reachable' } });
  });

  it('calls a state that it does not know unknown', () => {
    expect(parseMember(node({ Status: { State: 'odd' } })).state).toBe('unknown');
  });
});

describe('isCurrent', () => {
  it.each([
    ['running', 'running', true],
    ['running', 'pending', true],
    ['ready', 'ready', true],
    ['running', 'rejected', true],
    ['shutdown', 'running', true],
    ['shutdown', 'starting', true],
    ['shutdown', 'shutdown', false],
    ['shutdown', 'failed', false],
    ['shutdown', 'orphaned', false],
    ['remove', 'running', true],
    ['complete', 'running', true],
    ['complete', 'complete', false],
  ])('desired %s, %s: %s', (DesiredState, State, expected) => {
    expect(isCurrent(parseTask({ ID: 't', ServiceID: 's', NodeID: 'n', DesiredState, Status: { State } }))).toBe(
      expected,
    );
  });
});

describe('parseTask', () => {
  it("gives Docker's reason in one line, its error before its message", () => {
    const Status = { State: 'rejected', Message: 'preparing', Err: 'No such image:\n nope:1' };
    expect(parseTask({ ID: 't', ServiceID: 's', DesiredState: 'running', Status })).toMatchObject({
      nodeId: null,
      detail: 'No such image: nope:1',
    });
  });
});

describe('withRestarts', () => {
  const task = (ID: string, Slot: number, State: string) => ({
    ID,
    ServiceID: 's',
    NodeID: 'n',
    Slot,
    DesiredState: 'running',
    Status: { State },
  });

  it('counts ends of the same replica that nobody asked for', () => {
    const ended = [task('a', 1, 'failed'), task('b', 1, 'complete'), task('c', 1, 'shutdown'), task('d', 2, 'failed')];
    const tasks = withRestarts([task('x', 1, 'running'), task('y', 2, 'running'), task('z', 3, 'running')], ended);
    expect(tasks.map(({ restarts }) => restarts)).toEqual([2, 1, 0]);
  });
});

describe('familiar', () => {
  it.each([
    ['nginx', 'nginx:latest'],
    ['docker.io/library/nginx:1', 'nginx:1'],
    ['docker.io/me/app', 'me/app:latest'],
    ['host:5000/app', 'host:5000/app:latest'],
    ['app@sha256:abc', 'app@sha256:abc'],
  ])('%s is listed as %s', (image, listed) => {
    expect(familiar(image)).toBe(listed);
  });
});
