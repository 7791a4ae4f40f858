import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { Clock } from '../../base/clock.ts';
import type { Result } from '../../base/result.ts';
import type { Problem } from '../../model/problem.ts';
import { withLimit } from '../swarm/limit.ts';
import { type Group, listGroups } from './autoscaling/groups.ts';
import { listStacks, type Stack } from './cloudformation/stacks.ts';
import { isPoolStack } from './names.ts';
import { answer } from './problems.ts';

/** All stacks of the account and region, and the groups of pools, as they were at one time. */
export interface Sweep {
  readonly stacks: ReadonlyMap<string, Stack>;
  readonly groups: ReadonlyMap<string, Group>;
}

export interface SweepsOptions {
  readonly cloudformation: CloudFormationClient;
  readonly autoscaling: AutoScalingClient;
  readonly clock: Clock;
}

/** From the beginning of one sweep to that of the next. CloudFormation throttles early. Our choice. */
const APART_MS = 2_000;
/** Of one sweep with the SDK's own tries: 200 clusters are about ten calls. */
const LIMIT_MS = 60_000;

/**
 * Looks for all clusters at once: whoever asks while a sweep is under way shares the next one with all others that ask,
 * so no answer is older than its question.
 */
export function createSweeps({ cloudformation, autoscaling, clock }: SweepsOptions) {
  const closing = new AbortController();
  let last = Number.NEGATIVE_INFINITY;
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<Sweep> | null = null;

  async function sweep(signal: AbortSignal): Promise<Sweep> {
    const stacks = await listStacks(cloudformation, signal);
    const groups = await listGroups(autoscaling, [...stacks.keys()].filter(isPoolStack), signal);
    return { stacks, groups };
  }

  async function begin(): Promise<Sweep> {
    await running.catch(() => {});
    const wait = last + APART_MS - clock.monotonic();
    if (wait > 0) await clock.sleep(wait, closing.signal);
    last = clock.monotonic();
    const now = withLimit(clock, LIMIT_MS, closing.signal, sweep);
    running = now;
    next = null;
    return now;
  }

  return {
    look(signal: AbortSignal): Promise<Result<Sweep, Problem>> {
      next ??= begin();
      const mine = next;
      return answer('AWS', signal, () => mine);
    },
    close: () => closing.abort(new Error('closed')),
  };
}
