import process from 'node:process';
import {
  AutoScalingClient,
  CompleteLifecycleActionCommand,
  RecordLifecycleActionHeartbeatCommand,
} from '@aws-sdk/client-auto-scaling';
import type { Clock } from '../../base/clock.ts';
import type { Result } from '../../base/result.ts';
import type { Problem } from '../../model/problem.ts';
import { withLimit } from '../swarm/limit.ts';
import { answer } from './problems.ts';

/** The lifecycle hook that keeps one instance alive while Auto Scaling wants to terminate it. */
export interface TerminationHook {
  /** The hook's own time begins anew. `refused`: the instance is not held, or not any more. */
  heartbeat(signal: AbortSignal): Promise<Result<void, Problem>>;
  /** The instance may go now. `refused` as above. */
  complete(signal: AbortSignal): Promise<Result<void, Problem>>;
}

/** As DynamoDB's: Auto Scaling answers within 0.3 s as a rule; a heartbeat that is late is sent again soon. Our choice. */
const REQUEST_MS = 3_000;
const CONNECT_MS = 1_000;
const ATTEMPTS = 3;
/** The longest that one call may take with the SDK's own tries. */
const LIMIT_MS = 15_000;

/**
 * Credentials and endpoint (`AWS_ENDPOINT_URL_AUTO_SCALING` too) come by the SDK's own rules.
 * @param region where it is known; else by those rules too
 */
export function createAutoScaling({ region }: { readonly region?: string } = {}): AutoScalingClient {
  // It warns of what later versions of the SDK need of Node. Ours is pinned.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  return new AutoScalingClient({
    ...(region === undefined ? {} : { region }),
    maxAttempts: ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: REQUEST_MS, throwOnRequestTimeout: true },
  });
}

export interface TerminationHookOptions {
  readonly client: AutoScalingClient;
  readonly clock: Clock;
  /** The Auto Scaling group of the instance. */
  readonly group: string;
  /** The name of the hook in that group. */
  readonly hook: string;
  readonly instanceId: string;
}

export function createTerminationHook(options: TerminationHookOptions): TerminationHook {
  const { client, clock, group, hook, instanceId: InstanceId } = options;
  const what = `the termination hook ${hook} of ${group}`;
  const which = { AutoScalingGroupName: group, LifecycleHookName: hook, InstanceId };
  const ask = (signal: AbortSignal, call: (abortSignal: AbortSignal) => Promise<unknown>) =>
    answer(what, signal, async () => void (await withLimit(clock, LIMIT_MS, signal, call)));

  return {
    heartbeat: (signal) =>
      ask(signal, (abortSignal) => client.send(new RecordLifecycleActionHeartbeatCommand(which), { abortSignal })),
    complete: (signal) =>
      ask(signal, (abortSignal) =>
        client.send(new CompleteLifecycleActionCommand({ ...which, LifecycleActionResult: 'CONTINUE' }), {
          abortSignal,
        }),
      ),
  };
}
