import {
  type AutoScalingClient,
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
} from '@aws-sdk/client-auto-scaling';

/** An Auto Scaling group as it is. */
export interface Group {
  readonly name: string;
  readonly desired: number;
  readonly suspended: readonly string[];
  /** Those that are not on their way out. */
  readonly instances: readonly GroupInstance[];
}

export interface GroupInstance {
  readonly id: string;
  readonly zone: string;
  /** Of the launch template; null: it was made otherwise. */
  readonly version: string | null;
  /** False: it is on its way in. */
  readonly isInService: boolean;
}

/**
 * Auto Scaling takes away by these what skep has not drained, or makes what skep has not asked for. Launch and Terminate go on:
 * skep uses them itself (Amazon EC2 Auto Scaling User Guide, "Types of processes").
 */
export const SUSPENDED: readonly string[] = [
  'AZRebalance',
  'AlarmNotification',
  'InstanceRefresh',
  'ReplaceUnhealthy',
  'ScheduledActions',
];

/** DescribeAutoScalingGroups takes no more names (API reference: 50, and 100 with MaxRecords). */
const NAMES_PER_CALL = 100;
const LEAVING = /^(Terminat|Detach)/;

/** Those of these groups that are there, by name. Rejects with what the SDK throws. */
export async function listGroups(
  client: AutoScalingClient,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Group>> {
  const groups = new Map<string, Group>();
  for (let i = 0; i < names.length; i += NAMES_PER_CALL) {
    const AutoScalingGroupNames = names.slice(i, i + NAMES_PER_CALL);
    let NextToken: string | undefined;
    do {
      const input = { AutoScalingGroupNames, MaxRecords: NAMES_PER_CALL, ...(NextToken ? { NextToken } : {}) };
      const page = await client.send(new DescribeAutoScalingGroupsCommand(input), { abortSignal: signal });
      for (const each of page.AutoScalingGroups ?? []) {
        const group = groupOf(each);
        groups.set(group.name, group);
      }
      NextToken = page.NextToken;
    } while (NextToken);
  }
  return groups;
}

const groupOf = (group: AutoScalingGroup): Group => ({
  name: group.AutoScalingGroupName ?? '',
  desired: group.DesiredCapacity ?? 0,
  suspended: (group.SuspendedProcesses ?? []).flatMap(({ ProcessName }) => ProcessName ?? []),
  instances: (group.Instances ?? []).flatMap((each): GroupInstance[] => {
    const state = each.LifecycleState ?? '';
    if (!each.InstanceId || LEAVING.test(state)) return [];
    const { InstanceId: id, AvailabilityZone: zone = '', LaunchTemplate } = each;
    return [{ id, zone, version: LaunchTemplate?.Version ?? null, isInService: !state.startsWith('Pending') }];
  }),
});

/** What of it is running that skep keeps off. */
export const resumedIn = ({ suspended }: Group): readonly string[] =>
  SUSPENDED.filter((process) => !suspended.includes(process));
