import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { noFailpoint } from '../../../src/base/failpoint.ts';
import type { MachineId } from '../../../src/model/ids.ts';
import { EngineError } from '../../../src/providers/swarm/engine.ts';
import { parseOptions } from '../../../src/providers/swarm/live-options.ts';
import { createSwarmUpdates } from '../../../src/providers/swarm/swarm-updates.ts';
import { signal } from '../../conformance/subject.ts';
import { aRef } from '../../support/builders.ts';
import { aHostEngine } from '../local/host-engine.ts';

const OPTIONS = { taskHistoryLimit: 3, dispatcherHeartbeatMs: 7_000, certExpiryMs: 365 * 86_400_000 };
/** As an engine of 28.5 answers, with what somebody set beside our options. */
const SPEC = {
  Name: 'default',
  Labels: { team: 'ops' },
  Orchestration: { TaskHistoryRetentionLimit: 5 },
  Raft: { SnapshotInterval: 10_000, ElectionTick: 10, HeartbeatTick: 1 },
  Dispatcher: { HeartbeatPeriod: 5_000_000_000 },
  CAConfig: { NodeCertExpiry: 7_776_000_000_000_000, ExternalCAs: [{ URL: 'https://ca.example' }] },
  TaskDefaults: { LogDriver: { Name: 'journald' } },
  EncryptionConfig: { AutoLockManagers: true },
};

describe('setSwarm', () => {
  function aSwarm(update: () => unknown = () => undefined) {
    const { engine, changes } = aHostEngine({
      'GET /swarm': () => ({ Version: { Index: 41 }, Spec: SPEC, JoinTokens: { Manager: 'SWMTKN-1-secret' } }),
      'POST /swarm/update': update,
    });
    const address = async () => '10.0.0.1';
    const updates = createSwarmUpdates({
      engineOf: () => engine,
      addressOf: address,
      clock: systemClock,
      failpoint: noFailpoint,
    });
    return { changes, set: (version: number) => updates.setSwarm(aRef(), 'm1' as MachineId, version, OPTIONS, signal) };
  }

  it('changes these options, in ns, and leaves everything else; no token turns', async () => {
    const { set, changes } = aSwarm();
    expect(await set(41)).toEqual({ ok: true, value: undefined });
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({
      path: '/swarm/update',
      query: { version: 41, rotateWorkerToken: false, rotateManagerToken: false, rotateManagerUnlockKey: false },
    });
    expect(changes[0]?.body).toEqual({
      ...SPEC,
      Orchestration: { TaskHistoryRetentionLimit: 3 },
      Dispatcher: { HeartbeatPeriod: 7_000_000_000 },
      CAConfig: { ...SPEC.CAConfig, NodeCertExpiry: 31_536_000_000_000_000 },
    });
    expect(parseOptions(changes[0]?.body as object)).toEqual(OPTIONS);
  });

  it('answers conflict to another version than the one seen, and asks for nothing', async () => {
    const { set, changes } = aSwarm();
    expect(await set(40)).toMatchObject({ ok: false, problem: { kind: 'conflict' } });
    expect(changes).toEqual([]);
  });

  it('answers conflict when the engine finds it out of sequence', async () => {
    const { set } = aSwarm(() => {
      throw new EngineError(500, 'rpc error: code = Unknown desc = update out of sequence');
    });
    expect(await set(41)).toMatchObject({ ok: false, problem: { kind: 'conflict' } });
  });
});

describe('parseOptions', () => {
  it("takes Docker's own values for what an engine leaves out", () => {
    const own = { taskHistoryLimit: 5, dispatcherHeartbeatMs: 5_000, certExpiryMs: 7_776_000_000 };
    expect(parseOptions(undefined)).toEqual(own);
    expect(parseOptions(SPEC)).toEqual(own);
    expect(parseOptions({ Orchestration: { TaskHistoryRetentionLimit: 0 } })).toEqual({ ...own, taskHistoryLimit: 0 });
  });
});
