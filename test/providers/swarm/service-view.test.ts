import { describe, expect, it } from 'vitest';
import type { ApiMount, ApiService } from '../../../src/providers/swarm/api.ts';
import { parseService } from '../../../src/providers/swarm/service-view.ts';
import { aService } from '../../support/builders.ts';

describe('parseService', () => {
  const service = (Spec: Partial<ApiService['Spec']>): ApiService => ({
    ID: 's',
    Version: { Index: 9 },
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

  it("has Docker's defaults where nothing is said", () => {
    expect(parseService(service({}))).toEqual(aService('web', { id: 's', version: 9, replicas: 3 }));
  });

  it('reads what placing and restarting its tasks depends on', () => {
    const Spec: Partial<ApiService['Spec']> = {
      TaskTemplate: {
        Resources: { Reservations: { NanoCPUs: 5e8, MemoryBytes: 64 } },
        Placement: { Constraints: ['node.labels.tier==web'], MaxReplicas: 2 },
        RestartPolicy: { Condition: 'on-failure', MaxAttempts: 3 },
        ForceUpdate: 4,
      },
      UpdateConfig: { Order: 'start-first' },
      EndpointSpec: {
        Ports: [
          { Protocol: 'udp', PublishedPort: 53, PublishMode: 'host' },
          { Protocol: 'tcp', PublishMode: 'host' },
          { Protocol: 'tcp', PublishedPort: 80, PublishMode: 'ingress' },
        ],
      },
    };
    expect(parseService(service(Spec))).toMatchObject({
      reservations: { nanoCpus: 5e8, memoryBytes: 64 },
      constraints: ['node.labels.tier==web'],
      maxReplicasPerNode: 2,
      restart: 'on-failure',
      restartMaxAttempts: 3,
      forceUpdate: 4,
      updateOrder: 'start-first',
      hostPorts: ['53/udp'],
    });
  });

  it.each([
    ['updating', true],
    ['rollback_started', true],
    ['paused', false],
    ['completed', false],
  ])('%s: an update goes on: %s', (State, updating) => {
    expect(parseService({ ...service({}), UpdateStatus: { State } })).toMatchObject({ updating });
  });
});
