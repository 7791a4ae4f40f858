import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Lease, LeaseStore } from '../../src/providers/provider.ts';
import { signal } from './subject.ts';

export interface LeaseSubject {
  readonly store: LeaseStore;
  /** Another instance over the same lease, as another process would have it. */
  newStore(): LeaseStore;
  cleanup(): Promise<void>;
}

/** What the `LeaseStore` port promises. The tests share one lease and follow each other: the first failure counts. */
export function leaseStoreConformance(name: string, makeSubject: () => LeaseSubject | Promise<LeaseSubject>): void {
  describe(`lease store of ${name}`, () => {
    let subject: LeaseSubject;
    let store: LeaseStore;
    const first: Lease = { holder: 'a', term: 1, renewals: 0, released: false };
    const renewed: Lease = { ...first, renewals: 1 };

    beforeAll(async () => {
      subject = await makeSubject();
      store = subject.store;
    });
    afterAll(() => subject.cleanup());

    it('holds none at first', async () => {
      expect(await store.read(signal)).toBeNull();
      expect(await store.swap(first, renewed, signal)).toBe(false);
      expect(await store.read(signal)).toBeNull();
    });

    it('takes the first one, and shows it to every instance', async () => {
      expect(await store.swap(null, first, signal)).toBe(true);
      expect(await store.read(signal)).toEqual(first);
      expect(await subject.newStore().read(signal)).toEqual(first);
    });

    it('does not take a second first one', async () => {
      expect(await subject.newStore().swap(null, { ...first, holder: 'b' }, signal)).toBe(false);
      expect(await store.read(signal)).toEqual(first);
    });

    it('takes a renewal by whoever saw the last one', async () => {
      expect(await store.swap(first, renewed, signal)).toBe(true);
      expect(await store.swap(first, renewed, signal)).toBe(false);
      expect(await subject.newStore().read(signal)).toEqual(renewed);
    });

    it.each([
      ['holder', { holder: 'b' }],
      ['term', { term: 2 }],
      ['renewals', { renewals: 7 }],
      ['release', { released: true }],
    ])('sees that somebody else moved by the %s', async (_, difference) => {
      expect(await store.swap({ ...renewed, ...difference }, { ...renewed, renewals: 9 }, signal)).toBe(false);
      expect(await store.read(signal)).toEqual(renewed);
    });

    it('lets exactly one of ten win', async () => {
      const other = subject.newStore();
      const next = (i: number): Lease => ({ holder: `h${i}`, term: 2, renewals: 0, released: false });
      const wins = await Promise.all(
        Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? store : other).swap(renewed, next(i), signal)),
      );
      expect(wins.filter(Boolean)).toHaveLength(1);
      expect(await store.read(signal)).toEqual(next(wins.indexOf(true)));
    });

    it('keeps a release', async () => {
      const held = await store.read(signal);
      const released = { ...(held as Lease), released: true };
      expect(await store.swap(held, released, signal)).toBe(true);
      expect(await subject.newStore().read(signal)).toEqual(released);
    });

    it('rejects when the signal is aborted, and then writes nothing', async () => {
      const aborted = AbortSignal.abort(new Error('shutdown'));
      const held = await store.read(signal);
      await expect(store.read(aborted)).rejects.toThrow('shutdown');
      await expect(store.swap(held, first, aborted)).rejects.toThrow('shutdown');
      expect(await store.read(signal)).toEqual(held);
    });
  });
}
