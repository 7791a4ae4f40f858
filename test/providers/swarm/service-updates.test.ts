import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { noFailpoint } from '../../../src/base/failpoint.ts';
import type { MachineId, NodeId } from '../../../src/model/ids.ts';
import { EngineError } from '../../../src/providers/swarm/engine.ts';
import { createServiceUpdates } from '../../../src/providers/swarm/service-updates.ts';
import { signal } from '../../conformance/subject.ts';
import { aRef } from '../../support/builders.ts';
import { aHostEngine } from '../local/host-engine.ts';

const M1 = 'm1' as MachineId;
const NODE = 'n1' as NodeId;
/** As an engine of 28.5 answers, with fields that skep does not know. */
const SPEC = {
  Name: 'web',
  Labels: { 'skep.drain': 'surge', team: 'ops' },
  TaskTemplate: {
    ContainerSpec: { Image: 'web:1@sha256:abc', Env: ['A=1'], Secrets: [{ SecretName: 's' }] },
    Placement: { Constraints: ['node.role==worker'], Preferences: [{ Spread: { SpreadDescriptor: 'zone' } }] },
    ForceUpdate: 2,
    Runtime: 'container',
  },
  Mode: { Replicated: { Replicas: 3 } },
  UpdateConfig: { Parallelism: 1, Monitor: 5_000_000_000, Order: 'start-first' },
  EndpointSpec: { Mode: 'vip' },
};

function aService(spec: object = SPEC, update: () => unknown = () => ({ Warnings: null })) {
  const { engine, changes } = aHostEngine({
    'GET /services/s1': () => ({ ID: 's1', Version: { Index: 41 }, Spec: spec }),
    'POST /services/s1/update': update,
    'GET /services/': () => {
      throw new EngineError(404, 'service s2 not found');
    },
  });
  const options = { engineOf: () => engine, addressOf: async () => '10.0.0.1', clock: systemClock };
  const updates = createServiceUpdates({ ...options, failpoint: noFailpoint });
  return {
    changes,
    constrain: (on: boolean, ref = { id: 's1', version: 41 }) =>
      updates.constrain(aRef(), M1, ref, { node: NODE, on }, signal),
    rebalance: (ref = { id: 's1', version: 41 }) => updates.rebalance(aRef(), M1, ref, signal),
  };
}

const CONSTRAINED = {
  ...SPEC,
  Labels: { ...SPEC.Labels, 'skep.drain.from': 'n1' },
  TaskTemplate: {
    ...SPEC.TaskTemplate,
    Placement: { ...SPEC.TaskTemplate.Placement, Constraints: ['node.role==worker', 'node.id!=n1'] },
  },
};

describe('constrain', () => {
  it('adds its constraint and its mark, at the version seen, and leaves everything else', async () => {
    const { constrain, changes } = aService();
    expect(await constrain(true)).toEqual({ ok: true, value: undefined });
    expect(changes).toMatchObject([{ path: '/services/s1/update', query: { version: 41, registryAuthFrom: 'spec' } }]);
    expect(changes[0]?.body).toEqual(CONSTRAINED);
  });

  it('takes both out again', async () => {
    const { constrain, changes } = aService(CONSTRAINED);
    await constrain(false);
    expect(changes[0]?.body).toEqual(SPEC);
  });

  it("leaves somebody else's constraint as it is", async () => {
    const placed = { ...SPEC.TaskTemplate, Placement: { Constraints: ['node.id!=n1'] } };
    const { constrain, changes } = aService({ ...SPEC, TaskTemplate: placed });
    await constrain(true);
    await constrain(false);
    expect(changes.map(({ body }) => body)).toEqual(Array(2).fill({ ...SPEC, TaskTemplate: placed }));
  });
});

describe('rebalance', () => {
  it('raises ForceUpdate by one and leaves everything else', async () => {
    const { rebalance, changes } = aService();
    expect(await rebalance()).toEqual({ ok: true, value: undefined });
    expect(changes[0]?.body).toEqual({ ...SPEC, TaskTemplate: { ...SPEC.TaskTemplate, ForceUpdate: 3 } });
  });
});

describe('both', () => {
  it('answer conflict to another version than the one seen, and ask for nothing', async () => {
    const { constrain, rebalance, changes } = aService();
    const stale = { id: 's1', version: 40 };
    expect(await constrain(true, stale)).toMatchObject({ problem: { kind: 'conflict' } });
    expect(await rebalance(stale)).toMatchObject({ problem: { kind: 'conflict' } });
    expect(changes).toEqual([]);
  });

  it('answer gone when there is no such service, and conflict when the engine finds it out of sequence', async () => {
    const { rebalance } = aService();
    expect(await rebalance({ id: 's2', version: 1 })).toMatchObject({ problem: { kind: 'gone' } });
    const late = aService(SPEC, () => {
      throw new EngineError(500, 'rpc error: code = Unknown desc = update out of sequence');
    });
    expect(await late.constrain(true)).toMatchObject({ problem: { kind: 'conflict' } });
  });
});
