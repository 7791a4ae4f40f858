import { describe, expect, it } from 'vitest';
import { noticesOf } from '../../../src/controller/fold-status/notices.ts';
import type { HostRoom } from '../../../src/model/host-facts.ts';
import type { Observed, SwarmView } from '../../../src/model/observed.ts';
import type { ClusterRecord } from '../../../src/model/record.ts';
import {
  aDesired,
  aMachine,
  aMember,
  anInfrastructure,
  anObserved,
  aRecord,
  aSwarm,
  asManager,
  START,
} from '../../support/builders.ts';
import { createKeeper } from '../../support/keeper.ts';

const DAY_MS = 24 * 3_600_000;
const managers = (reachable: number, n = 3): SwarmView['members'] =>
  Array.from({ length: n }, (_, i) => {
    const { role, manager } = asManager(i === 0);
    const reachability = i < reachable ? 'reachable' : 'unreachable';
    return aMember(`m${i}`, { role, manager: manager && { ...manager, reachability } });
  });

interface Wish {
  readonly hash?: string;
  readonly swarm?: Partial<SwarmView>;
  readonly host?: HostRoom | null;
  readonly images?: Readonly<Record<string, string>>;
  readonly record?: Partial<ClusterRecord>;
  readonly declared?: 1 | 3;
}

function kinds({ swarm = {}, host = null, images = {}, record = {}, declared = 3, hash }: Wish): string[] {
  const infrastructure = anInfrastructure(hash === undefined ? [] : [aMachine('demo-managers-0001', { hash })]);
  const observed: Observed = anObserved({
    swarm: { ok: true, value: aSwarm({ members: managers(3), ...swarm }) },
    infrastructure: { ok: true, value: { ...infrastructure, carriers: { ...infrastructure.carriers, images } } },
    host,
  });
  const desired = aDesired({ managers: declared });
  return noticesOf(observed, desired, aRecord({ firstReadyAt: START, ...record })).map(({ kind }) => kind);
}

describe('notices', () => {
  it('are none for a healthy cluster', () => {
    const security = { rootExpiresAt: START + 91 * DAY_MS, autolock: false };
    const host = { disk: { free: 50e9, total: 100e9 }, inotify: { instances: 128, watches: 8_192 } };
    const images = { 'a:1': 'sha256:a' };
    expect(kinds({ swarm: { security }, host, images, record: { images } })).toEqual([]);
  });

  it.each<[string, Wish, boolean]>([
    ['one of three managers is lost', { swarm: { members: managers(2) } }, true],
    ['one of three is out of raft already', { swarm: { members: managers(2, 2) } }, true],
    ['the quorum is lost: that is no notice any more', { swarm: { members: managers(1) } }, false],
    ['a single manager is all that is declared', { swarm: { members: managers(1, 1) }, declared: 1 }, false],
    [
      'the cluster is on its way to be Ready for the first time',
      { swarm: { members: managers(2) }, record: { firstReadyAt: null } },
      false,
    ],
  ])('NoMargin when %s: %s', (_, wish, is) => {
    expect(kinds(wish)).toEqual(is ? ['NoMargin'] : []);
  });

  it.each([
    [89 * DAY_MS, true],
    [91 * DAY_MS, false],
    [-DAY_MS, true],
    [null, false],
  ])('RootCertificate that ends in %s ms: %s', (left, is) => {
    const rootExpiresAt = left === null ? null : START + left;
    expect(kinds({ swarm: { security: { rootExpiresAt, autolock: false } } })).toEqual(is ? ['RootCertificate'] : []);
  });

  it('Autolock while it is on', () => {
    expect(kinds({ swarm: { security: { rootExpiresAt: null, autolock: true } } })).toEqual(['Autolock']);
  });

  it.each([
    [{ 'a:1': 'sha256:new' }, true],
    [{ 'a:1': 'sha256:old' }, false],
    [{ 'b:1': 'sha256:new' }, false],
    [{}, false],
  ])('NewerImage where a name that was taken up as sha256:old now gives %j: %s', (images, is) => {
    expect(kinds({ images, record: { images: { 'a:1': 'sha256:old' } } })).toEqual(is ? ['NewerImage'] : []);
  });

  it.each([
    [4.9, 100, true],
    [5.1, 100, false],
    [0.9, 10, true],
    [1.1, 10, false],
  ])('DiskLow with %s of %s GB free: %s', (free, total, is) => {
    expect(kinds({ host: { disk: { free: free * 1e9, total: total * 1e9 }, inotify: null } })).toEqual(
      is ? ['DiskLow'] : [],
    );
  });

  it.each([
    [64, 8_192, false],
    [63, 8_192, true],
    [64, 8_191, true],
  ])('InotifyLow with %s instances and %s watches: %s', (instances, watches, is) => {
    expect(kinds({ host: { disk: null, inotify: { instances, watches } } })).toEqual(is ? ['InotifyLow'] : []);
  });

  it('say the same at the next look though numbers moved: a status is not written again for them', () => {
    const at = (free: number) =>
      noticesOf(anObserved({ now: START + free, host: { disk: { free, total: 1e9 }, inotify: null } }), null, null);
    expect(at(1)).toEqual(at(2));
    expect(at(1)).toHaveLength(1);
  });

  it('know nothing of what could not be looked at', () => {
    const failed = { ok: false, problem: { kind: 'unreachable', what: 'x', detail: 'y' } } as const;
    const observed = anObserved({ swarm: failed, infrastructure: failed });
    expect(
      noticesOf(observed, aDesired({ managers: 3 }), aRecord({ firstReadyAt: START, images: { a: 'b' } })),
    ).toEqual([]);
  });

  it('come from a pass into the status, and go with their cause', async () => {
    const keeper = createKeeper();
    let free = 1;
    const hostRoom = async () => ({ disk: { free, total: 1e9 }, inotify: null });
    keeper.ports.providers.simulated = { ...keeper.provider, hostRoom };
    keeper.declare({ workers: { web: 1 } });
    await keeper.keep();
    expect(keeper.status().status).toMatchObject({ phase: 'Ready', notices: [{ kind: 'DiskLow' }] });
    free = 9e8;
    await keeper.pass();
    expect(keeper.status().status).not.toHaveProperty('notices');
  });

  it.each<[string, Readonly<Record<string, unknown>>, boolean]>([
    ['v1:other', {}, false],
    ['v9:other', { 'v9:other': { provider: 'simulated' } }, false],
    ['v9:other', {}, true],
  ])('MachineHashUnknown of a machine with hash %s when the record has the inputs %j: %s', (hash, hashInputs, is) => {
    expect(kinds({ hash, record: { hashInputs } })).toEqual(is ? ['MachineHashUnknown'] : []);
  });
});
