import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { ok } from '../../../src/base/result.ts';
import {
  createAutoScaling,
  createTerminationHook,
  type TerminationHook,
} from '../../../src/providers/aws/termination-hook.ts';
import { type AutoScalingStandIn, NOT_HELD, startAutoScaling } from '../../support/auto-scaling.ts';

const { signal } = new AbortController();
let scaling: AutoScalingStandIn;
let hook: TerminationHook;

beforeEach(async () => {
  scaling = await startAutoScaling();
  vi.stubEnv('AWS_ENDPOINT_URL_AUTO_SCALING', scaling.url);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  const client = createAutoScaling({ region: 'eu-west-3' });
  hook = createTerminationHook({ client, clock: systemClock, group: 'one-default', hook: 'drain', instanceId: 'i-1' });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await scaling.close();
});

const which = { AutoScalingGroupName: 'one-default', LifecycleHookName: 'drain', InstanceId: 'i-1' };

describe('the termination hook', () => {
  it('is kept and ended for this instance, found by its id alone', async () => {
    expect(await hook.heartbeat(signal)).toEqual(ok(undefined));
    expect(await hook.complete(signal)).toEqual(ok(undefined));
    expect(scaling.asked).toEqual([
      { Action: 'RecordLifecycleActionHeartbeat', ...which },
      { Action: 'CompleteLifecycleAction', ...which, LifecycleActionResult: 'CONTINUE' },
    ]);
  });

  it('is refused where nothing is held', async () => {
    scaling.answers.push(NOT_HELD);
    expect(await hook.heartbeat(signal)).toMatchObject({ problem: { kind: 'refused' } });
    expect(scaling.asked).toHaveLength(1);
  });

  it('is asked again by the SDK when Auto Scaling has trouble of its own', async () => {
    scaling.answers.push({ status: 503, body: '' });
    expect(await hook.complete(signal)).toEqual(ok(undefined));
    expect(scaling.asked).toHaveLength(2);
  });
});
