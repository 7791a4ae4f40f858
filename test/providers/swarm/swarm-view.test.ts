import { describe, expect, it } from 'vitest';
import type { ApiMount, ApiNode, ApiService } from '../../../src/providers/swarm/api.ts';
import { familiar } from '../../../src/providers/swarm/engine-view.ts';
import { isCurrent, parseMember, parseService, parseTask } from '../../../src/providers/swarm/swarm-view.ts';

const node = (over: Partial<ApiNode>): ApiNode => ({
  ID: 'n1',
  Version: { Index: 7 },
  Spec: { Role: 'worker', Availability: 'active' },
  Description: { Hostname: 'h', Engine: { EngineVersion: '28.5.2' } },
  Status: { State: 'ready', Addr: '10.0.0.5' },
  ...over,
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

describe('parseService', () => {
  const service = (Spec: Partial<ApiService['Spec']>): ApiService => ({
    ID: 's',
    Spec: { Name: 'web', Mode: { Replicated: { Replicas: 3 } }, ...Spec },
  });
  const dataOf = (...Mounts: ApiMount[]) =>
    parseService(service({ TaskTemplate: { ContainerSpec: { Mounts } } })).localData;

  it.each([
    ['replicated', { Replicated: { Replicas: 3 } }, 3],
    ['global', { Global: {} }, null],
    ['replicated-job', { ReplicatedJob: { TotalCompletions: 4 } }, 4],
    ['global-job', { GlobalJob: {} }, null],
  ] as const)('reads a %s one', (mode, Mode, replicas) => {
    expect(parseService(service({ Mode }))).toMatchObject({ mode, replicas });
  });

  it('names local volumes and writable bind mounts as local data', () => {
    expect(
      dataOf(
        { Type: 'volume', Source: 'db', Target: '/db' },
        { Type: 'volume', Source: 'nfs', Target: '/n', VolumeOptions: { DriverConfig: { Name: 'nfs-plugin' } } },
        { Type: 'volume', Source: 'own', Target: '/o', VolumeOptions: { DriverConfig: { Name: 'local' } } },
        { Type: 'volume', Target: '/scratch' },
        { Type: 'bind', Source: '/srv', Target: '/srv' },
        { Type: 'bind', Source: '/etc', Target: '/etc', ReadOnly: true },
        { Type: 'bind', Source: '/var/run/docker.sock', Target: '/s' },
        { Type: 'tmpfs', Target: '/tmp' },
      ),
    ).toEqual(['db', 'own', '/scratch', '/srv']);
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
