import {
  type CloudFormationClient,
  DescribeStacksCommand,
  type Stack as SdkStack,
  type StackStatus,
} from '@aws-sdk/client-cloudformation';

/** A stack as CloudFormation tells it. */
export interface Stack {
  readonly name: string;
  /** Its ARN, another one for each stack that ever bore the name. */
  readonly id: string;
  readonly status: StackStatus;
  readonly parameters: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** It cannot be deleted before this is taken off. */
  readonly isProtected: boolean;
}

/** All stacks of the account and region that are there, by name. CloudFormation gives up to 100 a page. */
export async function listStacks(
  client: CloudFormationClient,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Stack>> {
  const stacks = new Map<string, Stack>();
  let NextToken: string | undefined;
  do {
    const page = await client.send(new DescribeStacksCommand(NextToken ? { NextToken } : {}), { abortSignal: signal });
    for (const each of page.Stacks ?? []) {
      const stack = stackOf(each);
      if (stack.status !== 'DELETE_COMPLETE') stacks.set(stack.name, stack);
    }
    NextToken = page.NextToken;
  } while (NextToken);
  return stacks;
}

function stackOf(stack: SdkStack): Stack {
  const pairs = (list: readonly (readonly [string | undefined, string | undefined])[]) =>
    Object.fromEntries(list.flatMap(([key, value]) => (key === undefined ? [] : [[key, value ?? '']])));
  return {
    name: stack.StackName ?? '',
    id: stack.StackId ?? '',
    status: stack.StackStatus ?? 'DELETE_COMPLETE',
    parameters: pairs((stack.Parameters ?? []).map((p) => [p.ParameterKey, p.ParameterValue])),
    outputs: pairs((stack.Outputs ?? []).map((o) => [o.OutputKey, o.OutputValue])),
    tags: pairs((stack.Tags ?? []).map((t) => [t.Key, t.Value])),
    isProtected: stack.EnableTerminationProtection ?? false,
  };
}
