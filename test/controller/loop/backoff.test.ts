import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BACKOFF_CAP_MS, backoffMs } from '../../../src/controller/loop/backoff.ts';

describe('backoffMs', () => {
  it.each([
    [1, 1_000],
    [2, 2_000],
    [5, 16_000],
    [7, BACKOFF_CAP_MS],
    [10_000, BACKOFF_CAP_MS],
  ])('after %d failures waits %d ms before it is spread', (failures, ms) => {
    expect(backoffMs(failures, 0.5)).toBe(ms);
  });

  it('stays within ±20 % and never shrinks as failures grow', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (failures, random) => {
          const middle = backoffMs(failures, 0.5);
          expect(backoffMs(failures, random)).toBeGreaterThanOrEqual(Math.floor(middle * 0.8));
          expect(backoffMs(failures, random)).toBeLessThanOrEqual(Math.ceil(middle * 1.2));
          expect(backoffMs(failures + 1, random)).toBeGreaterThanOrEqual(backoffMs(failures, random));
        },
      ),
    );
  });

  it('ends within a resync at the latest, so that a hold whose cause is gone is released by then', () => {
    expect(backoffMs(50, 0.9999)).toBeLessThanOrEqual(60_000);
  });
});
