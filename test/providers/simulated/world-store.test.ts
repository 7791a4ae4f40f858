import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Failpoint } from '../../../src/base/failpoint.ts';
import { createSimulatedProvider } from '../../../src/providers/simulated/provider.ts';
import { createWorldStore } from '../../../src/providers/simulated/world-store.ts';
import { kindOf, must } from '../../conformance/subject.ts';
import { aRecord, aRef } from '../../support/builders.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const signal = new AbortController().signal;
const ref = aRef();

describe('worlds in files', () => {
  let dir: string;
  let file: string;
  let lock: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'skep-worlds-'));
    file = join(dir, 'demo.json');
    lock = join(dir, '.demo.lock');
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const clock = createFakeClock();
  const aProvider = (failpoint?: Failpoint) => {
    const worlds = createWorldStore({ at: dir, clock, ...(failpoint ? { failpoint } : {}) });
    return createSimulatedProvider({ owner: 'me', clock, worlds });
  };

  it('hold the record, and go when nothing is left', async () => {
    const { records, infrastructure } = aProvider();
    must(await records.swap(ref.cluster, null, aRecord(), signal));
    must(await infrastructure.ensure(ref, { forwardTo: [] }, signal));
    expect(JSON.parse(readFileSync(file, 'utf8')).record).toEqual(aRecord());
    must(await infrastructure.destroy(ref, signal));
    expect(existsSync(file)).toBe(true);
    must(await records.swap(ref.cluster, 1, null, signal));
    expect(readdirSync(dir)).toEqual([]);
  });

  it('are not written when nothing changes', async () => {
    const { infrastructure } = aProvider();
    must(await infrastructure.ensure(ref, { forwardTo: [] }, signal));
    const before = readFileSync(file, 'utf8');
    await clock.step(5_000);
    must(await infrastructure.ensure(ref, { forwardTo: [] }, signal));
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('keep the old text when the process ends just before the new one is visible', async () => {
    const hits: string[] = [];
    const broken = aProvider((name) => {
      hits.push(name);
      throw new Error('killed');
    });
    must(await aProvider().infrastructure.ensure(ref, { forwardTo: [] }, signal));
    const before = readFileSync(file, 'utf8');
    await expect(broken.infrastructure.ensure(ref, { forwardTo: ['10.0.0.1'] }, signal)).rejects.toThrow('killed');
    expect(hits).toEqual(['ensure-carriers:during']);
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(readdirSync(dir)).toEqual(['demo.json']);
  });

  it('that cannot be read are said not to answer, and are left alone', async () => {
    const { infrastructure, records } = aProvider();
    for (const text of ['{"format":1,', '{"format":2,"cluster":"demo"}', '[]']) {
      writeFileSync(file, text);
      expect(kindOf(await infrastructure.observe(ref, signal))).toBe('unreachable');
      expect(kindOf(await records.list(signal))).toBe('unreachable');
      expect(kindOf(await infrastructure.ensure(ref, { forwardTo: [] }, signal))).toBe('unreachable');
      expect(readFileSync(file, 'utf8')).toBe(text);
    }
  });

  it('wait for a lock that another process holds', async () => {
    writeFileSync(lock, 'other-1');
    let done = false;
    const write = aProvider().infrastructure.ensure(ref, { forwardTo: [] }, signal);
    void write.then(() => (done = true), String);
    await clock.step(1_000);
    expect(done).toBe(false);
    rmSync(lock);
    await clock.step(20);
    expect(kindOf(await write)).toBe('ok');
    expect(existsSync(lock)).toBe(false);
  });

  it('break a lock that stays the same for 2 s, not one that changes hands', async () => {
    let done = false;
    const write = aProvider().infrastructure.ensure(ref, { forwardTo: [] }, signal);
    expect(kindOf(await write)).toBe('ok');
    writeFileSync(lock, 'other-0');
    const late = aProvider().infrastructure.ensure(ref, { forwardTo: ['10.0.0.1'] }, signal);
    void late.then(() => (done = true), String);
    for (let hand = 1; hand < 5; hand += 1) {
      await clock.step(1_500);
      writeFileSync(lock, `other-${hand}`);
    }
    expect(done).toBe(false);
    await clock.step(2_100);
    expect(kindOf(await late)).toBe('ok');
    expect(readdirSync(dir)).toEqual(['demo.json']);
  });

  it('stop waiting for a lock when the signal aborts', async () => {
    writeFileSync(lock, 'other-1');
    const stop = new AbortController();
    const write = aProvider().infrastructure.ensure(ref, { forwardTo: [] }, stop.signal);
    stop.abort(new Error('shutdown'));
    await expect(write).rejects.toThrow('shutdown');
    expect(existsSync(file)).toBe(false);
  });

  it('are not written by one whose lock was taken over meanwhile', async () => {
    const worlds = createWorldStore({ at: dir, clock });
    must(await aProvider().infrastructure.ensure(ref, { forwardTo: [] }, signal));
    const before = readFileSync(file, 'utf8');
    const late = worlds.change(ref.cluster, null, signal, ({ world }) => {
      writeFileSync(lock, 'other-1');
      if (world) world.carriers = null;
    });
    await expect(late).rejects.toThrow('taken over');
    expect(readFileSync(file, 'utf8')).toBe(before);
  });
});
