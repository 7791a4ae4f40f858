import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** Schedules in CI: two minutes on two cores (0.2–0.3 s of CPU each, measured). `npm run simulate:long` lives through as many as one likes. */
const SCHEDULES = Number(process.env.SKEP_TEST_SCHEDULES ?? 600);
/** A busy machine may take several times as long as an idle one. */
const LIMIT_MS = 60_000 + SCHEDULES * 500;
const LONG = fileURLToPath(new URL('./long.mjs', import.meta.url));
/** Of the schedules that ask for no hold and leave a quorum: how many have to reach Ready. */
const READY_SHARE = 0.9;

/** Of replicas that share a lease: 8 ms of CPU each, measured. */
const REPLICA_SCHEDULES = Number(process.env.SKEP_TEST_REPLICA_SCHEDULES ?? 2_000);

describe('a search for a broken invariant', () => {
  it(`finds none in ${REPLICA_SCHEDULES} schedules of time and store faults for the lease`, {
    timeout: LIMIT_MS,
  }, () => {
    const args = [LONG, '--replicas', '--seeds', String(REPLICA_SCHEDULES)];
    const ran = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: LIMIT_MS });
    expect(ran.stdout.match(/^✗.*$/gm) ?? []).toEqual([]);
    expect(ran.status, ran.stderr.slice(-2_000)).toBe(0);
  });

  it(`finds none in ${SCHEDULES} schedules, and meets what it searches among`, { timeout: LIMIT_MS }, () => {
    const ran = spawnSync(process.execPath, [LONG, '--seeds', String(SCHEDULES)], {
      encoding: 'utf8',
      timeout: LIMIT_MS,
    });
    expect(ran.stdout.match(/^✗.*$/gm) ?? []).toEqual([]);
    const [, ready, eligible] = ran.stdout.match(/^(\d+) of (\d+) that were to reach Ready/m) ?? [];
    expect(Number(eligible)).toBeGreaterThan(SCHEDULES / 10);
    expect(Number(ready)).toBeGreaterThanOrEqual(READY_SHARE * Number(eligible));
    for (const guard of ['one membership change at a time', 'a drain is not over', 'QuorumLost', 'SpecInvalid']) {
      expect(ran.stdout).toMatch(new RegExp(`^ +[1-9]\\d*  ${guard}$`, 'm'));
    }
    expect(ran.status, ran.stderr.slice(-2_000)).toBe(0);
  });
});
