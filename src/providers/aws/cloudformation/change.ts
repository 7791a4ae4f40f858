import {
  type CloudFormationClient,
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  type DescribeChangeSetCommandOutput,
  ExecuteChangeSetCommand,
  type Parameter,
} from '@aws-sdk/client-cloudformation';
import type { Clock } from '../../../base/clock.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { Problem } from '../../../model/problem.ts';
import { answer } from '../problems.ts';
import type { Stack } from './stacks.ts';
import { changeName, type StackWish } from './wish.ts';

export interface ChangeOptions {
  readonly client: CloudFormationClient;
  readonly clock: Clock;
  /** ARN of the role that CloudFormation works with. */
  readonly role: string;
  readonly term: number;
}

/** CloudFormation takes a few seconds to work a change out. Our choice. */
const POLL_MS = 500;
/** After that the next look goes on with the change set that it finds. Our choice. */
const LIMIT_MS = 30_000;

/** Neither has a code of its own; both are CloudFormation's standing words (seen with CloudFormation's stand-ins too). */
const NO_CHANGES = /No updates are to be performed|didn't contain changes/;

type Answer<T = void> = Promise<Result<T, Problem>>;

/**
 * Makes the stack, or makes it what is wished: a change set that is looked at before it is executed. Accepted is enough;
 * the next look tells. What would have to be replaced is refused. Called again, it goes on with the change set that is there.
 */
export async function changeStack(
  wish: StackWish,
  stack: Stack | null,
  options: ChangeOptions,
  signal: AbortSignal,
): Answer {
  const { client, clock, term } = options;
  const isNew = stack === null || stack.status === 'REVIEW_IN_PROGRESS';
  const ChangeSetName = changeName(wish, isNew ? null : stack);
  const at = { StackName: wish.name, ChangeSetName };
  const token = `${ChangeSetName}-${term}`;
  const what = `the stack ${wish.name}`;

  const created = await create();
  if (!created.ok || created.value === 'same') return created.ok ? ok(undefined) : created;
  for (const end = clock.monotonic() + LIMIT_MS; clock.monotonic() < end; await clock.sleep(POLL_MS, signal)) {
    const seen = await answer(what, signal, () => describe());
    if (!seen.ok) return seen;
    const { Status, StatusReason, ExecutionStatus } = seen.value;
    if (Status === 'FAILED') {
      const dropped = await drop();
      if (!dropped.ok || NO_CHANGES.test(StatusReason ?? '')) return dropped;
      return refused(`${what} cannot be changed: ${StatusReason}`);
    }
    if (Status !== 'CREATE_COMPLETE') continue;
    if (ExecutionStatus === 'EXECUTE_IN_PROGRESS' || ExecutionStatus === 'EXECUTE_COMPLETE') return ok(undefined);
    if (ExecutionStatus !== 'AVAILABLE') {
      // It is of another state of the stack, or failed already: a new one is made at the next look.
      const dropped = await drop();
      return dropped.ok ? fail({ kind: 'conflict', what }) : dropped;
    }
    const replaced = replacedBy(seen.value);
    if (replaced.length > 0) {
      const dropped = await drop();
      return dropped.ok ? refused(`${what}: the change would replace ${replaced.join(', ')}`) : dropped;
    }
    return answer(what, signal, async () => {
      await client.send(new ExecuteChangeSetCommand({ ...at, ClientRequestToken: token }), { abortSignal: signal });
    });
  }
  return ok(undefined);

  async function create(): Answer<'made' | 'same'> {
    const { name: StackName, parameters, tags } = wish;
    const command = new CreateChangeSetCommand({
      StackName,
      ChangeSetName,
      ChangeSetType: isNew ? 'CREATE' : 'UPDATE',
      ...(isNew ? { TemplateBody: wish.template } : { UsePreviousTemplate: true }),
      Parameters: isNew ? asParameters(parameters) : changedParameters(stack, parameters),
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      Capabilities: ['CAPABILITY_IAM'],
      RoleARN: options.role,
      ClientToken: token,
    });
    return answer(what, signal, async () => {
      try {
        await client.send(command, { abortSignal: signal });
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        if (NO_CHANGES.test(error.message)) return 'same' as const;
        // Made before, perhaps by a try whose answer was lost.
        if (error.name !== 'AlreadyExistsException') throw error;
      }
      return 'made' as const;
    });
  }

  /** With all its changes. */
  async function describe(): Promise<DescribeChangeSetCommandOutput> {
    let page = await client.send(new DescribeChangeSetCommand(at), { abortSignal: signal });
    const Changes = [...(page.Changes ?? [])];
    while (page.NextToken) {
      page = await client.send(new DescribeChangeSetCommand({ ...at, NextToken: page.NextToken }), {
        abortSignal: signal,
      });
      Changes.push(...(page.Changes ?? []));
    }
    return { ...page, Changes };
  }

  function drop(): Answer {
    return answer(what, signal, async () => {
      await client.send(new DeleteChangeSetCommand(at), { abortSignal: signal });
    });
  }
}

/** `Conditional` is not held: CloudFormation says so of whatever refers to a resource that changes in place. */
const replacedBy = ({ Changes }: DescribeChangeSetCommandOutput): readonly string[] =>
  (Changes ?? []).flatMap(({ ResourceChange }) =>
    ResourceChange?.Replacement === 'True'
      ? [`${ResourceChange.LogicalResourceId} (${ResourceChange.ResourceType})`]
      : [],
  );

const asParameters = (parameters: StackWish['parameters']): Parameter[] =>
  Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }));

/** All that the stack's own template takes, so that none falls back to its default. */
const changedParameters = (stack: Stack, wanted: StackWish['parameters']): Parameter[] =>
  Object.entries(stack.parameters).map(([ParameterKey, value]) => {
    const wish = wanted[ParameterKey];
    return wish === undefined || wish === value
      ? { ParameterKey, UsePreviousValue: true }
      : { ParameterKey, ParameterValue: wish };
  });

const refused = (detail: string): Result<never, Problem> => fail({ kind: 'refused', field: null, detail });
