import {
  type AutoScalingClient,
  DescribeScalingActivitiesCommand,
  SetDesiredCapacityCommand,
  SuspendProcessesCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { Problem } from '../../../model/problem.ts';
import { answer } from '../problems.ts';
import { type Group, resumedIn, SUSPENDED } from './groups.ts';

type Answer = Promise<Result<void, Problem>>;

/**
 * Makes the group `count` strong, what would work against skep suspended first. All its instances are protected from
 * scale-in, so a number that is too small, or comes late, takes none away.
 */
export async function resizeGroup(client: AutoScalingClient, group: Group, count: number, signal: AbortSignal): Answer {
  const suspended = await suspendProcesses(client, group, signal);
  if (!suspended.ok) return suspended;
  const AutoScalingGroupName = group.name;
  // It was asked for before: what keeps it from coming?
  if (group.desired === count) return lastLaunch(client, group, signal);
  return answer(`the group ${group.name}`, signal, async () => {
    const command = new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity: count });
    await client.send(command, { abortSignal: signal });
  });
}

export async function suspendProcesses(client: AutoScalingClient, group: Group, signal: AbortSignal): Answer {
  if (resumedIn(group).length === 0) return ok(undefined);
  return answer(`the group ${group.name}`, signal, async () => {
    const command = new SuspendProcessesCommand({
      AutoScalingGroupName: group.name,
      ScalingProcesses: [...SUSPENDED],
    });
    await client.send(command, { abortSignal: signal });
  });
}

/** Nothing is drained: that is done by then. The group becomes smaller by it. One that is gone already succeeds. */
export function terminateInstance(
  client: AutoScalingClient,
  group: Group | undefined,
  InstanceId: string,
  signal: AbortSignal,
): Answer {
  return answer(InstanceId, signal, async () => {
    if (!group?.instances.some(({ id }) => id === InstanceId)) return;
    const command = new TerminateInstanceInAutoScalingGroupCommand({
      InstanceId,
      ShouldDecrementDesiredCapacity: true,
    });
    await client.send(command, { abortSignal: signal });
  });
}

/** Auto Scaling's own words for a launch that failed, e.g. that a zone has no such machine. */
async function lastLaunch(client: AutoScalingClient, { name, instances, desired }: Group, signal: AbortSignal): Answer {
  if (instances.length >= desired) return ok(undefined);
  const said = await answer(`the group ${name}`, signal, () =>
    client.send(new DescribeScalingActivitiesCommand({ AutoScalingGroupName: name, MaxRecords: 1 }), {
      abortSignal: signal,
    }),
  );
  if (!said.ok) return said;
  const [last] = said.value.Activities ?? [];
  if (last?.StatusCode !== 'Failed') return ok(undefined);
  return fail({ kind: 'no-capacity', what: `${name}: ${last.StatusMessage ?? last.Cause ?? 'a launch failed'}` });
}
