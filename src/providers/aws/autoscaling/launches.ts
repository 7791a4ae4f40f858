import { type AutoScalingClient, DescribeScalingActivitiesCommand } from '@aws-sdk/client-auto-scaling';
import type { Group } from './groups.ts';

/** A page takes no more (API reference). */
const PAGE = 100;
/** Activities have no field for the instance; their description always ends in it (User Guide, "Verify a scaling activity"). */
const LAUNCHED = /^Launching a new EC2 instance: (i-[0-9a-f]+)/;

export interface Launches {
  /**
   * When each instance of the group was asked for, ms since the epoch. Auto Scaling is asked only when one is new here. It
   * forgets after six weeks; then it is when the instance was first seen.
   */
  of(group: Group, now: number, signal: AbortSignal): Promise<(instance: string) => number>;
}

/** Rejects with what the SDK throws. */
export function createLaunches(client: AutoScalingClient): Launches {
  const known = new Map<string, number>();
  return {
    async of({ name, instances }, now, signal) {
      const unknown = new Set(instances.flatMap(({ id }) => (known.has(id) ? [] : [id])));
      let NextToken: string | undefined;
      while (unknown.size > 0) {
        const input = { AutoScalingGroupName: name, MaxRecords: PAGE, ...(NextToken ? { NextToken } : {}) };
        const page = await client.send(new DescribeScalingActivitiesCommand(input), { abortSignal: signal });
        for (const { Description, StartTime } of page.Activities ?? []) {
          const id = LAUNCHED.exec(Description ?? '')?.[1];
          if (id && StartTime && unknown.delete(id)) known.set(id, StartTime.getTime());
        }
        NextToken = page.NextToken;
        if (!NextToken) break;
      }
      for (const id of unknown) known.set(id, now);
      return (id) => known.get(id) ?? now;
    },
  };
}
