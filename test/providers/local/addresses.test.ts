import { describe, expect, it } from 'vitest';
import { parseNetwork } from '../../../src/model/cluster-spec/network.ts';
import { createReservations, forwarderAddress, nextAddress } from '../../../src/providers/local/addresses.ts';
import { freeSubnets } from '../../../src/providers/local/network.ts';

describe('nextAddress', () => {
  it('gives the lowest free one, from .10 up', () => {
    expect(nextAddress('172.30.5.0/24', new Set())).toBe('172.30.5.10');
    expect(nextAddress('172.30.5.0/24', new Set(['172.30.5.10', '172.30.5.12']))).toBe('172.30.5.11');
  });

  it('uses a small network too, and says when one is full', () => {
    expect(nextAddress('10.0.0.0/29', new Set())).toBe('10.0.0.3');
    const all = new Set(['10.0.0.3', '10.0.0.4', '10.0.0.5', '10.0.0.6']);
    expect(nextAddress('10.0.0.0/29', all)).toBeNull();
  });

  it('never gives the forwarder’s', () => {
    expect(forwarderAddress('172.30.5.0/24')).toBe('172.30.5.2');
    expect(forwarderAddress('10.0.0.0/29')).toBe('10.0.0.2');
  });
});

describe('createReservations', () => {
  it('keeps what was given away until a listing that began afterwards', () => {
    const reservations = createReservations();
    reservations.reserve('a');
    const early = reservations.begin();
    reservations.settle('a');
    expect([...early(new Set())]).toEqual(['a']);
    const late = reservations.begin();
    expect([...late(new Set(['a']))]).toEqual(['a']);
    expect([...reservations.begin()(new Set())]).toEqual([]);
  });
});

describe('freeSubnets', () => {
  it('takes the lowest /24 that overlaps with nothing', () => {
    expect(freeSubnets([])[0]).toBe('172.30.0.0/24');
    const taken = ['172.30.0.0/23', '172.30.2.128/25', '10.0.0.0/8'].flatMap((text) => parseNetwork(text) ?? []);
    expect(freeSubnets(taken)[0]).toBe('172.30.3.0/24');
    expect(freeSubnets([])).toHaveLength(512);
    expect(freeSubnets([parseNetwork('172.16.0.0/12') ?? never()])).toEqual([]);
  });
});

function never(): never {
  throw new Error('no network');
}
