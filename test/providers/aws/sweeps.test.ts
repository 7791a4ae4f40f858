import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../../src/base/virtual-clock.ts';
import { createSweeps } from '../../../src/providers/aws/sweeps.ts';

const { signal } = new AbortController();

function subject(pools: number) {
  const clock = createVirtualClock(0);
  const calls: { readonly name: string; readonly at: number; readonly names?: number }[] = [];
  const stacks = Array.from({ length: pools }, (_, i) => `skep-c${i}-Pool-web`);
  const pages = [stacks.slice(0, pools / 2), [...stacks.slice(pools / 2), 'somebodys', 'skep-c0-Base']];
  const cloudformation = {
    async send({ input }: { readonly input: { readonly NextToken?: string } }) {
      calls.push({ name: 'stacks', at: clock.now() });
      const page = pages[input.NextToken ? 1 : 0] ?? [];
      const Stacks = page.map((StackName) => ({ StackName, StackId: 'arn', StackStatus: 'CREATE_COMPLETE' }));
      return { Stacks, ...(input.NextToken ? {} : { NextToken: 'more' }) };
    },
  } as unknown as CloudFormationClient;
  const autoscaling = {
    async send({ input }: { readonly input: { readonly AutoScalingGroupNames: readonly string[] } }) {
      calls.push({ name: 'groups', at: clock.now(), names: input.AutoScalingGroupNames.length });
      return {
        AutoScalingGroups: input.AutoScalingGroupNames.map((AutoScalingGroupName) => ({ AutoScalingGroupName })),
      };
    },
  } as unknown as AutoScalingClient;
  return { clock, calls, sweeps: createSweeps({ cloudformation, autoscaling, clock }) };
}

describe('a sweep', () => {
  it('of 400 stacks makes a call for each page and for each hundred groups, whoever asks', async () => {
    const { calls, sweeps } = subject(398);
    const looks = await Promise.all(Array.from({ length: 200 }, () => sweeps.look(signal)));
    expect(looks.every(({ ok }) => ok)).toBe(true);
    expect(calls.map(({ name, names }) => names ?? name)).toEqual(['stacks', 'stacks', 100, 100, 100, 98]);
    const [first] = looks;
    expect(first?.ok && [first.value.stacks.size, first.value.groups.size]).toEqual([400, 398]);
  });

  it('is shared by those that ask before it begins, and by nobody that asks later; two are 2 s apart', async () => {
    const { clock, calls, sweeps } = subject(2);
    const first = await sweeps.look(signal);
    const [second, third] = [sweeps.look(signal), sweeps.look(signal)];
    expect(calls).toHaveLength(3);
    await clock.step(1_999);
    expect(calls).toHaveLength(3);
    await clock.step(1);
    const answers = await Promise.all([second, third]);
    expect(calls).toHaveLength(6);
    const values = [first, ...answers].map((each) => each.ok && each.value);
    expect(values[1]).toBe(values[2]);
    expect(values[0]).not.toBe(values[1]);
  });
});
